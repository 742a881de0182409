"""The neutral JSON lines: one work on a line in a source-independent form (docs/importing.md describes it).

``source`` of a record is what stands before the first colon of its ``id`` ("openreview", "paperlists", "acl"), and
``record_id`` the whole ``id``. This is the format of bulk imports, so the reading of it is kept fast: names,
affiliations and institutions are cached, and only what is there is looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, BinaryIO, Final

from papers import identifiers
from papers.countries import country_code
from papers.importers.base import Format, decode_head, excerpt
from papers.importers.loose import NO_TITLE, Unfit, day_of, flag, iso_date_parts, known, language_code, web_address, whole_number, year_of
from papers.records import AuthorshipRecord, InstitutionRecord, ParseResult, ReferenceRecord, Rejected, TopicRecord, VenueRecord, WorkRecord
from papers.text import clean_affiliation, clean_name, clean_text

LONGEST_LINE: Final = 32 * 1024 * 1024
_LONGEST_NAME: Final = 300

_TYPES: Final = {"journal-article": "article"}  # every other value of ours is written as we write it
_OUR_TYPES: Final = frozenset(
    [
        "article",
        "proceedings-article",
        "preprint",
        "review",
        "book",
        "book-chapter",
        "dataset",
        "software",
        "dissertation",
        "report",
        "standard",
        "peer-review",
        "editorial",
        "erratum",
        "other",
    ]
)
_JOURNALS: Final = frozenset({"cl", "tacl", "jmlr", "tmlr", "jair"})
_VENUE_KINDS: Final = frozenset({"conference", "repository", "book-series"})
_MONTHS: Final = {
    name: month for month, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)
}
_VOLUME = re.compile(r"\bVol(?:ume|\.)\s*([\w-]+)", re.IGNORECASE)
_ISSUE = re.compile(r"\b(?:Number|Issue|No\.)\s*([\w-]+)", re.IGNORECASE)
_KEYWORDS_IN_ONE = re.compile(r"\s*[;；，、]\s*")
_AREA = re.compile(r"^\[[^\]]*\]\s*(?=\S)")
_CODE_HOST = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|huggingface\.co)/[^/]+/[^/]+", re.IGNORECASE
)
_NEUTRAL_ID = re.compile(r'"id"\s*:\s*"(?!https?:|doi:|urn:|info:)[A-Za-z][\w.-]{0,40}:[^"]+"')

_ORDINARY_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-~]{0,1500})?")

_decode = json.JSONDecoder().decode


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """One result for each line that is not blank. Memory is bounded by the longest line (at most 32 MB)."""
    for ordinal, line in enumerate(_lines(stream), start=1):
        try:
            yield _record_of_line(line)
        except Unfit as unfit:
            yield Rejected(ordinal, unfit.record_id, unfit.reason, excerpt(line[:4000]))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            yield Rejected(ordinal, _id_in(line), f"The line is not of the neutral form ({excerpt(error)[:200]}).", excerpt(line[:4000]))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines that are not blank. One that is too long is given cut, and the rest of it skipped."""
    first = True
    while line := stream.readline(LONGEST_LINE):
        if first:
            line = line.removeprefix(b"\xef\xbb\xbf")
            first = False
        if not line.isspace():
            yield line
        while not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            line = stream.readline(LONGEST_LINE)


def _record_of_line(line: bytes) -> WorkRecord:
    if len(line) == LONGEST_LINE:
        raise Unfit("The line is longer than 32 MB.", _id_in(line))
    try:
        work = _decode(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unfit("The line is not UTF-8.", _id_in(line)) from None
    except json.JSONDecodeError as error:
        cut = "" if line.endswith(b"\n") else "; the input may have been cut off"
        raise Unfit(f"The line is not valid JSON ({error.msg}, character {error.pos + 1}{cut}).", _id_in(line)) from None
    if not isinstance(work, dict):
        raise Unfit("The line is not a record.")
    return work_record(work)


def _id_in(line: bytes) -> str:
    """The id of a line that could not be read as a whole."""
    found = re.search(rb'"id"\s*:\s*"([^"\\]{1,200})"', line[:100_000])
    return found.group(1).decode("utf-8", "replace") if found else ""


def work_record(work: Mapping[str, Any]) -> WorkRecord:
    """One work. Raises ``Unfit`` where it has no id or title."""
    record_id = work.get("id")
    if not isinstance(record_id, str) or ":" not in record_id:
        raise Unfit('It has no id of the form "source:key".')
    title = clean_text(work.get("title") or "", markup="latex")
    if not title:
        raise Unfit(NO_TITLE, record_id)
    year, month, day = _date(work)
    cited_by = whole_number(work.get("cited_by_count"))
    landing, pdf, code = _addresses(work)
    note = work.get("retraction_note")
    return WorkRecord(
        source=record_id.partition(":")[0].lower(),
        record_id=record_id,
        title=title,
        type=_work_type(work.get("type")),
        ids=_work_ids(work.get("ids")),
        abstract=clean_text(work.get("abstract") or "", markup="latex"),
        year=year,
        month=month,
        day=day,
        venue=_venue(work),
        authorships=tuple(_authorships(work.get("authorships") or [])),
        authors_truncated=flag(work.get("authors_truncated")),
        affiliations_unaligned=tuple(filter(None, map(clean_affiliation, work.get("affiliations_unaligned") or ()))),
        topics=_topics(work),
        language=language_code(work.get("language")),
        landing_urls=landing,
        pdf_urls=pdf,
        code_urls=code,
        has_code=flag(work.get("has_code")),
        cited_by_count=cited_by,
        cited_by_source=_cited_by_source(work) if cited_by is not None else "",
        cited_by_as_of=day_of(work.get("cited_by_as_of")) if cited_by is not None else None,
        references=_references(work.get("references") or ()),
        is_retracted=flag(work.get("is_retracted")),
        retraction_note=clean_text(note, markup="plain") if note else "",
    )


def _cited_by_source(work: Mapping[str, Any]) -> str:
    """Whose count it is: Google Scholar's, unless the record says otherwise."""
    source = work.get("cited_by_source")
    return source if isinstance(source, str) and source else "google-scholar"


def _references(references: Iterable[Mapping[str, str]]) -> tuple[ReferenceRecord, ...]:
    """Works that this one cites, each by an identifier such as ``{"doi": "10.1/x"}``."""
    found = []
    for reference in references:
        for scheme, value in reference.items():
            normal = identifiers.normalise_work_id(scheme, value)
            if normal:
                found.append(ReferenceRecord(scheme=scheme, value=normal))
                break
    return tuple(dict.fromkeys(found))


def _work_type(value: object) -> str:
    ours = _TYPES.get(value, value) if isinstance(value, str) else ""
    return ours if ours in _OUR_TYPES else "other"


def _work_ids(ids: Mapping[str, str] | None) -> dict[str, str]:
    if not ids:
        return {}
    found = known({scheme: identifiers.normalise_work_id(scheme, value) for scheme, value in ids.items()})
    if "acl" not in found and (acl := identifiers.acl_of_doi(found.get("doi"))):
        found["acl"] = acl
    return found


def _date(work: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Year, month and day. A range of months ("October-November", "May 2 - May 7") begins with its first."""
    if work.get("publication_date"):
        return iso_date_parts(work["publication_date"])
    year = year_of(work.get("publication_year"))
    month = work.get("publication_month")
    return year, _month(month) if month and year else None, None


@lru_cache(maxsize=256)
def _month(value: str | int) -> int | None:
    if isinstance(value, int):
        return value if value in range(1, 13) else None
    return _MONTHS.get(value.strip()[:3].lower())


def _venue(work: Mapping[str, Any]) -> VenueRecord | None:
    venue = work.get("venue")
    if not venue or not (venue.get("display_name") or venue.get("abbreviation")):
        return None
    track = venue.get("track") or ""
    return _venue_record(
        venue.get("display_name") or venue["abbreviation"],
        venue.get("key") or "",
        venue.get("abbreviation") or "",
        venue.get("volume_title") or "",
        work.get("pages") or "",
        "" if track == "main" else track,
        venue.get("kind") or ("journal" if work.get("type") == "journal-article" else ""),
    )


@lru_cache(maxsize=4096)
def _venue_record(name: str, key: str, abbreviation: str, volume_title: str, pages: str, track: str, kind: str) -> VenueRecord:
    journal = kind == "journal" or key in _JOURNALS
    volume = _VOLUME.search(volume_title) if journal else None
    issue = _ISSUE.search(volume_title) if journal else None
    return VenueRecord(
        name=clean_text(name, markup="plain"),
        key=key.strip().lower(),
        abbreviation=clean_text(abbreviation, markup="plain"),
        kind="journal" if journal else kind if kind in _VENUE_KINDS else "conference",
        volume=volume.group(1) if volume else "",
        issue=issue.group(1) if issue else "",
        pages=clean_text(pages, markup="plain"),
        track=clean_text(track, markup="plain"),
    )


def _authorships(authorships: list[dict[str, Any]]) -> Iterator[AuthorshipRecord]:
    for place, authorship in enumerate(authorships):
        name = _name(authorship)
        if not name:
            continue  # the source lost it: its place stays empty, the others keep theirs
        ids = authorship.get("ids")
        strings = authorship.get("raw_affiliation_strings")
        institutions = authorship.get("institutions")
        homepage = authorship.get("homepage_url")
        other_script = authorship.get("name_in_other_script")
        yield AuthorshipRecord(
            name=name,
            position=authorship.get("position", place),
            given_name=_clean_name(given) if (given := authorship.get("given_name")) else "",
            family_name=_clean_name(family) if (family := authorship.get("family_name")) else "",
            ids=known({scheme: identifiers.normalise_author_id(scheme, value) for scheme, value in ids.items()}) if ids else {},
            affiliations=tuple(filter(None, map(clean_affiliation, strings))) if strings else (),
            institutions=_institutions(institutions, authorship.get("affiliation_domains") or []) if institutions else (),
            homepage=web_address(homepage) if homepage else "",
            name_in_other_script=clean_name(other_script) if other_script else "",
        )


@lru_cache(maxsize=65536)
def _clean_name(value: str) -> str:
    return clean_name(value)[:_LONGEST_NAME]


def _name(authorship: Mapping[str, Any]) -> str:
    name = authorship.get("display_name")
    if not name:
        name = " ".join(filter(None, (authorship.get("given_name"), authorship.get("family_name"))))
    return _clean_name(name)


def _institutions(institutions: list[dict[str, str]], domains: list[str]) -> tuple[InstitutionRecord, ...]:
    """Institutions with their addresses. A domain of the affiliation stands in for an address that is not given."""
    aligned = domains if len(domains) == len(institutions) else ()
    found = []
    for place, institution in enumerate(institutions):
        name = institution.get("display_name")
        if not name:
            continue
        homepage = institution.get("homepage_url") or (f"https://{aligned[place]}" if aligned else "")
        found.append(_institution(name, institution.get("country") or "", homepage, institution.get("ror") or ""))
    return tuple(found)


@lru_cache(maxsize=32768)
def _institution(name: str, country: str, homepage: str, ror: str) -> InstitutionRecord:
    return InstitutionRecord(
        name=clean_affiliation(name),
        ror=identifiers.normalise_ror(ror),
        country_code=country_code(country),
        homepage=web_address(homepage),
    )


def _topics(work: Mapping[str, Any]) -> tuple[TopicRecord, ...]:
    """Keywords of the authors, each once, subject areas of the venue ("[Content] Vision and Language"), arXiv's categories."""
    found: dict[tuple[str, str], TopicRecord] = {}
    for keyword in work.get("keywords") or ():
        for part in _KEYWORDS_IN_ONE.split(keyword) if not keyword.isascii() or ";" in keyword else (keyword,):
            name = _keyword(part)
            if name:
                found.setdefault(("keyword", name.casefold()), TopicRecord(name=name))
    for area in work.get("topics") or ():
        name = clean_text(area, markup="plain")
        found.setdefault(("venue-area", name), TopicRecord(name=_AREA.sub("", name), scheme="venue-area", identifier=name[:200]))
    for category in work.get("arxiv_categories") or ():
        identifier = category["id"]
        found.setdefault(("arxiv", identifier), TopicRecord(name=category.get("name") or identifier, scheme="arxiv", identifier=identifier))
    return tuple(found.values())


@lru_cache(maxsize=16384)
def _keyword(value: str) -> str:
    return clean_text(value, markup="latex").strip(" .,;:")[:200]


def _addresses(work: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Landing pages, PDFs, and code. Recordings of the talk are left out."""
    landing: list[str] = []
    pdf: list[str] = []
    code = [address for url in work.get("code_urls") or () if (address := _address(url))]
    for entry in work.get("urls") or ():
        kind = entry.get("type")
        address = _address(entry.get("url"))
        if not address or kind == "video":
            continue
        if kind == "pdf":
            pdf.append(address)
        elif kind == "project" and _CODE_HOST.match(address):
            code.append(address)
        else:
            landing.append(address)
    return tuple(dict.fromkeys(landing)), tuple(dict.fromkeys(pdf)), tuple(dict.fromkeys(code))


def _address(value: object) -> str:
    """``web_address`` with a short way for nearly all addresses."""
    return value if isinstance(value, str) and _ORDINARY_ADDRESS.fullmatch(value) else web_address(value)


def recognises(head: bytes) -> bool:
    """Whether the first line is a work in the neutral form: an id "source:key", a title, and authorships."""
    first = decode_head(head[:HEAD_TO_LOOK_AT]).partition("\n")[0]
    signs = '"title"' in first and ('"authorships"' in first or '"publication_year"' in first)
    return first.startswith("{") and signs and bool(_NEUTRAL_ID.search(first[:2000]))


HEAD_TO_LOOK_AT: Final = 64 * 1024
NEUTRAL: Final[Format[WorkRecord]] = Format(key="neutral", label="Neutral JSON lines", parse=parse, recognises=recognises)
