"""Preprints from arXiv: https://info.arxiv.org/help/api/user-manual.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from papers import identifiers
from papers.importers.arxiv import ARXIV_ATOM
from papers.importers.loose import whole_number
from papers.sources.base import Page, Place, Question, Service, Source, parse_body, words
from papers.sources.manners import NotThere, SourceError

PAGE_WORKS: Final = 100
_TOTAL = re.compile(rb"<opensearch:totalResults[^>]*>\s*(\d+)\s*<")
_EMPTY_PAGES: Final = 3  # arXiv gives an empty page now and then where there are more


def pages(service: Service, question: str, value: str, place: Place) -> Iterator[Page]:
    """One preprint, or what a search finds in pages of 100, the oldest first, so that new ones change no place."""
    if question == "id":
        found = parse_body(ARXIV_ATOM, service.ask("", {"id_list": value}))
        if not found:  # arXiv answers with an empty list, and with 200, where it has no such preprint
            raise NotThere("arXiv has no such preprint.", 404)
        yield Page(found)
        return
    search = f'au:"{value}"' if question == "author" else value
    start: int | None = whole_number(place.get("start")) or 0
    while start is not None:
        body, total = _page(service, search, start)
        results = parse_body(ARXIV_ATOM, body)
        end = start + PAGE_WORKS
        start = end if end < total else None
        yield Page(results, {"start": start} if start is not None else None, total)


def _page(service: Service, search: str, start: int) -> tuple[bytes, int]:
    for attempt in range(_EMPTY_PAGES):
        asked = {
            "search_query": search,
            "start": str(start),
            "max_results": str(PAGE_WORKS),
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
        }
        if attempt:
            asked["try"] = str(attempt)  # another address, so that neither cache gives the empty page again
        body = service.ask("", asked)
        match = _TOTAL.search(body)
        if match is None:
            raise SourceError("arXiv answered with something that is no list of preprints.")
        total = int(match[1])
        if start >= total or b"<entry" in body:
            return body, total
    raise SourceError(f"arXiv gave an empty page at {start} of {total}. Try again later.")


SOURCE: Final = Source(
    key="arxiv",
    label="arXiv",
    questions=(
        Question("author", "the preprints under an author's name", "Yuandong Tian", lambda value: words(value).replace('"', "")),
        Question("id", "one preprint", "2401.00001", identifiers.normalise_arxiv),
        Question("query", "what a search in arXiv's own words finds", "cat:cs.LG AND ti:robustness", words),
    ),
    pages=pages,
    pause=3.0,  # as arXiv asks
)
