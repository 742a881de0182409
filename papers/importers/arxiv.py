"""arXiv: Atom answers of its API, and OAI-PMH answers in the formats arXiv, arXivRaw and oai_dc.

Each preprint is one record of source "arxiv" under its id without version, whichever answer it came in. Entities are
not resolved and the network is not touched. docs/importing.md says which element becomes which field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import BinaryIO, Final, cast

from lxml import etree

from papers import identifiers
from papers.arxiv_categories import CATEGORY_NAMES, CATEGORY_OF_SUBJECT
from papers.importers.arxiv_authors import authorships_of_names, authorships_of_parts, authorships_of_text
from papers.importers.base import Format, decode_head, excerpt
from papers.importers.code_links import code_links
from papers.importers.loose import NO_TITLE, DateParts, Unfit, day_of, distinct, iso_date_parts, known, web_address
from papers.records import AuthorshipRecord, ParseResult, Rejected, TopicRecord, VenueRecord, WorkRecord
from papers.text import clean_text

_CHUNK_BYTES: Final = 256 * 1024
_ITEMS: Final = frozenset({"entry", "record", "error"})
_ARXIV: Final = VenueRecord(name="arXiv", key="arxiv", abbreviation="arXiv", kind="repository")

# "This paper has been withdrawn", not "a paper that was withdrawn from the market".
_WITHDRAWN = re.compile(
    r"^\W*(?:\[?(?:withdrawn|retracted)\b)"
    r"|\b(?:this|the)\s+(?:paper|article|manuscript|submission|preprint|work|version)\b[^.]{0,40}?\b(?:has been|have been|is|was|being)\s+"
    r"(?:temporarily\s+|hereby\s+)?(?:withdrawn|retracted)\b"
    r"|\bwithdrawn by (?:the )?(?:authors?|arxiv|submitter)\b",
    re.IGNORECASE,
)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?")
_DOIS = re.compile(r"[,;]\s*(?=10\.)|\s+(?=10\.)")
_ERROR_ENTRY: Final = "api/errors"


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """One result for each entry or record. What arXiv says instead of a record (errors, deletions) is rejected.

    Memory is bounded by one record. Broken XML ends the input with a last ``Rejected``.
    """
    parser = etree.XMLPullParser(events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    ordinal = 0
    try:
        while piece := stream.read(_CHUNK_BYTES):
            parser.feed(piece)
            for item in _items(parser):
                ordinal += 1
                yield _result(item, ordinal)
        parser.close()
    except etree.XMLSyntaxError as error:
        yield Rejected(ordinal + 1, "", f"The XML is broken from here on: {excerpt(error.msg)}.")


def _items(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    """Entries and records as their end is read; each is forgotten once it was used."""
    for _, found in parser.read_events():
        element = cast("etree._Element", found)  # noqa: SLF001 - the stubs say only what else it may be
        if _name(element) not in _ITEMS:
            continue
        yield element
        element.clear()
        while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
            parent.remove(before)


def _result(item: etree._Element, ordinal: int) -> ParseResult:
    written = excerpt(etree.tostring(item, encoding="unicode")[:4000])
    try:
        return _entry(item) if _name(item) == "entry" else _record(item)
    except Unfit as unfit:
        return Rejected(ordinal, unfit.record_id[:300], unfit.reason, written)
    except (ValueError, RecursionError) as error:
        return Rejected(ordinal, "", f"The record cannot be read: {excerpt(error)[:200]}.", written)


# --- the XML -----------------------------------------------------------------------------------------------------


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if _name(child) == name]


def _text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return "".join(str(piece) for piece in element.itertext()).strip()


def _child_text(element: etree._Element, name: str) -> str:
    return next((text for child in _children(element, name) if (text := _text(child))), "")


# --- Atom --------------------------------------------------------------------------------------------------------


def _entry(entry: etree._Element) -> WorkRecord:
    """One entry of an Atom answer."""
    address = _child_text(entry, "id")
    summary = _child_text(entry, "summary")
    if _ERROR_ENTRY in address or (_child_text(entry, "title") == "Error" and not identifiers.normalise_arxiv(address)):
        raise Unfit(f"arXiv answered with an error: {clean_text(summary, markup='plain') or 'no reason given'}.")
    authors = [
        (_child_text(author, "name"), [_text(place) for place in _children(author, "affiliation")]) for author in _children(entry, "author")
    ]
    terms = [child.get("term", "") for name in ("primary_category", "category") for child in _children(entry, name)]
    return _work(
        arxiv_id=address,
        title=_child_text(entry, "title"),
        abstract=summary,
        published=iso_date_parts(_child_text(entry, "published")),
        updated=_child_text(entry, "updated"),
        authorships=authorships_of_names(authors),
        categories=terms,
        comment=_child_text(entry, "comment"),
        doi=_child_text(entry, "doi"),
    )


# --- OAI-PMH -----------------------------------------------------------------------------------------------------


def _record(record: etree._Element) -> WorkRecord:
    """One record of an OAI-PMH answer, in whichever format its metadata is."""
    if _name(record) == "error":
        raise Unfit(f"arXiv answered with an error: {_text(record) or record.get('code', 'no reason given')}.")
    header = next(iter(_children(record, "header")), None)
    identifier = _child_text(header, "identifier") if header is not None else ""
    if header is not None and header.get("status") == "deleted":
        raise Unfit("arXiv has deleted this record.", identifier)
    metadata = next((child for outer in _children(record, "metadata") for child in outer if _name(child)), None)
    if metadata is None:
        raise Unfit("It has no metadata.", identifier)
    changed = _child_text(header, "datestamp") if header is not None else ""
    match _name(metadata):
        case "arXiv":
            return _arxiv_metadata(metadata, changed)
        case "arXivRaw":
            return _raw_metadata(metadata, changed)
        case "dc":
            return _dublin_core(metadata, identifier, changed)
        case other:
            raise Unfit(f"Its metadata are in the format {other[:60]!r}; arXiv, arXivRaw and oai_dc are read.", identifier)


def _arxiv_metadata(metadata: etree._Element, changed: str) -> WorkRecord:
    parts = [
        (
            _child_text(author, "keyname"),
            _child_text(author, "forenames"),
            _child_text(author, "suffix"),
            [_text(place) for place in _children(author, "affiliation")],
        )
        for authors in _children(metadata, "authors")
        for author in _children(authors, "author")
    ]
    return _work(
        arxiv_id=_child_text(metadata, "id"),
        title=_child_text(metadata, "title"),
        abstract=_child_text(metadata, "abstract"),
        published=iso_date_parts(_child_text(metadata, "created")),
        updated=_child_text(metadata, "updated") or changed,
        authorships=authorships_of_parts(parts),
        categories=_child_text(metadata, "categories").split(),
        comment=_child_text(metadata, "comments"),
        doi=_child_text(metadata, "doi"),
        licence=_child_text(metadata, "license"),
    )


def _raw_metadata(metadata: etree._Element, changed: str) -> WorkRecord:
    dates = [_child_text(version, "date") for version in _children(metadata, "version")]
    return _work(
        arxiv_id=_child_text(metadata, "id"),
        title=_child_text(metadata, "title"),
        abstract=_child_text(metadata, "abstract"),
        published=_mail_date(dates[0]) if dates else (None, None, None),
        updated=changed,
        authorships=authorships_of_text(_child_text(metadata, "authors")),
        categories=_child_text(metadata, "categories").split(),
        comment=_child_text(metadata, "comments"),
        doi=_child_text(metadata, "doi"),
        licence=_child_text(metadata, "license"),
    )


def _mail_date(value: str) -> DateParts:
    """The parts of "Fri, 1 Jan 2010 12:00:00 GMT"."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None, None, None
    return found.year, found.month, found.day


def _dublin_core(metadata: etree._Element, identifier: str, changed: str) -> WorkRecord:
    descriptions = [_text(child) for child in _children(metadata, "description")]
    comments = [text.removeprefix("Comment:").strip() for text in descriptions if text.startswith("Comment:")]
    stated = [_text(child) for child in _children(metadata, "identifier")]
    names = [tuple(part.strip() for part in _text(child).partition(",")[::2]) for child in _children(metadata, "creator")]
    subjects = [" ".join(_text(child).split()) for child in _children(metadata, "subject")]
    return _work(
        arxiv_id=next((value for value in stated if identifiers.normalise_arxiv(value)), identifier),
        title=_child_text(metadata, "title"),
        abstract=next((text for text in descriptions if not text.startswith("Comment:")), ""),
        published=iso_date_parts(_child_text(metadata, "date")),
        updated=changed,
        authorships=authorships_of_parts([(family, given, "", []) for family, given in names]),
        categories=[CATEGORY_OF_SUBJECT[subject.casefold()] for subject in subjects if subject.casefold() in CATEGORY_OF_SUBJECT],
        comment=" ".join(comments),
        doi=next((value for value in stated if value.lower().startswith("doi:")), ""),
    )


# --- the record --------------------------------------------------------------------------------------------------


def _work(
    *,
    arxiv_id: str,
    title: str,
    abstract: str,
    published: DateParts,
    updated: str,
    authorships: tuple[AuthorshipRecord, ...],
    categories: list[str],
    comment: str,
    doi: str,
    licence: str = "",
) -> WorkRecord:
    """The record of a preprint from what each format gives. Raises ``Unfit`` without arXiv id or title."""
    normal = identifiers.normalise_arxiv(arxiv_id)
    if not normal:
        raise Unfit("It has no arXiv id.", excerpt(arxiv_id)[:300])
    clean_title = clean_text(title, markup="latex")
    if not clean_title:
        raise Unfit(NO_TITLE, normal)
    clean_abstract = clean_text(abstract, markup="latex")
    clean_comment = clean_text(comment, markup="latex")
    withdrawn = bool(_WITHDRAWN.search(clean_comment) or _WITHDRAWN.search(clean_abstract[:300]))
    dois = [identifiers.normalise_doi(part) for part in _DOIS.split(doi)]
    year, month, day = published
    return WorkRecord(
        source="arxiv",
        record_id=normal,
        title=clean_title,
        type="preprint",
        ids=known({"arxiv": normal, "doi": next((found for found in dois if found and not identifiers.arxiv_of_doi(found)), "")}),
        abstract=clean_abstract,
        year=year,
        month=month,
        day=day,
        venue=_ARXIV,
        authorships=authorships,
        topics=_topics(categories),
        landing_urls=(f"https://arxiv.org/abs/{normal}",),
        pdf_urls=(f"https://arxiv.org/pdf/{normal}",),
        code_urls=code_links(comment, abstract),
        licence=web_address(licence),
        is_retracted=withdrawn,
        retraction_note=(clean_comment or clean_abstract)[:1000] if withdrawn else "",
        updated=day_of(updated),
    )


def _topics(categories: list[str]) -> tuple[TopicRecord, ...]:
    """The categories, the primary one first. Codes of other schemes that authors put there (MSC, ACM) are left out."""
    terms = distinct(term.strip() for term in categories)
    return tuple(
        TopicRecord(name=CATEGORY_NAMES.get(term, term), scheme="arxiv", identifier=term) for term in terms if _CATEGORY.fullmatch(term)
    )


# --- recognition -------------------------------------------------------------------------------------------------


def recognises_atom(head: bytes) -> bool:
    """Whether the head is an Atom feed of arXiv."""
    text = decode_head(head)[:20_000]
    return text.startswith("<") and "<feed" in text and "arxiv.org/" in text and "http://www.w3.org/2005/Atom" in text


def recognises_oai(head: bytes) -> bool:
    """Whether the head is an OAI-PMH answer, or a record of one, that speaks of arXiv."""
    text = decode_head(head)[:20_000]
    answer = "<OAI-PMH" in text or "<record" in text
    return text.startswith("<") and answer and ("oai:arXiv.org:" in text or "arxiv.org/OAI/" in text or "arxiv.org/oai2" in text)


ARXIV_ATOM: Final[Format[WorkRecord]] = Format(key="arxiv", label="arXiv (Atom)", parse=parse, recognises=recognises_atom)
ARXIV_OAI: Final[Format[WorkRecord]] = Format(key="arxiv-oai", label="arXiv (OAI-PMH)", parse=parse, recognises=recognises_oai)
