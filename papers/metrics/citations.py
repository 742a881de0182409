"""The h-index and the i10-index, and when we know enough to state them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST_WORKS = 3  # below which an index of one or two says nothing about anybody
LEAST_SHARE_KNOWN = 0.8  # of the works: a fifth unknown moves an h-index little, a half makes it fiction
LEAST_CONFIDENCE = 0.5  # that the works are one person's, where that has been judged


@dataclass(frozen=True, slots=True)
class CitationFigures:
    """``known`` works have a count. The others are None where too little is known to state them, for the ``reason`` ("few-works",
    "few-counts", "mixed", or "" where they are stated).
    """

    known: int
    h_index: int | None = None
    total: int | None = None
    i10_index: int | None = None
    reason: str = ""


def h_index(counts: Iterable[int]) -> int:
    """The greatest h such that h of the works have at least h citations each (Hirsch 2005). O(n log n)."""
    ranked = sorted(counts, reverse=True)
    return sum(1 for rank, count in enumerate(ranked, start=1) if count >= rank)


def i10_index(counts: Iterable[int]) -> int:
    """How many works have ten citations or more (as Google Scholar has counted since 2011)."""
    return sum(1 for count in counts if count >= 10)  # noqa: PLR2004 - the ten of its name


def by_year(works: Iterable[tuple[int | None, int | None]]) -> list[list[int]]:
    """From (year, citation count) of works: [year, citations of the works of that year, works with a count], in order.

    Works without a year or a count are left out. A year's sum says how often its works were cited since, not in that year.
    """
    found: dict[int, list[int]] = {}
    for year, count in works:
        if year is not None and count is not None:
            entry = found.setdefault(year, [0, 0])
            entry[0] += count
            entry[1] += 1
    return [[year, *found[year]] for year in sorted(found)]


def summarise_citations(counts: Sequence[int | None], *, confidence: float | None = None) -> CitationFigures:
    """What may be said of works with these citation counts, None meaning that nobody told us.

    The indices and a total are stated from ``LEAST_WORKS`` works on, where at least ``LEAST_SHARE_KNOWN`` of them
    have a count, and unless ``confidence`` (0 to 1; None: not judged) says that the works are probably not one
    person's. The unknown works then count for nothing, so all of them are lower bounds.
    """
    known = [count for count in counts if count is not None]
    if len(counts) < LEAST_WORKS:
        return CitationFigures(len(known), reason="few-works")
    if len(known) < LEAST_SHARE_KNOWN * len(counts):
        return CitationFigures(len(known), reason="few-counts")
    if confidence is not None and confidence < LEAST_CONFIDENCE:
        return CitationFigures(len(known), reason="mixed")
    return CitationFigures(len(known), h_index(known), sum(known), i10_index(known))
