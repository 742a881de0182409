"""Holding suggestions against what came true: what was known until a year, and who wrote together for the first time in the years after. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

import numpy as np
import numpy.typing as npt

from collaboration.suggestions.model import Weights, learn
from collaboration.suggestions.prospects import Block, Ground, Measures, adamic_adar, candidates, features, measures, prepare, strangers
from collaboration.suggestions.reasons import has_reason, thinly_joined
from collaboration.suggestions.records import MOST_AUTHORS, Floats, Ints, WorkRow, assemble

LEAST_WORKS: Final = 3  # of those whom something is suggested to
SHOWN: Final = 20
AT_ONCE: Final = 100
OURS: Final = "this ranking"
BASELINES: Final = ("Adamic-Adar", "shared co-authors", "ties between, faded", "walk", "titles and topics")


@dataclass(frozen=True, slots=True)
class Split:
    """What was known until a year, and who of those known wrote together for the first time by another: for each person, whom."""

    ground: Ground
    came_true: Mapping[int, Ints]

    def targets(self) -> Ints:
        """Who had written three works or more."""
        return np.flatnonzero(self.ground.works >= LEAST_WORKS)

    def pool(self, *, active_only: bool) -> npt.NDArray[np.bool_]:
        """Who may be suggested: everybody known by then, or those active in the last five years with two works or more."""
        everybody = np.ones(len(self.ground.works), dtype=bool)
        return self.ground.is_active() & (self.ground.works >= 2) if active_only else everybody  # noqa: PLR2004


@dataclass(slots=True)
class Tally:
    """How one way of ranking fared: found among the best twenty of each target that there was something to find for, and all its scores on two-hop pairs."""

    found: list[int] = field(default_factory=list)
    scores: list[Floats] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """Shares, 0 to 1: of all first-time pairs among the best twenty, the mean over targets, and the area under the curve on two-hop pairs."""

    name: str
    recall: float
    mean_recall: float
    precision: float
    area: float


@dataclass(frozen=True, slots=True)
class Table:
    """One way of choosing candidates: how much there was to find, and a row for each ranking, ours last.

    Of the ``listed`` a few (``thin``) rest on a word or two alone, and are left out where people see them.
    """

    targets: int
    pairs: int
    two_hop: int
    two_hop_true: int
    rows: tuple[Row, ...]
    listed: int
    without_reason: int
    thin: int

    def row(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)


def split(rows: Iterable[WorkRow], *, until: int, first: int, last: int) -> Split:
    """The split of these works. Ties between works and people count as in suggestions (``MOST_AUTHORS``), on both sides of it."""
    kept = list(rows)
    ground = prepare(assemble(row for row in kept if row.year <= until), until)
    together: dict[int, set[int]] = defaultdict(set)
    for row in kept:
        if first <= row.year <= last and max(row.authors, len(row.people)) <= MOST_AUTHORS:
            known = [place for place in map(ground.records.place, sorted(set(row.people))) if place is not None]
            for one, other in permutations(known, 2):
                together[one].add(other)
    came_true = {}
    for person, others in together.items():
        new = np.array(sorted(others - set(ground.joint[[person]].indices.tolist())), dtype=np.int64)
        if len(new):
            came_true[person] = new
    return Split(ground, came_true)


def learn_from(given: Split) -> Weights:
    """The weights that an earlier split teaches, from all candidates of all targets."""
    read: list[Floats] = []
    true: list[npt.NDArray[np.bool_]] = []
    pool = given.pool(active_only=False)
    for people, found, _baselines in _blocks(given, baselines=False):
        for row, person in enumerate(people.tolist()):
            others = candidates(given.ground, found, row, pool & strangers(given.ground, person))
            read.append(features(given.ground, found, row, person, others))
            true.append(np.isin(others, given.came_true.get(person, ())))
    return learn(np.concatenate(read), np.concatenate(true))


def evaluate(given: Split, weights: Weights, *, active_only: bool) -> Table:
    """The table for one pool of candidates. Some 3 ms a target; memory for all two-hop pairs, eight bytes for each ranking."""
    tallies = {name: Tally() for name in (*BASELINES, OURS)}
    truth: list[npt.NDArray[np.bool_]] = []
    to_find: list[int] = []
    listed = without = thin = 0
    pool = given.pool(active_only=active_only)
    for people, found, (aa, shared) in _blocks(given, baselines=True):
        for row, person in enumerate(people.tolist()):
            open_to = pool & strangers(given.ground, person)
            chosen = candidates(given.ground, found, row, open_to)
            two_hop = np.flatnonzero(open_to & (shared[row] > 0))
            looked_at = np.union1d(chosen, two_hop)
            wanted = given.came_true.get(person, np.empty(0, dtype=np.int64))
            wanted = wanted[open_to[wanted]]
            ours = weights.scores(features(given.ground, found, row, person, looked_at))
            blocks = (aa, shared, found.ties, found.walk, found.words)
            scores = dict(zip((*BASELINES, OURS), [*(block[row, looked_at].astype(float) for block in blocks), ours], strict=True))
            truth.append(np.isin(two_hop, wanted))
            inside = np.searchsorted(looked_at, two_hop)
            if len(wanted):
                to_find.append(len(wanted))
            for name, tally in tallies.items():
                tally.scores.append(scores[name][inside])
                if len(wanted):
                    best = looked_at[_best(scores[name], looked_at)]
                    tally.found.append(int(np.isin(best, wanted).sum()))
            listing = chosen[_best(ours[np.searchsorted(looked_at, chosen)], chosen)]
            listed += len(listing)
            without += sum(not has_reason(given.ground, found, row, person, other) for other in listing.tolist())
            thin += len(thinly_joined(given.ground, person, listing[found.ties[row, listing] == 0]))
    true = np.concatenate(truth) if truth else np.empty(0, dtype=bool)
    rows = tuple(_row(name, tally, to_find, true) for name, tally in tallies.items())
    return Table(len(to_find), sum(to_find), len(true), int(true.sum()), rows, listed, without, thin)


def _blocks(given: Split, *, baselines: bool) -> Iterator[tuple[Ints, Measures, tuple[Block, Block]]]:
    targets = given.targets()
    for start in range(0, len(targets), AT_ONCE):
        people = targets[start : start + AT_ONCE]
        empty = np.empty((0, 0), dtype=np.float32)
        yield people, measures(given.ground, people), adamic_adar(given.ground, people) if baselines else (empty, empty)


def _best(scores: Floats, others: Ints) -> Ints:
    """The places of the best twenty; ties go in an order that has to do with nothing (a multiplicative hash of the row)."""
    return np.lexsort((others * 2654435761 % 2**32, -scores))[:SHOWN]


def _row(name: str, tally: Tally, to_find: list[int], true: npt.NDArray[np.bool_]) -> Row:
    found, wanted = np.array(tally.found, dtype=float), np.array(to_find, dtype=float)
    many = max(len(wanted), 1)
    return Row(
        name=name,
        recall=float(found.sum() / max(wanted.sum(), 1)),
        mean_recall=float((found / np.maximum(wanted, 1)).sum() / many),
        precision=float(found.sum() / (SHOWN * many)),
        area=area_under_curve(np.concatenate(tally.scores) if tally.scores else np.empty(0), true),
    )


def area_under_curve(scores: Floats, true: npt.NDArray[np.bool_]) -> float:
    """The chance that a pair that came true has the higher score than one that did not, ties by halves (Mann and Whitney 1947); .5 where either is missing."""
    positives = int(true.sum())
    negatives = len(true) - positives
    if not positives or not negatives:
        return 0.5
    _values, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    return float((middle[place][true].sum() - positives * (positives + 1) / 2) / (positives * negatives))
