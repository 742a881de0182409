"""The works of one author as a list: the record read leanly once, then counted, sorted and cut here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F

from papers.models import WorkTopic
from papers.pages.work_list import PAGE_SIZE, WorkListState
from papers.querysets.works import FIGURES, Entry, WorkQuerySet

TOPICS_OFFERED: Final = 30


@dataclass(frozen=True, slots=True)
class Tally:
    """How many works the present filters leave, and how many each other choice would leave."""

    total: int
    by_year: tuple[tuple[int, int], ...]
    by_type: tuple[tuple[str, int], ...]
    with_code: int


def tallied(record: Iterable[Entry], state: WorkListState) -> Tally:
    """Counts along every filter, each without its own choice. Pure."""
    total = with_code = 0
    by_year: Counter[int] = Counter()
    by_type: Counter[str] = Counter()
    for entry in record:
        fits_year = state.year is None or entry.year == state.year
        fits_type = not state.type or entry.type == state.type
        fits_code = not state.code or entry.has_code
        total += fits_year and fits_type and fits_code
        if fits_type and fits_code and entry.year is not None:
            by_year[entry.year] += 1
        if fits_year and fits_code:
            by_type[entry.type] += 1
        with_code += fits_year and fits_type and entry.has_code
    return Tally(total, tuple(by_year.items()), tuple(by_type.items()), with_code)


def chosen_keys(record: Iterable[Entry], state: WorkListState) -> list[int]:
    """The works that the filters leave, in the order of the list. Pure.

    Works without a year, a count or a figure stand last, as in ``papers.querysets.works.ORDERS``.
    """
    chosen = [
        entry
        for entry in record
        if (state.year is None or entry.year == state.year)
        and (not state.type or entry.type == state.type)
        and (not state.code or entry.has_code)
    ]
    if state.sort == "oldest":
        chosen.sort(key=lambda entry: (entry.year is None, entry.date_key, entry.id))
    elif state.sort == "cited":
        chosen.sort(
            key=lambda entry: (-1 if entry.cited_by_count is None else entry.cited_by_count, entry.date_key, entry.id), reverse=True
        )
    elif state.sort in FIGURES:
        chosen.sort(key=lambda entry: (-1.0 if entry.figure is None else entry.figure, entry.date_key, entry.id), reverse=True)
    else:
        chosen.sort(key=lambda entry: (entry.date_key, entry.id), reverse=True)
    return [entry.id for entry in chosen]


def page_of(chosen: WorkQuerySet, state: WorkListState, *, surplus: int = 0) -> list[int]:
    """The keys of the works of the page that ``state`` names, and ``surplus`` more to tell whether there is another. One query.

    They are chosen before anything else is read, so that texts are read of these works alone.
    """
    start = (state.page - 1) * PAGE_SIZE
    return list(chosen.in_order(state.sort).values_list("pk", flat=True)[start : start + PAGE_SIZE + surplus])


def topics_among(keys: Collection[int]) -> Sequence[tuple[int, str, int]]:
    """The most frequent topics among some works: (id, name, works), at most thirty. One query, none for no works."""
    if not keys:
        return []
    found: Any = (
        WorkTopic.objects.filter(work__in=list(keys), topic__merged_into__isnull=True, topic__erased_at__isnull=True)
        .values("topic_id", name=F("topic__name"))
        .annotate(count=Count("id"))
        .order_by("-count", "name")
    )
    return [(row["topic_id"], row["name"], row["count"]) for row in found[:TOPICS_OFFERED]]
