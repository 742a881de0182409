"""Works of ORCID records (API 3.0): whole records, /works answers, single and bulk works, as JSON and as XML.

https://info.orcid.org/documentation/integration-guide/orcid-record/. ORCID groups the assertions of one work by
their identifiers; a group is one record here, taken from its preferred (first) assertion, and every assertion's
source is kept in ``asserted_by``. Which of its fields become which of ours, and why, is in docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format, decode_head
from papers.importers.json_head import head_document
from papers.importers.loose import (
    NO_TITLE,
    DateParts,
    Unfit,
    affiliation_of,
    date_parts,
    distinct,
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
)
from papers.importers.orcid_xml import parse_orcid_xml
from papers.records import AuthorshipRecord, ParseResult, VenueRecord, WorkRecord

_LISTS: Final = (("activities-summary", "works", "group"), ("works", "group"), ("group",), ("bulk",))
_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "article",
    "magazine-article": "article",
    "newspaper-article": "article",
    "conference-paper": "proceedings-article",
    "conference-proceedings": "book",
    "preprint": "preprint",
    "working-paper": "preprint",
    "book": "book",
    "edited-book": "book",
    "book-chapter": "book-chapter",
    "dictionary-entry": "book-chapter",
    "encyclopedia-entry": "book-chapter",
    "data-set": "dataset",
    "software": "software",
    "dissertation": "dissertation",
    "dissertation-thesis": "dissertation",
    "report": "report",
    "technical-standard": "standard",
    "standards-and-policy": "standard",
    "review": "review",
    "review-article": "review",
}
_BOOKS: Final = frozenset({"book", "edited-book", "conference-proceedings"})
_VENUE_KINDS: Final[Mapping[str, str]] = {"journal-article": "journal", "conference-paper": "conference", "preprint": "repository"}
_PATH = re.compile(r"/([^/]+)/")
_IDENTIFIERS: Final[Mapping[str, str]] = {"doi": "doi", "arxiv": "arxiv", "pmid": "pmid", "pmc": "pmcid", "isbn": "isbn"}


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """The works of an ORCID input; a work without a title is rejected, a record without works gives nothing."""
    start = stream.readline(4096)
    again = _Again(start, stream)
    if decode_head(start).startswith("<"):
        return parse_orcid_xml(again, work_records)
    return parse_json(again, _LISTS, work_records)


class _Again:
    """A stream whose first bytes were looked at and are given once more."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        start, self._start = self._start, b""
        return start or self._stream.read(size)

    def readline(self, limit: int = -1) -> bytes:
        start, self._start = self._start, b""
        if start and not start.endswith(b"\n"):
            return start + self._stream.readline(limit)
        return start or self._stream.readline(limit)


def work_records(item: Mapping[str, Any], around: Mapping[str, Any]) -> Iterator[WorkRecord]:
    """The record of one group, one summary or one full work. ``around`` is the person's record, as far as it is known."""
    refused = mapping(item.get("error"))
    if refused:
        raise Unfit(f"ORCID did not give the work: {plain(refused.get('developer-message'), 300)}")
    assertions = mappings(item.get("work-summary")) or mappings(item.get("work")) or [item]
    yield _work_record(assertions, around)


def _work_record(assertions: list[Mapping[str, Any]], around: Mapping[str, Any]) -> WorkRecord:
    work = next((assertion for assertion in assertions if _title(assertion)), assertions[0])
    holder = _holder(work, around)
    put_code = plain(work.get("put-code"), 40)
    # Put-codes are unique at ORCID whoever's record they are on; the sandbox counts for itself.
    record_id = f"sandbox:{put_code}" if holder.startswith("sandbox:") else put_code
    title = _title(work)
    if not title:
        raise Unfit(NO_TITLE, record_id)
    if not put_code:
        raise Unfit("It has no put-code, by which ORCID tells works apart.", record_id)
    stated_type = raw(work.get("type")).lower().replace("_", "-")
    year, month, day = _date(work)
    contributors = mappings(mapping(work.get("contributors")).get("contributor"))
    orcid = identifiers.normalise_orcid(holder)
    return WorkRecord(
        source="orcid",
        record_id=record_id,
        title=title,
        type=_TYPES.get(stated_type, "other"),
        ids=_work_ids(assertions, stated_type),
        abstract=marked_up(_value(work.get("short-description"))),
        year=year,
        month=month,
        day=day,
        venue=_venue(work, stated_type),
        authorships=tuple(_authorships(contributors, orcid, _holder_name(around), authenticated=_asserted_by_holder(assertions, orcid))),
        authors_truncated=not contributors,
        language=language_code(_value(work.get("language-code"))),
        landing_urls=distinct(_addresses(work)),
        asserted_by=distinct(_source(assertion) for assertion in assertions),
    )


def _value(node: object) -> object:
    """What stands in ``node``: ORCID wraps nearly every text in an object with the key "value"."""
    return node.get("value") if isinstance(node, Mapping) else node


def _title(work: Mapping[str, Any]) -> str:
    titles = mapping(work.get("title"))
    title = marked_up(_value(titles.get("title")))
    subtitle = marked_up(_value(titles.get("subtitle")))
    return f"{title.rstrip(' :')}: {subtitle}" if title and subtitle and subtitle.casefold() not in title.casefold() else title


def _date(work: Mapping[str, Any]) -> DateParts:
    stated = mapping(work.get("publication-date"))
    return date_parts(*(raw(_value(stated.get(part))) for part in ("year", "month", "day")))


def _work_ids(assertions: list[Mapping[str, Any]], stated_type: str) -> dict[str, str]:
    """The identifiers of the work itself. "Version of" is another version, "part of" the book or journal around it."""
    found: dict[str, str] = {}
    for assertion in assertions:
        for entry in mappings(mapping(assertion.get("external-ids")).get("external-id")):
            scheme = _IDENTIFIERS.get(raw(entry.get("external-id-type")).lower(), "")
            if not scheme or raw(entry.get("external-id-relationship")).lower() != "self":
                continue
            if scheme == "isbn" and stated_type not in _BOOKS:
                continue
            stated = (entry.get("external-id-value"), _value(entry.get("external-id-normalized")), _value(entry.get("external-id-url")))
            value = next((good for text in stated if (good := identifiers.normalise_work_id(scheme, raw(text)))), "")
            if value:
                found.setdefault(scheme, value)
    arxiv = identifiers.arxiv_of_doi(found.get("doi"))
    return known({"arxiv": arxiv, **found})


def _venue(work: Mapping[str, Any], stated_type: str) -> VenueRecord | None:
    name = marked_up(_value(work.get("journal-title")), 500)
    if not name:
        return None
    issn = [
        identifiers.normalise_issn(raw(entry.get("external-id-value")))
        for entry in mappings(mapping(work.get("external-ids")).get("external-id"))
        if raw(entry.get("external-id-type")).lower() == "issn"
    ]
    return VenueRecord(name=name, kind=_VENUE_KINDS.get(stated_type, ""), issn=distinct(issn))


def _addresses(work: Mapping[str, Any]) -> Iterator[str]:
    yield web_address(_value(work.get("url")))
    for entry in mappings(mapping(work.get("external-ids")).get("external-id")):
        if raw(entry.get("external-id-relationship")).lower() == "self":
            yield web_address(_value(entry.get("external-id-url")))


# --- whose record it is, and who says so -------------------------------------------------------------------------


def _holder(work: Mapping[str, Any], around: Mapping[str, Any]) -> str:
    """The iD whose record the work is on; "sandbox:…" for ORCID's sandbox, whose ids are nobody's."""
    identifier = mapping(around.get("orcid-identifier"))
    path = plain(identifier.get("path"), 40)
    if not path:
        paths = (raw(work.get("path")), raw(around.get("path")))
        path = next((found[1] for text in paths if (found := _PATH.match(text))), "")
    if "sandbox" in raw(identifier.get("host")) or "sandbox" in raw(identifier.get("uri")):
        return f"sandbox:{path}"
    return identifiers.normalise_orcid(path) or plain(path, 40)


def _holder_name(around: Mapping[str, Any]) -> tuple[str, str, str]:
    """Display, given and family name on the person's record, each "" where it is not public."""
    name = mapping(mapping(around.get("person")).get("name"))
    given = name_of(_value(name.get("given-names")), 150)
    family = name_of(_value(name.get("family-name")), 150)
    return name_of(_value(name.get("credit-name"))) or f"{given} {family}".strip(), given, family


def _asserted_by_holder(assertions: list[Mapping[str, Any]], orcid: str) -> bool:
    """Whether the person, signed in at ORCID, put the work there, alone or through a service."""
    sources = [mapping(assertion.get("source")) for assertion in assertions]
    stated = [mapping(source.get(key)).get("path") for source in sources for key in ("source-orcid", "assertion-origin-orcid")]
    return bool(orcid) and orcid in {identifiers.normalise_orcid(raw(path)) for path in stated}


def _source(assertion: Mapping[str, Any]) -> str:
    """Who asserted the work, with the put-code of the assertion: "Europe PubMed Central (put-code 88946008)"."""
    source = mapping(assertion.get("source"))
    paths = (mapping(source.get(key)).get("path") for key in ("source-client-id", "source-orcid"))
    name = plain(_value(source.get("source-name")), 200) or next((text for path in paths if (text := plain(path, 60))), "")
    put_code = plain(assertion.get("put-code"), 40)
    return f"{name or 'unnamed source'} (put-code {put_code})" if put_code else name


def _authorships(
    contributors: list[Mapping[str, Any]], orcid: str, holder_name: tuple[str, str, str], *, authenticated: bool
) -> Iterator[AuthorshipRecord]:
    """The contributors in their order; without them, or where none is the holder, the holder at an unknown place.

    Without a public name nothing can be shown, so that a bare /works answer gives works without authors.
    """
    people = [_contributor(person) for person in contributors if _is_author(person)]
    people = [person for person in people if person.name]
    name, given, family = holder_name
    holder = _place_of_holder(people, orcid, name)
    for place, person in enumerate(people):
        is_holder = place == holder
        yield AuthorshipRecord(
            name=person.name,
            position=place,
            ids={**person.ids, "orcid": orcid} if is_holder and orcid else person.ids,
            orcid_authenticated=is_holder and authenticated,
            affiliations=person.affiliations,
        )
    if holder is None and name:
        yield AuthorshipRecord(
            name=name,
            position=None,
            given_name=given if f"{given} {family}".strip() == name else "",
            family_name=family if f"{given} {family}".strip() == name else "",
            ids=known({"orcid": orcid}),
            orcid_authenticated=authenticated,
        )


def _is_author(person: Mapping[str, Any]) -> bool:
    role = raw(_value(mapping(person.get("contributor-attributes")).get("contributor-role"))).lower()
    return not role or "author" in role or "writing" in role or "original-draft" in role


def _contributor(person: Mapping[str, Any]) -> AuthorshipRecord:
    stated = mapping(person.get("contributor-orcid"))
    orcid = identifiers.normalise_orcid(raw(stated.get("uri")) or raw(stated.get("path")))
    organisation = mapping(person.get("contributor-organization"))
    return AuthorshipRecord(
        name=name_of(_value(person.get("credit-name"))),
        position=None,
        ids=known({"orcid": orcid}),
        affiliations=distinct([affiliation_of(_value(organisation.get("name")))]),
    )


def _place_of_holder(people: list[AuthorshipRecord], orcid: str, name: str) -> int | None:
    """The one contributor who bears the holder's iD, else the one who bears the same name without an iD; else None."""
    by_id = [place for place, person in enumerate(people) if orcid and person.ids.get("orcid") == orcid]
    by_name = [
        place for place, person in enumerate(people) if name and "orcid" not in person.ids and person.name.casefold() == name.casefold()
    ]
    return next((places[0] for places in (by_id, by_name) if len(places) == 1), None)


def recognises(head: bytes) -> bool:
    """Whether the first bytes are of ORCID works: a record with works, a /works answer, or single works."""
    text = decode_head(head)
    if text.startswith("<"):
        return "http://www.orcid.org/ns/work" in text and _xml_root(text) in {"work", "works", "bulk", "record", "work-summary"}
    document = head_document(head)
    if isinstance(document, list):
        document = next(iter(document), None)
    if not isinstance(document, Mapping):
        return False
    if "orcid-identifier" in document:
        return "preferences" in document or "activities-summary" in document or "person" in document
    if "put-code" in document:
        return "title" in document or "work-summary" in document
    groups = sequence(document.get("group"))
    of_works = bool(groups) and "work-summary" in mapping(groups[0])
    return of_works or "bulk" in document or ("group" in document and raw(document.get("path")).endswith("/works"))


def _xml_root(text: str) -> str:
    """The local name of the first element of an XML text."""
    for piece in text.split("<")[1:]:
        if piece[:1].isalpha() or piece[:1] == "_":
            return piece.split(">")[0].split()[0].rstrip("/").rpartition(":")[2]
    return ""


ORCID: Final[Format[WorkRecord]] = Format(key="orcid", label="ORCID", parse=parse, recognises=recognises)
