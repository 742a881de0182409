"""RIS, as EndNote, Zotero and Mendeley read it. Pure.

One tag a line, lines ended as the format wants it (CR LF). Text is UTF-8 on one line; mathematics stays between dollar signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from config.lib.mathml import find_formulas
from papers.exports.common import address_of, keys, note_of, page_range
from papers.exports.names import split_name
from papers.records import AuthorshipRecord, WorkRecord

TYPES: Final = {
    "article": "JOUR",
    "review": "JOUR",
    "editorial": "JOUR",
    "erratum": "JOUR",
    "proceedings-article": "CPAPER",
    "preprint": "UNPB",
    "book": "BOOK",
    "book-chapter": "CHAP",
    "dataset": "DATA",
    "software": "COMP",
    "dissertation": "THES",
    "report": "RPRT",
    "standard": "STAND",
}


def write(records: Iterable[WorkRecord]) -> Iterator[str]:
    """Each record as one reference with an id of its own."""
    key_of = keys()
    for record in records:
        yield reference(record, key_of(record))


def reference(record: WorkRecord, key: str) -> str:
    """One reference, ending in a blank line."""
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in _tags(record, key)) + "ER  - \r\n\r\n"


def _tags(record: WorkRecord, key: str) -> Iterator[tuple[str, str]]:
    yield "TY", TYPES.get(record.type, "GEN")
    yield "ID", key
    yield "TI", record.title
    yield from (("AU", _person(authorship)) for authorship in record.authorships)
    if record.year is not None:
        yield "PY", str(record.year)
        if record.month is not None:
            yield "DA", f"{record.year:04d}/{record.month:02d}/{f'{record.day:02d}' if record.day else ''}/"
    yield from _place(record)
    if doi := record.ids.get("doi"):
        yield "DO", doi
    yield from (("UR", address) for address in _addresses(record))
    if record.pdf_urls:
        yield "L1", record.pdf_urls[0]
    if record.abstract:
        yield "AB", record.abstract
    yield from (("KW", topic.name) for topic in record.topics)
    if record.language:
        yield "LA", record.language
    if note := note_of(record):
        yield "N1", note


def _place(record: WorkRecord) -> Iterator[tuple[str, str]]:
    venue = record.venue
    if venue is None:
        return
    first, last = page_range(venue.pages)
    serial = venue.issn[0] if venue.issn else record.ids.get("isbn", "")
    tags = (
        ("T2", venue.name),
        ("J2", venue.abbreviation),
        ("VL", venue.volume),
        ("IS", venue.issue),
        ("SP", first),
        ("EP", last),
        ("SN", serial),
    )
    yield from ((tag, value) for tag, value in tags if value)


def _addresses(record: WorkRecord) -> list[str]:
    """Where the work can be read; RIS has no tag for an arXiv id, so that its address stands there in any case."""
    arxiv = record.ids.get("arxiv")
    addresses = [address_of(record), f"https://arxiv.org/abs/{arxiv}" if arxiv else ""]
    return [address for address in dict.fromkeys(addresses) if address and address not in record.pdf_urls]


def _person(authorship: AuthorshipRecord) -> str:
    if authorship.is_organisation:
        return authorship.name
    return ", ".join(part for part in split_name(authorship.name) if part)


def _line(text: str) -> str:
    """On one line. RIS escapes nothing and many readers take a backslash for LaTeX, so outside formulas it is a sign that only looks like one."""
    text = " ".join(text.split())
    if "\\" not in text:
        return text
    pieces, done = [], 0
    for formula in find_formulas(text):
        pieces += [text[done : formula.start].replace("\\", "\u2216"), text[formula.start : formula.end]]
        done = formula.end
    return "".join(pieces) + text[done:].replace("\\", "\u2216")
