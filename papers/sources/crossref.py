"""Works from Crossref: https://www.crossref.org/documentation/retrieve-metadata/rest-api/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from papers import identifiers
from papers.importers.crossref import CROSSREF
from papers.importers.loose import mapping, raw, whole_number
from papers.sources.base import Page, Place, Question, Service, Source, parse_body, read_json, words

PAGE_WORKS: Final = 100


def pages(service: Service, question: str, value: str, place: Place) -> Iterator[Page]:
    """The work with a DOI, or the works that a query finds, in pages of 100 by cursor.

    Crossref forgets a cursor after minutes; asking with a forgotten one raises ``NotThere``.
    """
    if question == "doi":
        yield Page(parse_body(CROSSREF, service.ask(f"/works/{quote(value, safe='')}", _polite(service))))
        return
    cursor = raw(place.get("cursor")) or "*"
    while cursor:
        body = service.ask("/works", {"query": value, "rows": str(PAGE_WORKS), "cursor": cursor, **_polite(service)})
        message = mapping(read_json(body, CROSSREF.label).get("message"))
        results = parse_body(CROSSREF, body)
        # A page that is not full is the last one, although it names a cursor, too.
        cursor = raw(message.get("next-cursor")) if len(results) >= PAGE_WORKS else ""
        yield Page(results, {"cursor": cursor} if cursor else None, whole_number(message.get("total-results")))


def _polite(service: Service) -> dict[str, str]:
    return {"mailto": service.contact} if service.contact else {}


SOURCE: Final = Source(
    key="crossref",
    label="Crossref",
    questions=(
        Question("doi", "the work with a DOI", "10.7717/peerj.4375", identifiers.normalise_doi),
        Question("query", "the works that Crossref finds for some words", "spin glass ageing", words),
    ),
    pages=pages,
    pause=0.2,
)
