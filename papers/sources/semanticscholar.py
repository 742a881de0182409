"""Papers from Semantic Scholar: https://api.semanticscholar.org/api-docs/graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from papers import identifiers
from papers.importers.loose import whole_number
from papers.importers.semanticscholar import SEMANTIC_SCHOLAR
from papers.sources.base import Page, Place, Question, Service, Source, parse_body, read_json

PAGE_PAPERS: Final = 100
_AUTHOR_FIELDS: Final = (
    "externalIds,corpusId,url,title,abstract,venue,publicationVenue,year,citationCount,openAccessPdf,fieldsOfStudy,"
    "s2FieldsOfStudy,publicationTypes,publicationDate,journal,authors"
)
_PAPER_FIELDS: Final = f"{_AUTHOR_FIELDS},authors.name,authors.affiliations,authors.homepage,authors.externalIds,references.title,references.year,references.externalIds"


def _paper(value: str) -> str:
    """The id as the service wants it: its own, "CorpusId:…", "DOI:…", "ARXIV:…" or "ACL:…"."""
    own = identifiers.normalise_s2_paper(value)
    if own:
        return own
    if value.lower().replace(" ", "").startswith(("corpusid", "s2cid")):
        corpus = identifiers.normalise_s2_corpus(value)
        return f"CorpusId:{corpus}" if corpus else ""
    named = (
        ("DOI", identifiers.normalise_doi(value)),
        ("ARXIV", identifiers.normalise_arxiv(value)),
        ("ACL", identifiers.normalise_acl(value)),
    )
    return next((f"{scheme}:{found}" for scheme, found in named if found), "")


def pages(service: Service, question: str, value: str, place: Place) -> Iterator[Page]:
    """One paper with its references, or the papers of an author in pages of 100 by offset."""
    if question == "paper":
        body = service.ask(f"/paper/{quote(value, safe=':/')}", {"fields": _PAPER_FIELDS}, _key(service))
        yield Page(parse_body(SEMANTIC_SCHOLAR, body))
        return
    offset: int | None = whole_number(place.get("offset")) or 0
    while offset is not None:
        asked = {"fields": _AUTHOR_FIELDS, "limit": str(PAGE_PAPERS), "offset": str(offset)}
        body = service.ask(f"/author/{value}/papers", asked, _key(service))
        following = whole_number(read_json(body, SEMANTIC_SCHOLAR.label).get("next"))
        results = parse_body(SEMANTIC_SCHOLAR, body)
        offset = following if following and following > offset and results else None
        yield Page(results, {"offset": offset} if offset else None)


def _key(service: Service) -> dict[str, str]:
    return {"x-api-key": service.key} if service.key else {}


SOURCE: Final = Source(
    key="s2",
    label="Semantic Scholar",
    questions=(
        Question("author", "the papers of an author, by Semantic Scholar id", "2262347", identifiers.normalise_s2_author),
        Question("paper", "one paper, by its Semantic Scholar id, corpus id, DOI or arXiv id", "10.1093/mind/lix.236.433", _paper),
    ),
    pages=pages,
    pause=1.1,  # one request a second is the limit with a key; without one it is shared with the world
)
