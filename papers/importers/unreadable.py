"""Inputs that Collegium knows by sight and does not read, each with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from papers.importers.base import UnreadableFormat, decode_head
from papers.importers.unreadable_json import refuse_json, refused

Recognises = Callable[[str], bool]  # given the text of the head

_NOT_ORCID_WORKS: Final = "It has no works. Import the whole record, or its works, instead."
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s>/]")
_PROLOGUE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>", re.DOTALL)
_CONTROL_BYTES: Final = frozenset(range(9)) | frozenset(range(14, 32))
_LEAST_COLUMNS: Final = 3
_HTML = re.compile(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def refuse_early(head: bytes) -> UnreadableFormat | None:
    """A refusal that comes before any importer is asked: an empty input, an HTML page, a NBIB or ISI file.

    These share signs with formats that are read: an HTML page may hold a BibTeX entry, an ISI file looks like RIS.
    """
    text = decode_head(head)
    early = not text.strip("\x00") or _is_html(text) or any(recognises(text) for _, _, recognises in _REFERENCE_FILES)
    return next(refusals(head)) if early else None


def refusals(head: bytes) -> Iterator[UnreadableFormat]:
    """Why a head that no importer recognised is not read, the best reason first; never empty."""
    text = decode_head(head)
    if not text.strip("\x00"):
        yield UnreadableFormat("an empty input", "This input is empty.")
    if _is_html(text):
        yield refused("an HTML page", "It may be a service's page about an error; it is no file of records.")
    for magic, name, advice in _BINARY_FILES:
        if head.startswith(magic):
            yield refused(name, advice)
    if found := refuse_json(head):
        yield found
    for name, advice, recognises in _XML_FORMATS if text.startswith("<") else (*_REFERENCE_FILES, *_TABLES):
        if recognises(text):
            yield refused(name, advice)
    if root := _root(text):
        yield refused(f"XML with the root element {root[:80]}", "Collegium does not know its format.")
    if _is_binary(head):
        yield refused("binary", "It is no file of records.")
    yield UnreadableFormat("unknown", "Collegium cannot tell what format this is. Name the format if you know it.")


def _is_html(text: str) -> bool:
    return bool(_HTML.match(text[:5000])) or _root(text).lower() == "html"


def _is_binary(head: bytes) -> bool:
    start = head[:4096]
    odd = sum(byte in _CONTROL_BYTES for byte in start)
    return not head.startswith((b"\xff\xfe", b"\xfe\xff")) and odd * 50 > len(start)


def _root(text: str) -> str:
    """The local name of the first element, or ""."""
    match = _ROOT.match(_PROLOGUE.sub("", text[:20_000]).lstrip()) if text.startswith("<") else None
    return match[1] if match else ""


def _has_root(*names: str) -> Recognises:
    return lambda text: _root(text) in names


def _holds(sign: str) -> Recognises:
    return lambda text: sign in text


def _starts(pattern: str) -> Recognises:
    compiled = re.compile(pattern)
    return lambda text: bool(compiled.match(text))


def _columns(text: str) -> tuple[str, ...]:
    return tuple(column.strip().strip('"').lower() for column in text.split("\n", 1)[0].split(","))


def _has_columns(*columns: str) -> Recognises:
    return lambda text: _columns(text)[: len(columns)] == columns


def _is_table(text: str) -> bool:
    columns = _columns(text)
    return len(columns) >= _LEAST_COLUMNS and all(re.fullmatch(r"[\w .#/()-]{1,60}", column) for column in columns)


_BINARY_FILES: Final = (
    (b"%PDF-", "a PDF file", "Collegium reads records, not papers."),
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and import the files in it."),
    (b"BZh", "a bzip2 file", "Unpack it first; only gzip is read as it is."),
    (b"\xfd7zXZ\x00", "an xz file", "Unpack it first; only gzip is read as it is."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "Unpack it first; only gzip is read as it is."),
    (b"\x1f\x8b", "a file that was compressed twice", "Unpack it once."),
    (b"SQLite format 3", "an SQLite database", "Collegium reads records, not databases."),
    (b"PAR1", "a Parquet file", "Collegium does not read Parquet yet."),
)
_XML_FORMATS: Final[tuple[tuple[str, str, Recognises], ...]] = (
    ("a DataCite record (XML)", "Collegium does not read DataCite yet.", _holds("datacite.org/schema/kernel")),
    ("a Crossref record (XML)", "Collegium reads Crossref's JSON instead; ask its REST API.", _holds("crossref.org/")),
    (
        "a Crossref record (XML)",
        "Collegium reads Crossref's JSON instead; ask its REST API.",
        _has_root("doi_records", "doi_record", "crossref_result", "doi_batch", "crossref"),
    ),
    ("an ACL Anthology file (XML)", "Collegium does not read the ACL Anthology's XML yet.", _has_root("collection")),
    ("an ORCID record other than works (XML)", _NOT_ORCID_WORKS, _holds("http://www.orcid.org/ns/")),
    ("a dblp file (XML)", "Collegium does not read dblp yet.", _has_root("dblp", "dblpperson")),
    ("a PubMed file (XML)", "Collegium does not read PubMed yet.", _has_root("PubmedArticleSet", "MedlineCitationSet")),
    ("a JATS article (XML)", "Collegium does not read JATS yet.", _has_root("article")),
    ("a MODS record (XML)", "Collegium does not read MODS yet.", _has_root("mods", "modsCollection")),
    ("a MARC record (XML)", "Collegium does not read MARC yet.", _holds("loc.gov/MARC21")),
    ("an EndNote file (XML)", "Collegium reads RIS and BibTeX, which EndNote writes too.", _has_root("xml")),
    ("a TEI document (XML)", "Collegium does not read TEI yet.", _has_root("TEI", "teiCorpus")),
    ("an OAI-PMH answer of another kind", "Collegium reads OAI-PMH answers of arXiv only.", _has_root("OAI-PMH", "record")),
    ("a feed of something else than arXiv", "Collegium reads Atom answers of arXiv only.", _has_root("feed", "rss", "RDF")),
)
_REFERENCE_FILES: Final[tuple[tuple[str, str, Recognises], ...]] = (
    ("an NBIB (MEDLINE) file", "Collegium does not read NBIB yet; RIS and BibTeX are read.", _starts(r"(?:PMID|OWN |STAT)\s*- ")),
    ("an ISI (Web of Science) file", "Collegium does not read ISI yet; RIS and BibTeX are read.", _starts(r"FN |VR \d|PT [A-Z]\r?\nAU ")),
    ("a Refer (EndNote) file", "Collegium does not read Refer yet; RIS and BibTeX are read.", _starts(r"%[0A-Z] .+\r?\n%[A-Z0-9@*+] ")),
)
_TABLES: Final[tuple[tuple[str, str, Recognises], ...]] = (
    ("an OpenCitations file (CSV)", "Collegium does not read OpenCitations yet.", _has_columns("id", "title", "author", "pub_date")),
    ("an OpenCitations file (CSV)", "Collegium does not read OpenCitations yet.", _has_columns("oci", "citing", "cited")),
    ("OpenAlex's list of merged ids (CSV)", "It holds no works.", _has_columns("merge_date", "id", "merge_into_id")),
    ("a CSV table", "Collegium reads no tables.", _is_table),
)
