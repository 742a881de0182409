"""A list of works with its sorting, filters and pages: every state of it is an address.

The same list stands on the pages of researchers, topics and institutions. ``WorkListState`` is what the address
says, ``WorkList`` what ``templates/papers/_works.html`` reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.paging import Pager, grouped
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from papers.models import WorkType
from papers.pages.markup import option_items
from papers.pages.rows import TYPES, WorkRow

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 200  # nobody reads further; narrowing by year reaches what lies behind
FIRST_YEAR, LAST_YEAR = 1400, 2200
SORTS: Final = {
    "newest": gettext_lazy("Newest"),
    "oldest": gettext_lazy("Oldest"),
    "cited": gettext_lazy("Most cited"),
    "score": gettext_lazy("Score"),
    "novelty": gettext_lazy("Novelty"),
}
DEFAULT_SORT: Final = "newest"


@dataclass(frozen=True, slots=True)
class WorkListState:
    """Which works in which order: what the query string says, with nothing that equals the default."""

    sort: str = DEFAULT_SORT
    year: int | None = None
    topic: int | None = None
    type: str = ""
    code: bool = False
    with_author: int | None = None
    page: int = 1

    @classmethod
    def read(cls, params: QueryParams, *, topics: bool = True, people: bool = True) -> WorkListState:
        """The state that the parameters ask for; what cannot be read is left out and noted in ``params``."""
        return cls(
            sort=params.choice("sort", list(SORTS), DEFAULT_SORT),
            year=params.number("year", FIRST_YEAR, LAST_YEAR),
            topic=params.public_id("topic") if topics else None,
            type=params.choice("type", WorkType.values),
            code=params.flag("code"),
            with_author=params.public_id("with") if people else None,
            page=params.number("page", 1, MOST_PAGES) or 1,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is on."""
        return self != WorkListState(sort=self.sort, page=self.page)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in one fixed order, without defaults."""
        given = [
            ("sort", "" if self.sort == DEFAULT_SORT else self.sort),
            ("year", str(self.year or "")),
            ("topic", encode_public_id(self.topic) if self.topic else ""),
            ("type", self.type),
            ("code", "1" if self.code else ""),
            ("with", encode_public_id(self.with_author) if self.with_author else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in given if value]

    def query(self, **changes: Any) -> str:
        """The query string of this state with ``changes``, on its first page unless a page is given: "?…" or ""."""
        changed = replace(self, **{"page": 1, **changes})
        pairs = changed.pairs()
        return "?" + urlencode(pairs) if pairs else ""


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to order the list."""

    text: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A select of the form above the list."""

    label: str
    name: str
    options: tuple[Option, ...]

    @property
    def items(self) -> SafeString:
        """The options as HTML."""
        return option_items((option.value, option.text, option.is_chosen) for option in self.options)


@dataclass(frozen=True, slots=True)
class Toggle:
    """A check box of the form above the list."""

    name: str
    text: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    """See the head of ``templates/papers/_works.html``. ``narrowing`` says in words which works these are."""

    heading: str
    narrowing: str
    rows: list[WorkRow]
    pager: Pager
    sorts: tuple[Sort, ...]
    filters: tuple[Filter, ...]
    toggles: tuple[Toggle, ...]
    filter_action: str
    filter_keeps: tuple[tuple[str, str], ...]
    clear_url: str
    empty_text: str
    ignored: tuple[str, ...]


def sorts_of(state: WorkListState, path: str, offered: Iterable[str] = tuple(SORTS)) -> tuple[Sort, ...]:
    """The orders on offer, each with its address."""
    return tuple(Sort(str(SORTS[key]), path + state.query(sort=key), key == state.sort) for key in offered)


def year_filter(counts: Iterable[tuple[int, int | None]], chosen: int | None) -> Filter:
    """Years, latest first, with how many works each has where that is known."""
    return Filter(
        _("Any year"),
        "year",
        tuple(Option(str(year), counted(str(year), count), year == chosen) for year, count in sorted(counts, reverse=True)),
    )


def type_filter(counts: Iterable[tuple[str, int | None]], chosen: str) -> Filter:
    """Types by their label, with how many works each has where that is known."""
    options = [Option(key, counted(str(TYPES.get(key, key)), count), key == chosen) for key, count in counts]
    return Filter(_("Any type"), "type", tuple(sorted(options, key=lambda option: option.text)))


def topic_filter(counts: Iterable[tuple[int, str, int | None]], chosen: int | None) -> Filter:
    """Topics, most works first as given."""
    return Filter(
        _("Any topic"),
        "topic",
        tuple(Option(encode_public_id(key), counted(name, count), key == chosen) for key, name, count in counts),
    )


def counted(text: str, count: int | None) -> str:
    """Such as "Preprint (12)"; the text alone where nobody counted."""
    return text if count is None else f"{text} ({grouped(count)})"


def narrowing_text(state: WorkListState, *, topic: str = "", person: str = "") -> str:
    """The filters in words: "of 2024, on Optimal transport, with Grace Hopper"; "" while nothing is filtered."""
    parts = []
    if state.type:
        parts.append(str(TYPES[state.type]))
    if state.year:
        parts.append(_("of %(year)s") % {"year": state.year})
    if topic:
        parts.append(_("on %(topic)s") % {"topic": topic})
    if person:
        parts.append(_("with %(name)s") % {"name": person})
    if state.code:
        parts.append(_("with code"))
    return ", ".join(parts)
