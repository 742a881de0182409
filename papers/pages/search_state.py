"""What the address of a search says: the question, the kind of thing, what narrows it, and the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from config.lib.registries import people_facets
from papers.search.papers import PaperFilters

KINDS: Final = ("people", "papers", "topics", "institutions")
SORTS: Final = ("relevance", "newest", "cited", "score", "novelty")
LONGEST_QUESTION: Final = 300
PAGE_SIZE: Final = 20
MOST_PAGES: Final = 50  # a thousand hits are ranked; further ones need a better question


@dataclass(frozen=True, slots=True)
class SearchState:
    """The state of the search page. ``kind`` is "" for the first hits of every kind; ``people`` are the facets of people that are on."""

    q: str = ""
    kind: str = ""
    sort: str = "relevance"
    year: int | None = None
    topic: int | None = None
    institution: int | None = None
    venue: int | None = None
    code: bool = False
    people: tuple[str, ...] = ()
    page: int = 1

    @classmethod
    def read(cls, params: QueryParams) -> SearchState:
        """The state that the parameters ask for; what cannot be read is left out and noted in ``params``."""
        return cls(
            q=params.text("q", LONGEST_QUESTION),
            kind=params.choice("kind", KINDS),
            sort=params.choice("sort", SORTS, "relevance"),
            year=params.number("year", 1400, 2200),
            topic=params.public_id("topic"),
            institution=params.public_id("institution"),
            venue=params.public_id("venue"),
            code=params.flag("code"),
            people=tuple(facet.key for facet in people_facets if params.flag(facet.key)),
            page=params.number("page", 1, MOST_PAGES) or 1,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether any facet is chosen."""
        return bool(self.year or self.topic or self.institution or self.venue or self.code or self.people)

    @property
    def paper_filters(self) -> PaperFilters:
        """What narrows the papers."""
        return PaperFilters(self.year, self.topic, self.institution, self.venue, self.code)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in one fixed order, without defaults."""
        given = [
            ("q", self.q),
            ("kind", self.kind),
            ("sort", "" if self.sort == "relevance" else self.sort),
            ("year", str(self.year or "")),
            *((name, encode_public_id(value) if value else "") for name, value in self.narrowing_keys()),
            ("code", "1" if self.code else ""),
            *((key, "1") for key in self.people),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in given if value]

    def narrowing_keys(self) -> list[tuple[str, int | None]]:
        """The facets that are keys of rows."""
        return [("topic", self.topic), ("institution", self.institution), ("venue", self.venue)]

    def changed(self, **changes: Any) -> SearchState:
        """This state with ``changes``, on its first page unless a page is given."""
        return replace(self, **{"page": 1, **changes})

    def of_kind(self, kind: str) -> SearchState:
        """The same question for another kind, with only those facets that mean something there."""
        if kind == "papers":
            return self.changed(kind=kind, people=())
        if kind == "people":
            return self.changed(kind=kind, sort="relevance", year=None, venue=None, code=False)
        return self.changed(kind=kind, sort="relevance", year=None, venue=None, code=False, topic=None, institution=None, people=())

    def query(self, **changes: Any) -> str:
        """The query string: "?…" or ""."""
        pairs = self.changed(**changes).pairs()
        return "?" + urlencode(pairs) if pairs else ""
