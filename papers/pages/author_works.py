"""The works of one author as a list: the record read leanly once, then counted, sorted and cut here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from papers.pages.work_list import PAGE_SIZE, WorkListState
from papers.querysets.works import FIGURES, Entry, WorkQuerySet


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


def topics_among(record: Iterable[Entry], keys: Collection[int], known: Iterable[Mapping[str, Any]]) -> list[tuple[int, str, int]]:
    """Of the topics ``known`` (an author's, as stored) those that the chosen works are about: (id, name, works), most works first. Pure."""
    chosen = set(keys)
    counts = Counter(topic for entry in record if entry.id in chosen for topic in entry.topics)
    found = [(row["id"], row["name"], counts[row["id"]]) for row in known if counts[row["id"]]]
    return sorted(found, key=lambda topic: (-topic[2], topic[1]))
