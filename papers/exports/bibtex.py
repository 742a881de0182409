r"""BibTeX. Pure.

Text is UTF-8 with BibTeX's and LaTeX's special characters escaped; mathematics stays as LaTeX between dollar signs. The
title stands in a second pair of braces, so that no style takes the capitals off names and acronyms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from config.lib.mathml import find_formulas
from papers.exports.common import address_of, keys, note_of, page_range
from papers.exports.names import split_name
from papers.records import AuthorshipRecord, WorkRecord

ENTRY_TYPES: Final = {
    "article": "article",
    "review": "article",
    "editorial": "article",
    "erratum": "article",
    "proceedings-article": "inproceedings",
    "book": "book",
    "book-chapter": "incollection",
    "dissertation": "phdthesis",
    "report": "techreport",
}
_CONTAINERS: Final = {
    "article": "journal",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "book": "series",
    "phdthesis": "school",
    "techreport": "institution",
}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES: Final = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "^": r"\^{}",
        "~": r"{\textasciitilde}",
    }
)
_LONE_BRACES: Final = _ESCAPES | str.maketrans({"{": r"{\textbraceleft}", "}": r"{\textbraceright}"})
_ADDRESS_ESCAPES: Final = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def write(records: Iterable[WorkRecord]) -> Iterator[str]:
    """Each record as one entry with a key of its own."""
    key_of = keys()
    for record in records:
        yield entry(record, key_of(record))


def entry(record: WorkRecord, key: str) -> str:
    """One entry, ending in a blank line."""
    kind = ENTRY_TYPES.get(record.type, "misc")
    lines = [f"  {name} = {value}," for name, value in _fields(record, kind)]
    return f"@{kind}{{{key},\n" + "\n".join(lines) + "\n}\n\n"


def _fields(record: WorkRecord, kind: str) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{{{escaped(record.title)}}}}}"
    if record.authorships:
        yield "author", f"{{{_people(record)}}}"
    yield from _place(record, kind)
    if record.year is not None:
        yield "year", f"{{{record.year}}}"
    if record.month is not None:
        yield "month", _MONTHS[record.month - 1]
    yield from _identifiers(record)
    if record.abstract:
        yield "abstract", _braced(record.abstract)
    if record.topics:
        yield "keywords", _braced(", ".join(topic.name.replace(",", " ") for topic in record.topics))
    if record.language:
        yield "language", _braced(record.language)
    if note := note_of(record):
        yield "note", _braced(note)


def _place(record: WorkRecord, kind: str) -> Iterator[tuple[str, str]]:
    venue = record.venue
    if venue is None:
        return
    first, last = page_range(venue.pages)
    named = (
        (_CONTAINERS.get(kind, "howpublished"), venue.name),
        ("volume", venue.volume),
        ("number", venue.issue),
        ("pages", f"{first}--{last}" if last else first),
        ("issn", venue.issn[0] if venue.issn else ""),
    )
    yield from ((name, _braced(value)) for name, value in named if value)


def _identifiers(record: WorkRecord) -> Iterator[tuple[str, str]]:
    if doi := record.ids.get("doi"):
        yield "doi", f"{{{doi.translate(_ADDRESS_ESCAPES)}}}"
    if arxiv := record.ids.get("arxiv"):
        yield "eprint", f"{{{arxiv}}}"
        yield "archiveprefix", "{arXiv}"
    if isbn := record.ids.get("isbn"):
        yield "isbn", f"{{{isbn}}}"
    if address := address_of(record):
        yield "url", f"{{{address.translate(_ADDRESS_ESCAPES)}}}"


def _people(record: WorkRecord) -> str:
    names = [_person(authorship) for authorship in record.authorships]
    return " and ".join([*names, "others"] if record.authors_truncated else names)


def _person(authorship: AuthorshipRecord) -> str:
    if authorship.is_organisation:
        return f"{{{escaped(authorship.name)}}}"
    family, given, suffix = (_name_part(part) for part in split_name(authorship.name))
    if not given:
        return f"{{{family}}}" if " " in family else family
    return ", ".join(part for part in (family, suffix, given) if part)


def _name_part(part: str) -> str:
    """A part of a name; one that holds BibTeX's own "and" is braced."""
    text = escaped(part)
    return f"{{{text}}}" if " and " in f" {text.lower()} " else text


def _braced(text: str) -> str:
    return f"{{{escaped(text)}}}"


def escaped(text: str) -> str:
    """``text`` with special characters escaped outside of its formulas, on one line."""
    text = " ".join(text.split())
    escapes = _ESCAPES if _balanced(text) else _LONE_BRACES
    pieces, done = [], 0
    for formula in find_formulas(text):
        source = text[formula.start : formula.end]
        if not _balanced(source):
            continue
        pieces += [text[done : formula.start].translate(escapes), source]
        done = formula.end
    return "".join(pieces) + text[done:].translate(escapes)


def _balanced(text: str) -> bool:
    """Whether BibTeX, which counts braces and knows no backslash, finds as many closed as opened at every point."""
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
