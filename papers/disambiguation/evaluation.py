"""How good a clustering is against labels: pairwise and B-cubed (Bagga & Baldwin 1998), inside labelled blocks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from papers.disambiguation.mentions import MentionKey
from papers.disambiguation.training import Label

ALL = "all"


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares, 0 to 1. ``mentions`` is how many were compared."""

    mentions: int
    pair_precision: float
    pair_recall: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """B-cubed."""
        return _f1(self.precision, self.recall)

    @property
    def pair_f1(self) -> float:
        return _f1(self.pair_precision, self.pair_recall)


def evaluate(labels: Iterable[Label], predicted: Mapping[MentionKey, str]) -> dict[str, Scores]:
    """Scores over all labels and for each tag; a mention that nobody predicted is a person of its own."""
    groups: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for label in labels:
        entry = (label.block, label.person, predicted.get(label.mention, f"? {label.mention}"))
        for group in (ALL, *label.tags):
            groups[group].append(entry)
    return {group: score(entries) for group, entries in groups.items()}


def score(entries: list[tuple[str, str, str]]) -> Scores:
    """Scores of (block, labelled person, predicted person)."""
    labelled = Counter((block, person) for block, person, _ in entries)
    predicted = Counter((block, guess) for block, _, guess in entries)
    both = Counter(entries)
    right = sum(map(_pairs, both.values()))
    total = max(len(entries), 1)
    return Scores(
        mentions=len(entries),
        pair_precision=_share(right, sum(map(_pairs, predicted.values()))),
        pair_recall=_share(right, sum(map(_pairs, labelled.values()))),
        precision=sum(count * count / predicted[block, guess] for (block, _, guess), count in both.items()) / total,
        recall=sum(count * count / labelled[block, person] for (block, person, _), count in both.items()) / total,
    )


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
