"""The coefficients of the pair model from labelled mentions, and what they are worth out of fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from papers.disambiguation.ambiguity import Group, groups_of, outside_of, signs
from papers.disambiguation.blocks import blocks_of
from papers.disambiguation.clustering import cluster, disambiguate
from papers.disambiguation.collection import Collection
from papers.disambiguation.increment import Index
from papers.disambiguation.judgement import Judgement, figures
from papers.disambiguation.mentions import Constraints, Mention, MentionKey
from papers.disambiguation.model import PairModel
from papers.disambiguation.outcomes import TOLERATED, Cluster
from papers.disambiguation.pairs import FEATURES, describe

FOLDS = 5
STRENGTH = 1.0  # of the regularisation, on features of variance one
LARGE_BLOCKS = 0.4  # a pair weighs 1 / mentions of its labelled block ** this: one large block is not to decide for all


@dataclass(frozen=True, slots=True)
class Label:
    """Who a mention is, as somebody looked it up. Persons are comparable inside one ``block`` only."""

    mention: MentionKey
    block: str
    person: str
    tags: tuple[str, ...] = ()

    @property
    def fold(self) -> int:
        """Which of the folds its block is in: by the block's name without its source, so that no name is in two."""
        return crc32(self.block.split("/")[-1].encode()) % FOLDS


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled pairs: features, whether they are one person, what each weighs, and its fold."""

    features: NDArray[np.float64]
    same: NDArray[np.bool_]
    weight: NDArray[np.float64]
    fold: NDArray[np.int64]


def examples(collection: Collection, labels: Iterable[Label]) -> Examples:
    """Every pair of labelled mentions that clustering would compare and the labels can tell."""
    place = {mention.key: row for row, mention in enumerate(collection.mentions)}
    told = {place[label.mention]: label for label in labels if label.mention in place}
    size = Counter(label.block for label in told.values())
    parts: list[tuple[NDArray[np.float64], list[bool], list[float], list[int]]] = []
    for block in blocks_of(collection, np.arange(len(collection.mentions))):
        if sum(int(row) in told for row in block.rows) < 2:  # noqa: PLR2004 - a pair
            continue
        pairs, features = describe(collection.arrays, block.rows, block.local, block.codes, block.company, block.company_size)
        chosen, same, weight, fold = [], [], [], []
        for line, (here, there) in enumerate(block.rows[pairs]):
            one, other = told.get(int(here)), told.get(int(there))
            if one is not None and other is not None and one.block == other.block:
                chosen.append(line)
                same.append(one.person == other.person)
                weight.append(size[one.block] ** -LARGE_BLOCKS)
                fold.append(one.fold)
        parts.append((features[chosen], same, weight, fold))
    return Examples(
        features=np.concatenate([part[0] for part in parts]),
        same=np.asarray([value for part in parts for value in part[1]], np.bool_),
        weight=np.asarray([value for part in parts for value in part[2]]),
        fold=np.asarray([value for part in parts for value in part[3]], np.int64),
    )


def fit(given: Examples, *, without_fold: int | None = None) -> dict[str, float]:
    """The coefficients, from all examples or those of the other folds. Features are brought to variance one and back."""
    kept = np.ones(len(given.same), np.bool_) if without_fold is None else given.fold != without_fold
    features, weight = given.features[kept, 1:], given.weight[kept]
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    regression = LogisticRegression(C=STRENGTH, max_iter=2_000)
    regression.fit((features - mean) / spread, given.same[kept], sample_weight=weight / weight.mean())
    slopes = regression.coef_[0] / spread
    constant = float(regression.intercept_[0] - (slopes * mean).sum())
    return dict(zip(FEATURES, [constant, *map(float, slopes)], strict=True))


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What models that saw no label of a block make of it: a person for each labelled mention, the clusters these are in, the model of each fold."""

    predicted: dict[MentionKey, str]
    clusters: list[Cluster]
    models: list[PairModel]


def out_of_fold(
    collection: Collection,
    labels: list[Label],
    cut: float,
    given: Examples,
    one_bearer: float = 0.4,
    progress: Callable[[int], object] | None = None,
) -> OutOfFold:
    """Cluster the whole collection once for each fold and keep what it says of that fold's mentions."""
    predicted: dict[MentionKey, str] = {}
    clusters = []
    models = []
    for fold in range(FOLDS):
        asked = {label.mention for label in labels if label.fold == fold}
        model = PairModel(fit(given, without_fold=fold), cut, one_bearer)
        models.append(model)
        for place, found in enumerate(cluster(collection, Constraints(), model, progress=progress).clusters):
            mine = [key for key in found.mentions if key in asked]
            if mine:
                predicted.update((key, f"{fold}-{place}") for key in mine)
                clusters.append(found)
    return OutOfFold(predicted, clusters, models)


@dataclass(frozen=True, slots=True)
class Later:
    """A person for each labelled mention where some works came later, how many mentions those had, and the processor's seconds that they took."""

    predicted: dict[MentionKey, str]
    mentions: int
    seconds: float


def last_fifth_later(mentions: Sequence[Mention], labels: list[Label], models: Sequence[PairModel], portion: int) -> Later:
    """The same out of fold, where the newest fifth of the works comes after the others, so many works at once."""
    works: dict[str, list[Mention]] = {}
    for mention in sorted(mentions, key=lambda mention: (mention.work.year or 0, mention.key)):
        works.setdefault(mention.work.key, []).append(mention)
    arriving = list(works.values())
    known = [mention for work in arriving[: len(arriving) * 4 // 5] for mention in work]
    del arriving[: len(arriving) * 4 // 5]
    predicted: dict[MentionKey, str] = {}
    seconds = 0.0
    for fold, model in enumerate(models):
        places = {key: str(place) for key, place in disambiguate(known, model=model).places().items()}
        index = Index(known, places, model)
        began = process_time()
        for start in range(0, len(arriving), portion):
            for one in index.assign(mention for work in arriving[start : start + portion] for mention in work):
                places[one.mention] = one.cluster if one.cluster is not None else f"new {one.new}"
        seconds += process_time() - began
        predicted.update(
            (label.mention, f"{fold}-{places[label.mention]}") for label in labels if label.fold == fold and label.mention in places
        )
    return Later(predicted, len(models) * sum(map(len, arriving)), seconds)


@dataclass(frozen=True, slots=True)
class Judged:
    """A cluster found out of fold, with what the labels say of it: whether it is one whole person, whether it mixes several, ``TOLERATED`` aside."""

    cluster: Cluster
    whole: bool
    mixed: bool
    groups: tuple[Group, ...]


def judged(found: Iterable[Cluster], labels: Iterable[Label], mentions: Mapping[MentionKey, Mention]) -> list[Judged]:
    """Clusters of which at least half of the mentions are labelled, against their labels."""
    told = {label.mention: (label.block, label.person) for label in labels}
    size = Counter(told.values())
    verdicts = []
    for one in found:
        persons = Counter(told[key] for key in one.mentions if key in told)
        total = sum(persons.values())
        if 2 * total >= len(one.mentions):
            main: dict[str, tuple[str, str]] = {}
            for person, _count in persons.most_common():
                main.setdefault(person[0], person)  # the same human may be labelled in two blocks
            ours = sum(persons[person] for person in main.values())
            mixed = total - ours > TOLERATED * total
            whole = not mixed and ours >= (1 - TOLERATED) * sum(size[person] for person in main.values())
            verdicts.append(Judged(one, whole, mixed, groups_of([mentions[key] for key in one.mentions])))
    return verdicts


def fit_judgement(given: list[Judged]) -> Judgement:
    """The coefficients of confidence and ambiguity. Each page counts once."""
    whole = _fit_table([figures(one.cluster, outside_of(one.groups)) for one in given], [one.whole for one in given])
    several = [one for one in given if len(one.cluster.mentions) > 1]
    return Judgement(whole, _fit_table([signs(one.cluster, one.groups) for one in several], [one.mixed for one in several]))


def _fit_table(rows: list[dict[str, float]], answers: list[bool]) -> dict[str, float]:
    names = list(rows[0])
    values = np.asarray([[row[name] for name in names] for row in rows])
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    regression = LogisticRegression(C=STRENGTH, max_iter=2_000).fit((values - mean) / spread, answers)
    slopes = regression.coef_[0] / spread
    constant = float(regression.intercept_[0] - (slopes * mean).sum())
    return {"constant": constant} | dict(zip(names, map(float, slopes), strict=True))
