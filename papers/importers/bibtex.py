"""BibTeX and biblatex files. Entries fail one by one; what becomes of each field is in docs/importing.md.

The identity of an entry is its key together with its title, year and first author: keys like "1" are used in many files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format, decode_head, excerpt
from papers.importers.bibtex_names import parse_names
from papers.importers.bibtex_syntax import Broken, Entry, entries
from papers.importers.code_links import code_links
from papers.importers.loose import NO_TITLE, DateParts, Unfit, date_parts, distinct, known, web_address, year_of
from papers.importers.reference_files import LARGEST_FILE, decode_text, language_of, record_identity
from papers.records import AuthorshipRecord, ParseResult, Rejected, TopicRecord, VenueRecord, WorkRecord
from papers.text import clean_text, title_key

_TYPES: Final = {
    "article": "article", "suppperiodical": "article", "inproceedings": "proceedings-article", "conference": "proceedings-article",
    "paper": "proceedings-article", "book": "book", "mvbook": "book", "collection": "book", "mvcollection": "book", "proceedings": "book",
    "mvproceedings": "book", "booklet": "book", "reference": "book", "mvreference": "book", "inbook": "book-chapter",
    "incollection": "book-chapter", "bookinbook": "book-chapter", "suppbook": "book-chapter", "suppcollection": "book-chapter",
    "inreference": "book-chapter", "phdthesis": "dissertation", "mastersthesis": "dissertation", "thesis": "dissertation",
    "bachelorsthesis": "dissertation", "techreport": "report", "report": "report", "manual": "report", "dataset": "dataset",
    "software": "software", "softwareversion": "software", "softwaremodule": "software", "codefragment": "software",
    "standard": "standard", "review": "review", "preprint": "preprint",
}  # fmt: skip
_WHOLE_BOOKS: Final = frozenset({"proceedings", "mvproceedings", "collection", "mvcollection", "book", "mvbook", "periodical"})
_BOOKS: Final = frozenset(kind for kind, ours in _TYPES.items() if ours == "book")
_MONTHS: Final = {
    name: number
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)
}
_MONTH_NAME = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*", re.IGNORECASE)
_ARXIV_IN_TEXT = re.compile(
    r"arxiv(?:\s+preprint)?\s*(?:arxiv)?\s*[:/]\s*([\w.-]+(?:/\d{7})?)|arxiv\.org/(?:abs|pdf)/([\w.-]+(?:/\d{7})?)", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://[^\s{}<>\"\\]+")
_KEYWORDS = re.compile(r"\s*[;,]\s*")


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """One result for each entry. A file is read as a whole (at most 256 MB), because entries refer to later ones."""
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        yield Rejected(1, "", "The file is larger than 256 MB; split it.")
        return
    seen: dict[str, int] = {}
    for item in entries(decode_text(content)):
        if isinstance(item, Broken):
            yield Rejected(item.ordinal, item.key, item.reason, item.source)
            continue
        try:
            record = _record(item)
        except Unfit as unfit:
            yield Rejected(item.ordinal, unfit.record_id[:300], unfit.reason, excerpt(item.source[:4000]))
            continue
        if record.record_id in seen:
            yield Rejected(item.ordinal, item.key[:300], f"It repeats entry number {seen[record.record_id]}.", excerpt(item.source[:4000]))
            continue
        seen[record.record_id] = item.ordinal
        yield record


def _record(entry: Entry) -> WorkRecord:
    """The record of one entry. Raises ``Unfit`` where it has no title."""
    fields = entry.fields
    if entry.type == "set":
        raise Unfit("It is a set of other entries.", entry.key)
    title = _title(entry)
    if not title:
        raise Unfit(NO_TITLE, entry.key)
    names, truncated = parse_names(fields.get("author", ""))
    year, month, day = _date(fields)
    ids = _ids(entry)
    landing, pdf = _addresses(fields, ids)
    note = _latex(fields.get("note", ""))
    retracted = bool(re.search(r"\bretracted\b", note, re.IGNORECASE)) or title.upper().startswith("RETRACTED")
    return WorkRecord(
        source="bibtex",
        record_id=record_identity(entry.key, title, year, names[0].family if names else ""),
        title=title,
        type=_work_type(entry, ids),
        ids=ids,
        abstract=_latex(fields.get("abstract", "")),
        year=year,
        month=month,
        day=day,
        venue=_venue(entry),
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
        authors_truncated=truncated,
        topics=tuple(TopicRecord(name=keyword) for keyword in _keywords(fields)),
        language=language_of(_latex(fields.get("langid", "") or fields.get("language", ""))),
        landing_urls=landing,
        pdf_urls=pdf,
        code_urls=_code(fields),
        licence=_latex(fields.get("license", ""))[:200],
        is_retracted=retracted,
        retraction_note=note if retracted else "",
    )


def _latex(value: str) -> str:
    """A value as clean text. Braces around the whole of it only keep BibTeX from changing its case."""
    while value.startswith("{") and value.endswith("}") and _closes_at_end(value):
        value = value[1:-1].strip()
    return clean_text(value, markup="latex") if value else ""


def _closes_at_end(value: str) -> bool:
    depth = 0
    for place, character in enumerate(value):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return place == len(value) - 1
    return False


def _title(entry: Entry) -> str:
    fields = entry.fields
    title = _latex(fields.get("title", ""))
    if not title and entry.type in _WHOLE_BOOKS:
        title = _latex(fields.get("booktitle", "") or fields.get("maintitle", ""))
    subtitle = _latex(fields.get("subtitle", ""))
    if title and subtitle and title_key(subtitle) not in title_key(title):
        return f"{title} {subtitle}" if title[-1] in ":?!–—" else f"{title}: {subtitle}"
    return title


def _work_type(entry: Entry, ids: Mapping[str, str]) -> str:
    journal = entry.fields.get("journal", "") or entry.fields.get("journaltitle", "")
    on_arxiv = "arxiv" in ids
    if entry.type == "article" and on_arxiv and (not journal or "arxiv" in journal.lower() or journal.strip().lower() == "corr"):
        return "preprint"
    if entry.type in {"misc", "online", "unpublished", "electronic", "techreport"} and on_arxiv:
        return "preprint"
    return _TYPES.get(entry.type, "other")


def _ids(entry: Entry) -> dict[str, str]:
    fields = entry.fields
    addresses = " ".join(fields.get(name, "") for name in ("url", "howpublished", "note", "ee", "pdf"))
    doi = identifiers.normalise_doi(fields.get("doi", "").replace("\\_", "_").replace("\\", ""))
    if not doi:
        doi = next(
            (found for address in _ADDRESS.findall(addresses) if "doi.org/" in address and (found := identifiers.normalise_doi(address))),
            "",
        )
    pages = [address.rstrip(".,;)") for address in _ADDRESS.findall(addresses)]
    ids = {
        "doi": "" if identifiers.arxiv_of_doi(doi) else doi,
        "arxiv": identifiers.arxiv_of_doi(doi) or _arxiv(fields, addresses),
        "pmid": identifiers.normalise_pmid(fields.get("pmid", "")),
        "pmcid": identifiers.normalise_pmcid(fields.get("pmcid", "")),
        "acl": identifiers.acl_of_doi(doi)
        or next((found for page in pages if (found := identifiers.normalise_acl(page)) and "aclanthology" in page), ""),
        "openreview": next((found for page in pages if "openreview.net" in page and (found := identifiers.normalise_openreview(page))), ""),
    }
    if entry.type in _BOOKS:
        ids["isbn"] = identifiers.normalise_isbn(fields.get("isbn", ""))
    return known(ids)


def _arxiv(fields: Mapping[str, str], addresses: str) -> str:
    stated = (fields.get("eprinttype", "") or fields.get("archiveprefix", "")).strip().lower()
    if stated in {"", "arxiv"} and (found := identifiers.normalise_arxiv(fields.get("eprint", ""))):
        return found
    texts = (addresses, fields.get("journal", ""), fields.get("journaltitle", ""), fields.get("volume", ""))
    for match in _ARXIV_IN_TEXT.finditer(" ".join(texts)):
        if found := identifiers.normalise_arxiv(re.sub(r"\.pdf$|\.$", "", match.group(1) or match.group(2))):
            return found
    return ""


def _date(fields: Mapping[str, str]) -> DateParts:
    """Year, month and day: biblatex's ``date`` (of a range its beginning), else ``year``, ``month`` and ``day``."""
    stated = re.match(r"\s*(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?![\d-])", fields.get("date", "").partition("/")[0])
    if stated and stated.group(1):
        return date_parts(*stated.groups())
    year = year_of(fields.get("year", "")) or year_of(fields.get("date", ""))
    month = fields.get("month", "").strip()
    named = _MONTH_NAME.search(_latex(month)) if month else None
    number = _MONTHS[named.group(1).lower()] if named else month
    return date_parts(year, number, fields.get("day", ""))


def _venue(entry: Entry) -> VenueRecord | None:
    fields = entry.fields
    journal = _latex(fields.get("journaltitle", "") or fields.get("journal", ""))
    book = _latex(fields.get("booktitle", "") or fields.get("eventtitle", "")) if entry.type not in _WHOLE_BOOKS else ""
    if not journal and not book:
        return None
    in_conference = _TYPES.get(entry.type) == "proceedings-article"
    kind = "conference" if in_conference and not journal else "journal" if journal else ""
    if "arxiv" in journal.lower() or journal.lower() == "corr":
        journal, kind = "arXiv", "repository"
    return VenueRecord(
        name=(journal or book)[:500],
        key="arxiv" if kind == "repository" else "",
        kind=kind,
        issn=distinct(identifiers.normalise_issn(part) for part in re.split(r"[,;/\s]+", fields.get("issn", ""))),
        volume=_latex(fields.get("volume", ""))[:60] if kind != "repository" else "",
        issue=_latex(fields.get("number", "") or fields.get("issue", ""))[:60],
        pages=_latex(fields.get("pages", ""))[:60],
    )


def _keywords(fields: Mapping[str, str]) -> tuple[str, ...]:
    stated = fields.get("keywords", "") or fields.get("keyword", "") or fields.get("author_keywords", "")
    return distinct(_latex(keyword)[:200] for keyword in _KEYWORDS.split(stated))


def _addresses(fields: Mapping[str, str], ids: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Landing pages and PDFs."""
    stated = [
        address.rstrip(".,;")
        for name in ("url", "ee", "howpublished", "link")
        for address in _ADDRESS.findall(_plain_address(fields.get(name, "")))
    ]
    files = list(_ADDRESS.findall(_plain_address(fields.get("pdf", ""))))
    files += [address for address in stated if address.lower().endswith(".pdf")]
    landing = [address for address in stated if not address.lower().endswith(".pdf")]
    if not landing and "arxiv" in ids:
        landing = [f"https://arxiv.org/abs/{ids['arxiv']}"]
    return distinct(map(web_address, landing)), distinct(map(web_address, files))


def _plain_address(value: str) -> str:
    """An address without the backslashes that LaTeX needs before some of its characters."""
    return re.sub(r"\\([_%&#~$])", r"\1", value)


def _code(fields: Mapping[str, str]) -> tuple[str, ...]:
    stated = [fields.get(name, "") for name in ("code", "repository", "github", "software")]
    own = [web_address(_plain_address(value)) for value in stated]
    return distinct([*own, *code_links(*(_plain_address(fields.get(name, "")) for name in ("abstract", "note", "howpublished", "url")))])


_ENTRY = re.compile(r"^[ \t]*@\s*[A-Za-z]+\s*[{(]\s*[^\s{}(),\"=]*\s*,", re.MULTILINE)


def recognises(head: bytes) -> bool:
    """Whether an entry begins in the head ("@article{key,")."""
    text = decode_head(head) if b"\x00" not in head[:200] else decode_text(head[: len(head) // 2 * 2])
    if text.startswith(("<", "{", "[")) and not text.startswith("{\\rtf"):
        return False
    return bool(_ENTRY.search(text.replace("\r", "\n")))


BIBTEX: Final[Format[WorkRecord]] = Format(key="bibtex", label="BibTeX", parse=parse, recognises=recognises)
