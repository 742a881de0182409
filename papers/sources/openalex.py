"""Works from OpenAlex: https://docs.openalex.org/how-to-use-the-api/api-overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from papers import identifiers
from papers.importers.loose import mapping, raw, whole_number
from papers.importers.openalex import OPENALEX
from papers.records import ParseResult, WorkRecord
from papers.sources.base import Page, Place, Question, Service, Source, parse_body, read_json
from papers.sources.manners import NotThere

PAGE_WORKS: Final = 200  # the most that OpenAlex gives


def _author(value: str) -> str:
    return identifiers.normalise_openalex(value, "A") or identifiers.normalise_orcid(value)


def _institution(value: str) -> str:
    return identifiers.normalise_openalex(value, "I") or identifiers.normalise_ror(value)


def _work(value: str) -> str:
    return identifiers.normalise_openalex(value, "W")


def pages(service: Service, question: str, value: str, place: Place) -> Iterator[Page]:
    """One work, or all works of an author or institution in pages of 200 by cursor."""
    if question in {"work", "doi"}:
        name = value if question == "work" else f"doi:{quote(value, safe='/')}"
        yield Page(parse_body(OPENALEX, service.ask(f"/works/{name}", _polite(service))))
        return
    cursor = raw(place.get("cursor")) or "*"
    while cursor:
        asked = {"filter": _filter(question, value), "per-page": str(PAGE_WORKS), "cursor": cursor, **_polite(service)}
        body = service.ask("/works", asked)
        meta = mapping(read_json(body, OPENALEX.label).get("meta"))
        results = tuple(_whole(service, result) for result in parse_body(OPENALEX, body))
        cursor = raw(meta.get("next_cursor")) if results else ""
        yield Page(results, {"cursor": cursor} if cursor else None, whole_number(meta.get("count")))


def _filter(question: str, value: str) -> str:
    if question == "author":
        return f"author.orcid:{value}" if "-" in value else f"author.id:{value}"
    return f"authorships.institutions.id:{value}" if value.startswith("I") else f"authorships.institutions.ror:{value}"


def _whole(service: Service, result: ParseResult) -> ParseResult:
    """The work with all its authors: lists cut them at a hundred, a single work does not."""
    if not isinstance(result, WorkRecord) or not result.authors_truncated:
        return result
    try:
        found = parse_body(OPENALEX, service.ask(f"/works/{result.record_id}", _polite(service)))
    except NotThere:
        return result
    return next((work for work in found if isinstance(work, WorkRecord)), result)


def _polite(service: Service) -> dict[str, str]:
    stated = {"mailto": service.contact, "api_key": service.key}
    return {name: value for name, value in stated.items() if value}


SOURCE: Final = Source(
    key="openalex",
    label="OpenAlex",
    questions=(
        Question("author", "the works of an author, by OpenAlex id or ORCID iD", "A5023888391", _author),
        Question("doi", "the work with a DOI", "10.7717/peerj.4375", identifiers.normalise_doi),
        Question("work", "one work, by OpenAlex id", "W2741809807", _work),
        Question("institution", "the works of an institution, by OpenAlex or ROR id", "I27837315", _institution),
    ),
    pages=pages,
    pause=0.15,
)
