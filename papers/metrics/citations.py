"""The h-index, and when we know enough to state one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST_WORKS = 3  # below which an index of one or two says nothing about anybody
LEAST_SHARE_KNOWN = 0.8  # of the works: a fifth unknown moves an h-index little, a half makes it fiction
LEAST_CONFIDENCE = 0.5  # that the works are one person's, where that has been judged


@dataclass(frozen=True, slots=True)
class CitationFigures:
    """``known`` works have a count. The others are None where too little is known to state them."""

    known: int
    h_index: int | None
    total: int | None


def h_index(counts: Iterable[int]) -> int:
    """The greatest h such that h of the works have at least h citations each (Hirsch 2005). O(n log n)."""
    ranked = sorted(counts, reverse=True)
    return sum(1 for rank, count in enumerate(ranked, start=1) if count >= rank)


def summarise_citations(counts: Sequence[int | None], *, confidence: float | None = None) -> CitationFigures:
    """What may be said of works with these citation counts, None meaning that nobody told us.

    An h-index and a total are stated from ``LEAST_WORKS`` works on, where at least ``LEAST_SHARE_KNOWN`` of them
    have a count, and unless ``confidence`` (0 to 1; None: not judged) says that the works are probably not one
    person's. The unknown works then count for nothing, so both figures are lower bounds.
    """
    known = [count for count in counts if count is not None]
    covered = len(counts) >= LEAST_WORKS and len(known) >= LEAST_SHARE_KNOWN * len(counts)
    doubtful = confidence is not None and confidence < LEAST_CONFIDENCE
    if not covered or doubtful:
        return CitationFigures(len(known), None, None)
    return CitationFigures(len(known), h_index(known), sum(known))
