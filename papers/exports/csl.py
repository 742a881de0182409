"""CSL-JSON, the data model of citation processors (schema csl-data 1.0). Processors know no LaTeX: formulas are in Unicode. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from papers.exports.common import address_of, keys, note_of, page_range
from papers.exports.names import split_name
from papers.plain_text import plain_text
from papers.records import AuthorshipRecord, WorkRecord

TYPES: Final = {
    "article": "article-journal",
    "review": "article-journal",
    "editorial": "article-journal",
    "erratum": "article-journal",
    "proceedings-article": "paper-conference",
    "preprint": "article",
    "book": "book",
    "book-chapter": "chapter",
    "dataset": "dataset",
    "software": "software",
    "dissertation": "thesis",
    "report": "report",
    "standard": "standard",
    "peer-review": "review",
}


def write(records: Iterable[WorkRecord]) -> Iterator[str]:
    """All records as one JSON array, an item a piece."""
    key_of = keys()
    opening = "["
    for record in records:
        yield f"{opening}\n{json.dumps(item(record, key_of(record)), ensure_ascii=False)}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def item(record: WorkRecord, key: str) -> dict[str, Any]:
    """One item. Fields that the record does not know are left out."""
    first, last = page_range(record.venue.pages) if record.venue else ("", "")
    venue = record.venue
    said: dict[str, Any] = {
        "id": key,
        "type": TYPES.get(record.type, "document"),
        "title": plain_text(record.title),
        "author": [_person(authorship) for authorship in record.authorships],
        "issued": _date(record),
        "container-title": venue.name if venue else "",
        "container-title-short": venue.abbreviation if venue else "",
        "volume": venue.volume if venue else "",
        "issue": venue.issue if venue else "",
        "page": f"{first}-{last}" if last else first,
        "DOI": record.ids.get("doi", ""),
        "ISBN": record.ids.get("isbn", ""),
        "ISSN": venue.issn[0] if venue and venue.issn else "",
        "number": f"arXiv:{record.ids['arxiv']}" if "arxiv" in record.ids else "",
        "URL": address_of(record),
        "abstract": plain_text(record.abstract),
        "keyword": ", ".join(topic.name.replace(",", " ") for topic in record.topics),
        "language": record.language,
        "note": note_of(record),
    }
    return {name: value for name, value in said.items() if value}


def _person(authorship: AuthorshipRecord) -> dict[str, str]:
    if authorship.is_organisation:
        return {"literal": authorship.name}
    family, given, suffix = split_name(authorship.name)
    if not given:
        return {"literal": authorship.name}
    return {"family": family, "given": given, **({"suffix": suffix} if suffix else {})}


def _date(record: WorkRecord) -> dict[str, list[list[int]]] | None:
    parts = [part for part in (record.year, record.month, record.day) if part]
    return {"date-parts": [parts]} if parts else None
