"""Crossref works: the envelope of a single work, answers with ``message.items``, and lines of work objects.

https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md. Which of its fields become which of ours, and
why, is in docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format
from papers.importers.crossref_types import BOOKS, NO_WORKS, NOTICES, POSTED_TYPES, RETRACTING, VENUE_KINDS, WORK_TYPES
from papers.importers.json_head import head_document, head_record
from papers.importers.loose import (
    NO_TITLE,
    DateParts,
    Unfit,
    affiliation_of,
    date_parts,
    day_of,
    distinct,
    flag,
    known,
    language_code,
    mapping,
    mappings,
    marked_up,
    name_of,
    parse_json,
    plain,
    raw,
    sequence,
    web_address,
    whole_number,
    year_of,
)
from papers.records import (
    AuthorshipRecord,
    InstitutionRecord,
    ParseResult,
    ReferenceRecord,
    TopicRecord,
    VenueRecord,
    WorkRecord,
)

_ITEMS: Final = ("message", "items")
_DATES: Final = ("issued", "published", "published-print", "published-online", "published-other", "posted")
_ABSTRACT_HEADING = re.compile(r"^(?:abstract|summary)\s*[.:]\s+", re.IGNORECASE)
# Titles that only a notice has. "Correction" alone is a word of physics and statistics, hence the colon or quotation mark.
_NOTICE_TITLE = re.compile(
    r"\W*(?:(?:publisher|author)(?:['\u2019]s)?\s+)?"
    r"(?:(?:erratum|errata|corrigendum|corrigenda)(?:\s*$|\s*[:.(]|\s+(?:to|for)\b)"
    r"|correction(?:\s*$|\s*:|\s+to\s*[:\"\u201c\u2018])"
    r"|retraction(?:\s+(?:note|notice))?(?:\s+to)?\s*:|retraction\s+(?:note|notice)\b"
    r"|(?:expression|statement)\s+of\s+concern\b|withdrawal\s+notice\b)",
    re.IGNORECASE,
)
# Publishers put these before the title of the article that was retracted.
_RETRACTED_TITLE = re.compile(r"(?:RETRACTED(?:\s+ARTICLE)?\s*:|\[RETRACTED\]|\[Retracted\]|WITHDRAWN\s*:)\s*")
_SUBTITLE_TAG = re.compile(r"\s*(?:<|&lt;)(/?)subtitle(?:>|&gt;)\s*", re.IGNORECASE)


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """The works of a Crossref input; what is no work, or has no title or DOI, is rejected."""
    return parse_json(stream, [_ITEMS], lambda item, _around: [work_record(item)])


def work_record(item: Mapping[str, Any]) -> WorkRecord:
    """One Crossref work, with or without its envelope. Raises ``Unfit`` where it is no work or lacks title or DOI."""
    work = mapping(item.get("message")) or item
    doi = identifiers.normalise_doi(raw(work.get("DOI")))
    if not doi:
        raise Unfit("It has no DOI.", plain(work.get("DOI"), 300))
    stated_type = raw(work.get("type")).lower()
    if stated_type in NO_WORKS or (not stated_type and "/(issn)" in doi):
        raise Unfit(f"It describes {NO_WORKS.get(stated_type, 'a journal')}, not a work.", doi)
    title = _title(work)
    if not title:
        raise Unfit(NO_TITLE, doi)

    venue = _venue(work, stated_type)
    authorships = tuple(_authorships(work, venue))
    cited_by = whole_number(work.get("is-referenced-by-count"))
    as_of = day_of(mapping(work.get("indexed")).get("date-time"))
    year, month, day = _date(work, stated_type)
    is_retracted, retraction_note = _retraction(work, doi, title, authorships)
    return WorkRecord(
        source="crossref",
        record_id=doi[:300],
        title=title,
        type=_work_type(work, stated_type, doi, title, authorships),
        ids=_work_ids(work, doi, stated_type),
        abstract=_ABSTRACT_HEADING.sub("", marked_up(work.get("abstract"))),
        year=year,
        month=month,
        day=day,
        venue=venue,
        authorships=authorships,
        authors_truncated=any(_is_and_others(author) for author in mappings(work.get("author"))),
        affiliations_unaligned=_institution_names(work) if stated_type in {"dissertation", "report"} else (),
        topics=tuple(
            TopicRecord(name=name, scheme="venue-area") for name in distinct(plain(s, 200) for s in sequence(work.get("subject")))
        ),
        language=language_code(work.get("language")),
        landing_urls=distinct([web_address(mapping(mapping(work.get("resource")).get("primary")).get("URL")), f"https://doi.org/{doi}"]),
        pdf_urls=distinct(web_address(link.get("URL")) for link in mappings(work.get("link")) if _is_pdf(link)),
        licence=_licence(work),
        cited_by_count=cited_by,
        cited_by_source="crossref" if cited_by is not None else "",
        cited_by_as_of=as_of if cited_by is not None else None,
        references=tuple(_references(work)),
        is_retracted=is_retracted,
        retraction_note=retraction_note,
        updated=day_of(mapping(work.get("deposited")).get("date-time")),
    )


# --- title and text ----------------------------------------------------------------------------------------------


def _title(work: Mapping[str, Any]) -> str:
    """The first title that says something, with the subtitle after a colon. Further titles are variants of it."""
    titles = [
        text
        for value in sequence(work.get("title"))
        if (text := marked_up(_SUBTITLE_TAG.sub(lambda tag: " " if tag[1] else ": ", raw(value))))
    ]
    if not titles:
        return ""
    title = titles[0]
    subtitle = next((text for value in sequence(work.get("subtitle")) if (text := marked_up(value))), "")
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title.rstrip(' :')}{' ' if title.endswith(('?', '!')) else ': '}{subtitle}"
    return title


def _work_type(work: Mapping[str, Any], stated_type: str, doi: str, title: str, authorships: tuple[AuthorshipRecord, ...]) -> str:
    if stated_type == "posted-content":
        return POSTED_TYPES.get(raw(work.get("subtype")).lower(), "preprint")
    about_another = any(
        raw(update.get("type")).lower() in NOTICES and identifiers.normalise_doi(raw(update.get("DOI"))) not in {"", doi}
        for update in mappings(work.get("update-to"))
    )
    if about_another or _NOTICE_TITLE.match(title) or _is_retraction_by_journal(title, authorships):
        return "erratum"
    return WORK_TYPES.get(stated_type, "other")


def _is_retraction_by_journal(title: str, authorships: tuple[AuthorshipRecord, ...]) -> bool:
    """Whether it is a notice "Retracted: …" that a journal signs with its own name (Hindawi)."""
    return title.startswith("Retracted:") and bool(authorships) and all(author.is_organisation for author in authorships)


def _retraction(work: Mapping[str, Any], doi: str, title: str, authorships: tuple[AuthorshipRecord, ...]) -> tuple[bool, str]:
    """Whether the work itself was retracted, and what says so. A notice about another work is not retracted."""
    itself = [u for u in mappings(work.get("update-to")) if identifiers.normalise_doi(raw(u.get("DOI"))) == doi]
    for update in [*mappings(work.get("updated-by")), *itself]:
        kind = raw(update.get("type")).lower()
        if kind in RETRACTING:
            notice = identifiers.normalise_doi(raw(update.get("DOI")))
            when = day_of(mapping(update.get("updated")).get("date-time"))
            dated = f" of {when.isoformat()}" if when else ""
            return True, f"{kind.capitalize()}{dated}, https://doi.org/{notice}" if notice else f"{kind.capitalize()}{dated}"
    if _RETRACTED_TITLE.match(title) and not _is_retraction_by_journal(title, authorships):
        return True, "The publisher's title says so."
    return False, ""


# --- people ------------------------------------------------------------------------------------------------------


def _authorships(work: Mapping[str, Any], venue: VenueRecord | None) -> Iterator[AuthorshipRecord]:
    for position, entry in enumerate(sequence(work.get("author"))):
        author = mapping(entry)
        given, family, suffix = (name_of(author.get(part), 150) for part in ("given", "family", "suffix"))
        organisation = name_of(author.get("name"))
        name = " ".join(part for part in (given, family, suffix) if part) or organisation
        if not name or _is_and_others(author):
            continue
        signed_by_journal = bool(venue and venue.name and name.casefold() == venue.name.casefold())
        is_organisation = signed_by_journal or not (given or family)
        # Some deposits put the whole name into ``family``: which part is which cannot be told then.
        whole_in_family = not given and " " in family
        yield AuthorshipRecord(
            name=name[:300],
            position=position,
            given_name="" if is_organisation else given,
            family_name="" if is_organisation or whole_in_family else " ".join(part for part in (family, suffix) if part),
            ids=known({"orcid": identifiers.normalise_orcid(raw(author.get("ORCID")))}),
            orcid_authenticated=flag(author.get("authenticated-orcid")) and bool(identifiers.normalise_orcid(raw(author.get("ORCID")))),
            affiliations=distinct(_affiliation(place) for place in mappings(author.get("affiliation"))),
            institutions=tuple(_institutions(author)),
            is_organisation=is_organisation,
        )


def _is_and_others(author: Mapping[str, Any]) -> bool:
    stated = f"{raw(author.get('given'))} {raw(author.get('family'))} {raw(author.get('name'))}".strip(" .").casefold()
    return stated in {"et al", "et. al", "and others"}


def _affiliation(place: Mapping[str, Any]) -> str:
    parts = [*sequence(place.get("department")), place.get("name"), *sequence(place.get("place"))]
    return ", ".join(distinct(affiliation_of(part) for part in parts))


def _institutions(author: Mapping[str, Any]) -> Iterator[InstitutionRecord]:
    for place in mappings(author.get("affiliation")):
        stated = [raw(entry.get("id")) for entry in mappings(place.get("id"))]
        ror = next((found for value in stated if (found := identifiers.normalise_ror(value))), "")
        name = marked_up(place.get("name"), 500)
        if ror and name:
            yield InstitutionRecord(name=name, ror=ror)


# --- the rest ----------------------------------------------------------------------------------------------------


def _date(work: Mapping[str, Any], stated_type: str) -> DateParts:
    """The first date of publication that says a year; for a dissertation also when it was approved.

    ``created`` and ``deposited`` are when Crossref heard of the work, decades later for old ones: never used.
    """
    for key in (*_DATES, "approved") if stated_type == "dissertation" else _DATES:
        parts = sequence(mapping(work.get(key)).get("date-parts"))
        first = sequence(parts[0])[:3] if parts and isinstance(parts[0], list) else []
        found = date_parts(*first) if first else (None, None, None)
        if found[0]:
            return found
    return None, None, None


def _work_ids(work: Mapping[str, Any], doi: str, stated_type: str) -> dict[str, str]:
    """The DOI, and the arXiv id where the record names the preprint of this very work there.

    An ISBN identifies a book, so that of a chapter or a paper is not taken. Other related DOIs are other works.
    """
    related = mappings(mapping(work.get("relation")).get("has-preprint"))
    stated = [identifiers.arxiv_of_doi(doi), *(_arxiv_of_relation(relation) for relation in related)]
    isbns = [identifiers.normalise_isbn(raw(value)) for value in sequence(work.get("ISBN"))] if stated_type in BOOKS else []
    return known(
        {
            "doi": doi,
            "arxiv": next((value for value in stated if value), ""),
            "acl": identifiers.acl_of_doi(doi),
            "isbn": next((value for value in isbns if value), ""),
        }
    )


def _arxiv_of_relation(relation: Mapping[str, Any]) -> str:
    value = raw(relation.get("id"))
    if raw(relation.get("id-type")).lower() == "arxiv":
        return identifiers.normalise_arxiv(value)
    return identifiers.arxiv_of_doi(value)


def _institution_names(work: Mapping[str, Any]) -> tuple[str, ...]:
    return distinct(_affiliation(place) for place in mappings(work.get("institution")))


def _venue(work: Mapping[str, Any], stated_type: str) -> VenueRecord | None:
    names = distinct(marked_up(name, 500) for name in sequence(work.get("container-title")))
    # A paper in a series is in the volume that is named last; a preprint is in its repository.
    name = names[-1] if names else ""
    if not name and stated_type == "posted-content":
        name = next((marked_up(place.get("name"), 500) for place in mappings(work.get("institution"))), "")
    if not name and stated_type == "proceedings-article":
        name = marked_up(mapping(work.get("event")).get("name"), 500)
    if not name:
        return None
    short = next((text for value in sequence(work.get("short-container-title")) if (text := marked_up(value, 60))), "")
    is_shorter = len(names) <= 1 and short.casefold() != name.casefold()
    return VenueRecord(
        name=name,
        abbreviation=short if is_shorter else "",
        kind=VENUE_KINDS.get(stated_type, ""),
        issn=distinct(identifiers.normalise_issn(raw(value)) for value in sequence(work.get("ISSN"))),
        volume=plain(work.get("volume"), 60),
        issue=plain(work.get("issue"), 60),
        pages=plain(work.get("page"), 60) or plain(work.get("article-number"), 60),
    )


def _licence(work: Mapping[str, Any]) -> str:
    """The address of the licence of the version of record, else of any version; text-mining terms are none."""
    licences = [entry for entry in mappings(work.get("license")) if entry.get("content-version") != "tdm"]
    licences.sort(key=lambda entry: entry.get("content-version") != "vor")
    return next((url for entry in licences if (url := web_address(entry.get("URL")))), "")[:200]


def _is_pdf(link: Mapping[str, Any]) -> bool:
    stated = raw(link.get("content-type")).lower() == "application/pdf"
    return stated and raw(link.get("intended-application")) != "similarity-checking"


def _references(work: Mapping[str, Any]) -> Iterator[ReferenceRecord]:
    """Cited works by DOI, else by title. A reference that is running text only names no work that we could match."""
    for reference in mappings(work.get("reference")):
        doi = identifiers.normalise_doi(raw(reference.get("DOI")))
        title = marked_up(reference.get("article-title")) or marked_up(reference.get("volume-title"))
        if doi or title:
            yield ReferenceRecord(scheme="doi" if doi else "", value=doi, title=title, year=year_of(reference.get("year")))


def recognises(head: bytes) -> bool:
    """Whether the first bytes are of Crossref works."""
    document = head_document(head)
    if isinstance(document, Mapping) and "message-type" in document and "status" in document:
        return raw(document.get("message-type")).startswith("work")
    record = head_record(head)
    stated_doi = identifiers.normalise_doi(raw(record.get("DOI")))
    return bool(stated_doi) and "id" not in record and ("title" in record or "member" in record or "prefix" in record)


CROSSREF: Final[Format[WorkRecord]] = Format(key="crossref", label="Crossref", parse=parse, recognises=recognises)
