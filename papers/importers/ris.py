"""RIS files, as a dozen programs write them.

A record runs from TY to ER; a missing ER, a missing TY, repeated tags, values over several lines and text between the
records are put up with. What becomes of each tag is in docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format, decode_head, excerpt
from papers.importers.bibtex_names import Name, parse_names
from papers.importers.code_links import code_links
from papers.importers.loose import NO_TITLE, DateParts, Unfit, date_parts, distinct, known, web_address, whole_number
from papers.importers.reference_files import LARGEST_FILE, decode_text, language_of, record_identity
from papers.records import AuthorshipRecord, ParseResult, Rejected, TopicRecord, VenueRecord, WorkRecord
from papers.text import clean_affiliation, clean_text

_TYPES: Final = {
    "JOUR": "article", "EJOUR": "article", "MGZN": "article", "INPR": "article", "ABST": "article", "CONF": "proceedings-article",
    "CPAPER": "proceedings-article", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "SER": "book", "CHAP": "book-chapter",
    "ECHAP": "book-chapter", "ENCYC": "book-chapter", "DICT": "book-chapter", "THES": "dissertation", "RPRT": "report", "GOVDOC": "report",
    "DATA": "dataset", "AGGR": "dataset", "DBASE": "dataset", "COMP": "software", "STAND": "standard", "STANDARD": "standard",
    "PREPRINT": "preprint",
}  # fmt: skip
_TAG = re.compile(r"^[ \t\ufeff]*([A-Z][A-Z0-9])[ \t]{1,3}-(?:[ \t]+(.*)|)$")
_DATE = re.compile(r"(\d{4})(?:[/-](\d{0,2}))?(?:[/-](\d{0,2}))?(?:[/-](.*))?$")
_INITIALS_LAST = re.compile(r"([^\W\d_][\w'’-]+(?:[ -][^\W\d_][\w'’-]+)?)\s+((?:[A-Z]\.?[ -]?){1,4})", re.UNICODE)
_ORGANISATION = re.compile(
    r"\b(?:universit|institut|committee|consortium|association|society|ministry|council|collaboration|department|organi[sz]ation|group|team"
    r"|commission|agency|foundation|federation)",
    re.IGNORECASE,
)
_CITED = re.compile(r"Cited By\s*:?\s*(\d+)|Times Cited\s*:?\s*(\d+)", re.IGNORECASE)
_PMID = re.compile(r"(\d{1,9})\s*\[pmid\]", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC\d+", re.IGNORECASE)
_SEVERAL_ADDRESSES = re.compile(r"\s*;\s*(?=https?:)|\s+(?=https?:)")


@dataclass(slots=True)
class _Record:
    """Tags with all their values in order, and the lines that they stood in."""

    values: dict[str, list[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list[str]:
        return [value for tag in tags for value in self.values.get(tag, ()) if value]

    def first(self, *tags: str) -> str:
        return next(iter(self.all(*tags)), "")


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """One result for each record. A file is read as a whole (at most 256 MB), because its encoding must be found."""
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        yield Rejected(1, "", "The file is larger than 256 MB; split it.")
        return
    seen: dict[str, int] = {}
    for ordinal, record in enumerate(_records(decode_text(content)), start=1):
        written = excerpt("\n".join(record.lines)[:4000])
        try:
            work = _work(record)
        except Unfit as unfit:
            yield Rejected(ordinal, unfit.record_id[:300], unfit.reason, written)
            continue
        if work.record_id in seen:
            yield Rejected(ordinal, record.first("ID")[:300], f"It repeats record number {seen[work.record_id]}.", written)
            continue
        seen[work.record_id] = ordinal
        yield work


def _records(text: str) -> Iterator[_Record]:
    """Records of the text. A TY after other tags begins the next record, as does any tag after ER."""
    record = _Record()
    tag = ""
    for line in re.split(r"\r\n|\r|\n", text):
        found = _TAG.match(line)
        if found is None:
            _continue(record, tag, line)
            continue
        tag, value = found.group(1), (found.group(2) or "").strip()
        if tag == "ER" or (tag == "TY" and set(record.values) - {"TY"}):
            if record.values:
                yield record
            record = _Record()
        if tag == "ER":
            tag = ""
        else:
            record.values.setdefault(tag, []).append(value)
            record.lines.append(line)
    if record.values:
        yield record


def _continue(record: _Record, tag: str, line: str) -> None:
    """A line without tag goes on with the value before it; text between records ("2.") is no part of any."""
    text = line.strip("\ufeff \t")
    if not text or not tag or tag == "TY":
        return
    record.lines.append(line)
    before = record.values[tag][-1]
    record.values[tag][-1] = f"{before} {text}".strip()


def _work(record: _Record) -> WorkRecord:
    """The work of a record. Raises ``Unfit`` where it has no title."""
    kind = _kind(record)
    title = _clean(record.first("TI", "T1", "CT") or (record.first("BT") if kind == "book" else ""))
    key = record.first("ID", "AN")
    if not title:
        raise Unfit(NO_TITLE, key)
    names = [name for value in record.all("AU", "A1") if (name := _name(value)).whole]
    year, month, day = _date(record)
    ids = _ids(record, kind)
    landing, pdf = _addresses(record)
    abstract = max(record.all("AB", "N2"), key=len, default="")
    cited_by, cited_by_source = _cited_by(record)
    return WorkRecord(
        source="ris",
        record_id=record_identity(key or ids.get("doi", ""), title, year, names[0].family if names else ""),
        title=title,
        type="preprint" if "arxiv" in ids and kind == "other" else kind,
        ids=ids,
        abstract=_clean(abstract),
        year=year,
        month=month,
        day=day,
        venue=_venue(record, kind),
        authorships=tuple(
            AuthorshipRecord(
                name=name.whole[:300],
                position=position,
                given_name=name.given,
                family_name="" if name.organisation else name.family,
                is_organisation=name.organisation,
            )
            for position, name in enumerate(names)
        ),
        authors_truncated=any(value.strip(" .").lower() in {"et al", "others"} for value in record.all("AU", "A1")),
        affiliations_unaligned=distinct(clean_affiliation(value) for value in record.all("AD")),
        topics=tuple(TopicRecord(name=name) for name in _keywords(record)),
        language=language_of(record.first("LA")),
        landing_urls=landing,
        pdf_urls=pdf,
        code_urls=code_links(abstract, *record.all("UR", "N1")),
        cited_by_count=cited_by,
        cited_by_source=cited_by_source,
    )


def _clean(value: str) -> str:
    return clean_text(value, markup="latex" if "\\" in value or "$" in value else "html") if value else ""


def _kind(record: _Record) -> str:
    stated = [value.strip().upper() for value in record.values.get("TY", ())]
    known_kinds = [_TYPES[value] for value in stated if value in _TYPES]
    if known_kinds:
        return known_kinds[-1]
    return "article" if not stated and record.first("JF", "JO", "JA") else "other"


def _name(value: str) -> Name:
    """A name: "Marx, Karl", "Shannon,Claude E.", "Fanning E.", or an organisation's."""
    text = value.strip()
    if text.strip(" .").lower() in {"et al", "others", "anonymous", "anon"}:
        return Name("")
    if "," not in text:
        if _ORGANISATION.search(text) and " " in text:
            return Name(clean_text(text, markup="html"), organisation=True)
        initials_last = _INITIALS_LAST.fullmatch(text)
        if initials_last:
            return Name(initials_last.group(1), initials_last.group(2).strip())
    names, _ = parse_names(re.sub(r"\s+and\s+", " & ", text))
    return names[0] if names else Name("")


def _date(record: _Record) -> DateParts:
    """The first year that is stated, with the month and day that go with it. When it was received does not count."""
    stated = []
    for value in record.all("PY", "Y1", "DA"):
        found = _DATE.match(value.strip())
        if found and not (found.group(4) or "").strip("/ ").lower().startswith(("received", "accepted", "revised")):
            stated.append(date_parts(*(part or None for part in found.groups()[:3])))
    year = next((parts[0] for parts in stated if parts[0]), None)
    return max(
        (parts for parts in stated if parts[0] == year), key=lambda parts: (bool(parts[1]), bool(parts[2])), default=(None, None, None)
    )


def _ids(record: _Record, kind: str) -> dict[str, str]:
    addresses = _split_addresses(record)
    dois = [*record.all("DO", "DI"), *(value for value in record.all("M3", "N1") if value.lower().startswith("doi")), *addresses]
    doi = next((found for value in dois for part in value.split() if (found := identifiers.normalise_doi(part))), "")
    others = record.all("U1", "U2", "U3", "U4", "AN", "C2")
    from_pubmed = record.first("DB").strip().lower() in {"pubmed", "medline"}
    ids = {
        "doi": "" if identifiers.arxiv_of_doi(doi) else doi,
        "arxiv": identifiers.arxiv_of_doi(doi)
        or next((found for value in addresses if "arxiv" in value and (found := identifiers.normalise_arxiv(value))), ""),
        "pmid": next((match.group(1) for value in others if (match := _PMID.search(value))), "")
        or (identifiers.normalise_pmid(record.first("AN")) if from_pubmed else ""),
        "pmcid": next((identifiers.normalise_pmcid(match.group()) for value in others if (match := _PMCID.search(value))), ""),
        "acl": identifiers.acl_of_doi(doi),
    }
    if kind == "book":
        ids["isbn"] = next((found for value in record.all("SN") if (found := identifiers.normalise_isbn(value.split("(")[0]))), "")
    return known(ids)


def _venue(record: _Record, kind: str) -> VenueRecord | None:
    name = _clean(record.first("JF", "JO", "T2", "JA", "J2", "J1") or (record.first("BT") if kind != "book" else ""))
    if not name:
        return None
    start, end = record.first("SP").strip(), record.first("EP").strip()
    return VenueRecord(
        name=name[:500],
        abbreviation=_clean(record.first("JA", "J2", "J1"))[:60],
        kind={"article": "journal", "proceedings-article": "conference"}.get(kind, ""),
        issn=distinct(identifiers.normalise_issn(part) for value in record.all("SN") for part in re.split(r"[,;\s]+", value)),
        volume=_clean(record.first("VL"))[:60],
        issue=_clean(record.first("IS"))[:60],
        pages=(f"{start}–{end}" if start and end and start != end else start or end)[:60],
    )


def _keywords(record: _Record) -> tuple[str, ...]:
    return distinct(_clean(part).lstrip("*")[:200] for value in record.all("KW") for part in re.split(r"\s*;\s*", value))


def _split_addresses(record: _Record) -> list[str]:
    return [part for value in record.all("UR", "L1", "L2", "LK") for part in _SEVERAL_ADDRESSES.split(value)]


def _addresses(record: _Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Landing pages and PDFs."""
    pdf = [address for value in record.all("L1") for address in _SEVERAL_ADDRESSES.split(value)]
    landing = [address for address in _split_addresses(record) if address not in pdf]
    pdf += [address for address in landing if address.lower().endswith(".pdf")]
    return distinct(web_address(address) for address in landing if address not in pdf), distinct(map(web_address, pdf))


def _cited_by(record: _Record) -> tuple[int | None, str]:
    """The count in a note, and whose it is: Scopus and Web of Science write it there."""
    for note in record.all("N1"):
        if found := _CITED.search(note):
            return whole_number(found.group(1) or found.group(2)), _source_of_count(record)
    return None, ""


def _source_of_count(record: _Record) -> str:
    return re.sub(r"[^a-z]+", "-", record.first("DB").lower()).strip("-")[:40] or "ris"


def recognises(head: bytes) -> bool:
    """Whether the head has a line "TY  - …", or begins with RIS tags and has an "ER  -"."""
    text = decode_head(head).replace("\r", "\n")
    if text.startswith(("<", "{", "[")):
        return False
    tags = [found.group(1) for line in text.split("\n")[:400] if (found := _TAG.match(line))]
    return "TY" in tags or ("ER" in tags and "AU" in tags)


RIS: Final[Format[WorkRecord]] = Format(key="ris", label="RIS", parse=parse, recognises=recognises)
