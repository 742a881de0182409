"""The figures of works put together from what is known of them: pure, over arrays, the same for one work and for millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from papers.metrics.novelty import LEAST_TOPICS, LEAST_WINDOW, MOST_TOPICS, topic_group
from papers.metrics.percentiles import Floats, Ints, Ranks, mid_rank, shrunk_for_age
from papers.metrics.score import Parts, completeness, recency, scores
from papers.models.choices import WhyNot

LEAST_PEERS: Final = 20  # below which a percentile is an accident
LEAST_AGE: Final = 2  # calendar years before citations are compared
UNKNOWN: Final = -1  # in place of a year, field or count that nobody gave
NO_DAY: Final = int(np.iinfo(np.int32).min)
_EPOCH: Final = np.datetime64("2000-01-01", "D")
_MONDAY: Final = 5  # days from the epoch, a Saturday, back to the Monday of its week
_YEARS, _SMALL = 1024, 64  # how many years, types, sources and topic groups a cell's number has room for


@dataclass(frozen=True, slots=True)
class WorkInputs:
    """What the figures of works follow from, an entry for each work.

    ``days`` is the day of publication since 2000-01-01 (the middle of the month or year where no day is known, ``NO_DAY`` without a
    year), ``has_day`` whether it is known; ``types`` and ``sources`` are small numbers; ``known`` has a bit for each of
    ``COMPLETENESS``; ``topics`` counts the topics; ``surprises`` is NaN and ``years_before`` 0 where novelty has nothing to say.
    """

    ids: Ints
    years: Ints
    days: Ints
    has_day: NDArray[np.bool_]
    fields: Ints
    types: Ints
    sources: Ints
    counts: Ints
    known: Ints
    topics: Ints
    surprises: Floats
    years_before: Ints


def kind_cells(fields: Ints, years: Ints, types: Ints) -> Ints:
    """A number for each field, year and type."""
    return (fields * _YEARS + years - 1400) * _SMALL + types


def citation_cells(fields: Ints, years: Ints, types: Ints, sources: Ints) -> Ints:
    """A number for each set of works whose citation counts are compared: field, year, type, and who counted."""
    return kind_cells(fields, years, types) * _SMALL + sources


def novelty_cells(fields: Ints, years: Ints, topics: Ints) -> Ints:
    """A number for each set of works whose novelty is compared: field, year, number of topics."""
    return (fields * _YEARS + years - 1400) * _SMALL + topic_group(topics)


def has_citations(works: WorkInputs) -> NDArray[np.bool_]:
    """Whether a work has a count and a cell to stand in."""
    return (works.counts >= 0) & (works.fields >= 0) & (works.years >= 0)


def has_surprise(works: WorkInputs) -> NDArray[np.bool_]:
    """Whether a work has a surprise and a cell to stand in."""
    return np.isfinite(works.surprises) & (works.fields >= 0)


def figures_of_works(
    works: WorkInputs, *, as_of: int, citation_ranks: Ranks, kind_sizes: Ints, novelty_ranks: Ranks
) -> dict[str, NDArray[Any]]:
    """The columns of ``WorkFigures`` by name, but ``version`` and ``computed_at``.

    ``as_of`` is the day to which ages are counted, in days since 2000-01-01. Ranks are zeros for works that have none;
    ``kind_sizes`` counts the works of the same field, year and type.
    """
    age = np.where(works.days == NO_DAY, np.nan, as_of - works.days.astype(np.float64))
    cited, why_uncited = _citations_part(works, as_of, citation_ranks)
    novel, why_not_novel = _novelty_part(works, novelty_ranks)
    parts = Parts(cited, novel, recency(age), completeness(works.known))
    no_count = works.counts < 0
    return {
        "work_id": works.ids,
        "score": scores(parts),
        "field_id": _nullable(works.fields, works.fields < 0, np.int64),
        "year": _nullable(works.years, works.years < 0, np.int16),
        "week": np.where(works.has_day, _EPOCH + (works.days - (works.days + _MONDAY) % 7), np.datetime64("NaT", "D")),
        "citations": _nullable(works.counts, no_count, np.int32),
        "citations_below": citation_ranks.below.astype(np.int32),
        "citations_equal": citation_ranks.equal.astype(np.int32),
        "citations_peers": citation_ranks.peers.astype(np.int32),
        "citations_cell": kind_sizes.astype(np.int32),
        "citations_part": cited,
        "citations_withheld": why_uncited.astype(np.int16),
        "topics_count": np.minimum(works.topics, 32_000).astype(np.int16),
        "years_before": works.years_before.astype(np.int32),
        "surprise": works.surprises,
        "novelty_below": novelty_ranks.below.astype(np.int32),
        "novelty_equal": novelty_ranks.equal.astype(np.int32),
        "novelty_peers": novelty_ranks.peers.astype(np.int32),
        "novelty_part": novel,
        "novelty_withheld": why_not_novel.astype(np.int16),
        "age_days": _nullable(np.nan_to_num(age).astype(np.int64), np.isnan(age), np.int32),
        "recency_part": parts.recency,
        "known": works.known.astype(np.int16),
        "completeness_part": parts.completeness,
        "as_of": np.full(len(works.ids), _EPOCH + as_of),
    }


def _citations_part(works: WorkInputs, as_of: int, ranks: Ranks) -> tuple[Floats, Ints]:
    age = year_of(as_of) - works.years
    why = np.select(
        [works.years < 0, works.fields < 0, works.counts < 0, age < LEAST_AGE, ranks.peers < LEAST_PEERS],
        [WhyNot.NO_YEAR, WhyNot.NO_FIELD, WhyNot.NO_COUNT, WhyNot.TOO_NEW, WhyNot.FEW_PEERS],
        default=WhyNot.STATED,
    )
    part = shrunk_for_age(mid_rank(*ranks), np.maximum(age, 0))
    return np.where(why == WhyNot.STATED, part, np.nan), why


def _novelty_part(works: WorkInputs, ranks: Ranks) -> tuple[Floats, Ints]:
    why = np.select(
        [
            works.topics < LEAST_TOPICS,
            works.topics > MOST_TOPICS,
            works.years < 0,
            works.fields < 0,
            works.years_before < LEAST_WINDOW,
            ranks.peers < LEAST_PEERS,
        ],
        [WhyNot.FEW_TOPICS, WhyNot.MANY_TOPICS, WhyNot.NO_YEAR, WhyNot.NO_FIELD, WhyNot.THIN_YEARS, WhyNot.FEW_PEERS],
        default=WhyNot.STATED,
    )
    return np.where(why == WhyNot.STATED, mid_rank(*ranks), np.nan), why


def year_of(day: int) -> int:
    """The calendar year of a day since 2000-01-01."""
    return int((_EPOCH + day).astype("M8[Y]").astype(int)) + 1970


def placed(chosen: NDArray[np.bool_], ranks: Ranks) -> Ranks:
    """The ranks of the chosen entries among all, zeros for the others."""
    found = [np.zeros(len(chosen), dtype=np.int64) for _ in ranks]
    for column, values in zip(found, ranks, strict=True):
        column[chosen] = values
    return Ranks(*found)


def _nullable(values: Ints, missing: NDArray[np.bool_], kind: Any) -> np.ma.MaskedArray[Any, Any]:
    return np.ma.MaskedArray(np.where(missing, 0, values).astype(kind), mask=missing)
