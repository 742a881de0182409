"""Semantic Scholar papers: single papers, batches, searches, recommendations, reference lists and data set lines.

https://api.semanticscholar.org/api-docs/graph. Which of its fields become which of ours, and why, is in
docs/importing.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format
from papers.importers.json_head import head_document, head_record
from papers.importers.loose import (
    NO_TITLE,
    DateParts,
    Unfit,
    affiliation_of,
    date_parts,
    distinct,
    iso_date_parts,
    known,
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
from papers.records import AuthorshipRecord, ParseResult, ReferenceRecord, TopicRecord, VenueRecord, WorkRecord

# ``papers`` holds the papers of an author answer that was asked for them.
_LISTS: Final = (("data",), ("recommendedPapers",), ("papers",))
_SERVICE: Final = "semanticscholar.org"

# "Review" beside "JournalArticle" is often wrong (it stands on Turing 1950), so it counts alone only.
_TYPES_IN_ORDER: Final = (
    ("dataset", "dataset"),
    ("editorial", "editorial"),
    ("booksection", "book-chapter"),
    ("book", "book"),
    ("conference", "proceedings-article"),
    ("journalarticle", "article"),
    ("metaanalysis", "article"),
    ("clinicaltrial", "article"),
    ("casereport", "article"),
    ("study", "article"),
    ("lettersandcomments", "article"),
    ("review", "review"),
)


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """The papers of a Semantic Scholar input; what has no title or is no paper is rejected."""
    return parse_json(stream, _LISTS, lambda item, _around: [work_record(item)])


def work_record(item: Mapping[str, Any]) -> WorkRecord:
    """One paper. Raises ``Unfit`` where it has no title or identifier, or is an author."""
    paper = _paper(item)
    ids = _work_ids(paper)
    record_id = ids.get("s2") or (f"CorpusId:{ids['s2_corpus']}" if "s2_corpus" in ids else "") or ids.get("doi", "")
    if not record_id and "authorid" in paper:
        raise Unfit("It is an author of Semantic Scholar, not a paper.", plain(paper.get("authorid"), 300))
    title = marked_up(paper.get("title"))
    if not title:
        raise Unfit(NO_TITLE, record_id)
    if not record_id:
        raise Unfit("It has no identifier.")
    venue = _venue(paper)
    cited_by = whole_number(paper.get("citationcount"))
    year, month, day = _date(paper)
    pdf = web_address(mapping(paper.get("openaccesspdf")).get("url"))
    return WorkRecord(
        source="s2",
        record_id=record_id[:300],
        title=title,
        type=_work_type(paper, venue, ids),
        ids=ids,
        abstract=marked_up(paper.get("abstract")),
        year=year,
        month=month,
        day=day,
        venue=venue,
        authorships=tuple(_authorships(paper)),
        topics=tuple(_topics(paper)),
        landing_urls=distinct([web_address(paper.get("url"))]),
        pdf_urls=distinct([pdf]),
        licence=plain(mapping(paper.get("openaccesspdf")).get("license"), 200),
        cited_by_count=cited_by,
        cited_by_source="semantic-scholar" if cited_by is not None else "",
        references=tuple(_references(paper)),
    )


def _paper(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The paper with its keys in lower case: the data sets write ``externalids`` where the service has ``externalIds``."""
    inner = mapping(item.get("citedPaper")) or mapping(item.get("citingPaper")) or item
    return {key.lower(): value for key, value in inner.items()}


def _work_ids(paper: Mapping[str, Any]) -> dict[str, str]:
    external = {key.lower(): value for key, value in mapping(paper.get("externalids")).items()}
    doi = identifiers.normalise_doi(raw(external.get("doi")))
    corpus = paper.get("corpusid") or external.get("corpusid")
    return known(
        {
            "s2": identifiers.normalise_s2_paper(raw(paper.get("paperid"))),
            "s2_corpus": identifiers.normalise_s2_corpus(raw(corpus)),
            "doi": doi,
            "arxiv": identifiers.normalise_arxiv(raw(external.get("arxiv"))) or identifiers.arxiv_of_doi(doi),
            "pmid": identifiers.normalise_pmid(raw(external.get("pubmed"))),
            "pmcid": _pmcid(raw(external.get("pubmedcentral"))),
            "acl": identifiers.normalise_acl(raw(external.get("acl"))) or identifiers.acl_of_doi(doi),
        }
    )


def _pmcid(value: str) -> str:
    """Semantic Scholar writes PubMed Central ids without their letters."""
    return identifiers.normalise_pmcid(f"PMC{value}" if value.isdecimal() else value)


def _work_type(paper: Mapping[str, Any], venue: VenueRecord | None, ids: Mapping[str, str]) -> str:
    stated = {raw(value).lower() for value in sequence(paper.get("publicationtypes"))}
    kind = venue.kind if venue else ""
    if {"journalarticle", "conference"} <= stated and kind == "journal":
        return "article"
    found = next((ours for theirs, ours in _TYPES_IN_ORDER if theirs in stated), "")
    on_arxiv_only = kind == "repository" and "arxiv" in ids
    if on_arxiv_only and found in {"", "article"}:
        return "preprint"
    return found or {"conference": "proceedings-article", "journal": "article"}.get(kind, "other")


def _date(paper: Mapping[str, Any]) -> DateParts:
    year, month, day = iso_date_parts(paper.get("publicationdate"))
    stated_year = year_of(paper.get("year"))
    return (year, month, day) if year and stated_year in {None, year} else date_parts(stated_year)


def _venue(paper: Mapping[str, Any]) -> VenueRecord | None:
    stated, journal = mapping(paper.get("publicationvenue")), mapping(paper.get("journal"))
    name = marked_up(stated.get("name"), 500) or marked_up(paper.get("venue"), 500) or marked_up(journal.get("name"), 500)
    if not name:
        return None
    kind = raw(stated.get("type")).lower()
    if name.casefold() in {"arxiv.org", "arxiv", "biorxiv", "medrxiv"}:
        kind = "repository"
    return VenueRecord(
        name=name,
        kind=kind if kind in {"conference", "journal", "repository"} else "",
        issn=distinct(identifiers.normalise_issn(raw(v)) for v in [stated.get("issn"), *sequence(stated.get("alternate_issns"))]),
        volume=plain(journal.get("volume"), 60),
        pages=plain(journal.get("pages"), 60),
    )


def _authorships(paper: Mapping[str, Any]) -> Iterator[AuthorshipRecord]:
    for position, entry in enumerate(sequence(paper.get("authors"))):
        author = mapping(entry)
        name = name_of(author.get("name"))
        if not name:
            continue
        external = {key.lower(): value for key, value in mapping(author.get("externalIds")).items()}
        yield AuthorshipRecord(
            name=name,
            position=position,
            ids=known(
                {
                    "s2": identifiers.normalise_s2_author(raw(author.get("authorId"))),
                    "orcid": identifiers.normalise_orcid(raw(external.get("orcid"))),
                }
            ),
            affiliations=distinct(affiliation_of(text) for text in sequence(author.get("affiliations"))),
            homepage=web_address(author.get("homepage")),
        )


def _topics(paper: Mapping[str, Any]) -> Iterator[TopicRecord]:
    stated = [raw(value) for value in sequence(paper.get("fieldsofstudy"))]
    stated += [raw(entry.get("category")) for entry in mappings(paper.get("s2fieldsofstudy"))]
    for name in distinct(plain(value, 200) for value in stated):
        yield TopicRecord(name=name, scheme="s2")


def _references(paper: Mapping[str, Any]) -> Iterator[ReferenceRecord]:
    """The works that the paper cites. Who cites it (``citations``) is left to the records of those papers."""
    for entry in mappings(paper.get("references")):
        cited = _paper(entry)
        ids = _work_ids(cited)
        scheme = next((scheme for scheme in ("s2", "doi", "arxiv", "s2_corpus") if scheme in ids), "")
        title = marked_up(cited.get("title"))
        if scheme or title:
            yield ReferenceRecord(scheme=scheme, value=ids.get(scheme, ""), title=title, year=year_of(cited.get("year")))


def recognises(head: bytes) -> bool:
    """Whether the first bytes are of Semantic Scholar papers, not of its authors."""
    document = head_document(head)
    record = _paper(head_record(head, *_LISTS))
    if record:
        return _is_paper(record)
    # An answer that found nothing is still an answer, and a batch may begin with papers that were not found.
    empty = isinstance(document, Mapping) and document.get("data") == [] and "offset" in document
    return empty or (isinstance(document, list) and bool(document) and all(member is None for member in document))


def _is_paper(record: Mapping[str, Any]) -> bool:
    if "paperid" in record:
        return record["paperid"] is None or bool(identifiers.normalise_s2_paper(raw(record["paperid"])))
    return "corpusid" in record and "title" in record


SEMANTIC_SCHOLAR: Final[Format[WorkRecord]] = Format(key="s2", label="Semantic Scholar", parse=parse, recognises=recognises)
