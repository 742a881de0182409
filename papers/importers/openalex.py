"""OpenAlex works: single works, answers of the API with ``results``, and lines of the snapshot.

https://docs.openalex.org/api-entities/works/work-object. Which of its fields become which of ours, and why, is in
docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from papers import identifiers
from papers.importers.base import Format
from papers.importers.crossref_types import WORK_TYPES as CROSSREF_WORK_TYPES
from papers.importers.json_head import head_record
from papers.importers.loose import (
    NO_TITLE,
    Unfit,
    affiliation_of,
    day_of,
    distinct,
    flag,
    iso_date_parts,
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

AUTHORS_IN_A_LIST_ANSWER: Final = 100  # lists of works give no more, a single work gives all
MOST_ABSTRACT_WORDS: Final = 50_000
LEAST_CONCEPT_SCORE: Final = 0.3
_COUNTRY = re.compile(r"[A-Z]{2}")

_TYPES: Final[Mapping[str, str]] = {
    "article": "article",
    "book": "book",
    "book-chapter": "book-chapter",
    "dataset": "dataset",
    "dissertation": "dissertation",
    "editorial": "editorial",
    "erratum": "erratum",
    "letter": "article",
    "libguides": "other",
    "other": "other",
    "peer-review": "peer-review",
    "preprint": "preprint",
    "reference-entry": "book-chapter",
    "report": "report",
    "retraction": "erratum",
    "review": "review",
    "software": "software",
    "software-paper": "article",
    "data-paper": "article",
    "conference-paper": "proceedings-article",
    "standard": "standard",
    "supplementary-materials": "other",
}
_VENUE_KINDS: Final[Mapping[str, str]] = {
    "journal": "journal",
    "conference": "conference",
    "repository": "repository",
    "book series": "book-series",
}
_OTHER_ENTITIES: Final[Mapping[str, str]] = {
    "A": "an author",
    "I": "an institution",
    "S": "a source (a journal or another venue)",
    "T": "a topic",
    "P": "a publisher",
    "F": "a funder",
    "C": "a concept",
    "V": "a venue",
    "K": "a keyword",
}


def parse(stream: BinaryIO) -> Iterator[ParseResult]:
    """The works of an OpenAlex input; what is no work, or has no title, is rejected."""
    return parse_json(stream, [("results",)], lambda item, _around: [work_record(item)])


def work_record(item: Mapping[str, Any]) -> WorkRecord:
    """One OpenAlex work. Raises ``Unfit`` where it has no id or title, or is no work."""
    ids = mapping(item.get("ids"))
    openalex_id = identifiers.normalise_openalex(raw(item.get("id")) or raw(ids.get("openalex")))
    if not openalex_id:
        raise Unfit("It has no OpenAlex id.", plain(item.get("id"), 300))
    if not openalex_id.startswith("W"):
        raise Unfit(f"It is {_OTHER_ENTITIES.get(openalex_id[0], 'something else')} of OpenAlex, not a work.", openalex_id)
    stated_type = raw(item.get("type")).lower()
    if stated_type == "grant":
        raise Unfit("It is a grant, not a work.", openalex_id)
    if flag(item.get("is_paratext")) or stated_type == "paratext":
        raise Unfit("It is a cover, a table of contents or the like (paratext), not a work.", openalex_id)
    title = marked_up(item.get("title")) or marked_up(item.get("display_name"))
    if not title:
        raise Unfit(NO_TITLE, openalex_id)

    locations = _locations(item)
    authorships = tuple(_authorships(item))
    year, month, day = _date(item)
    updated = day_of(item.get("updated_date") or item.get("updated"))
    cited_by = whole_number(item.get("cited_by_count"))
    return WorkRecord(
        source="openalex",
        record_id=openalex_id,
        title=title,
        type=_work_type(item, stated_type, locations),
        ids=_work_ids(item, openalex_id, ids, locations),
        abstract=marked_up(abstract_of(item.get("abstract_inverted_index"))),
        year=year,
        month=month,
        day=day,
        venue=_venue(item, locations),
        authorships=authorships,
        authors_truncated=_is_truncated(item),
        topics=tuple(_topics(item)),
        language=language_code(item.get("language")),
        landing_urls=distinct(web_address(place.get("landing_page_url")) for place in locations),
        pdf_urls=distinct(web_address(place.get("pdf_url")) for place in locations),
        licence=next((licence for place in locations if (licence := plain(place.get("license"), 200))), ""),
        cited_by_count=cited_by,
        cited_by_source="openalex" if cited_by is not None else "",
        cited_by_as_of=updated if cited_by is not None else None,
        references=tuple(_references(item)),
        # OpenAlex sets the flag on notices of retraction, too; the notice is not what was retracted.
        is_retracted=flag(item.get("is_retracted")) and stated_type != "retraction",
        updated=updated,
    )


def abstract_of(index: object) -> str:
    """The text of an inverted index (word to its places), in order; places beyond 50,000 words are ignored."""
    placed = [
        (place, word)
        for word, places in mapping(index).items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < MOST_ABSTRACT_WORDS
    ]
    placed.sort(key=lambda pair: pair[0])
    return " ".join(word for _place, word in placed)


def _locations(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The places of the work: the version of record first, the best open one next, then the rest."""
    named = [mapping(item.get("primary_location")), mapping(item.get("best_oa_location"))]
    return [place for place in [*named, *mappings(item.get("locations"))] if place]


def _date(item: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    year, month, day = iso_date_parts(item.get("publication_date"))
    stated_year = year_of(item.get("publication_year"))
    if stated_year is not None and stated_year != year:
        return stated_year, None, None
    # OpenAlex writes 1 January where it knows the year only.
    return (year, None, None) if (month, day) == (1, 1) else (year, month, day)


def _work_type(item: Mapping[str, Any], stated_type: str, locations: list[Mapping[str, Any]]) -> str:
    crossref_type = raw(item.get("type_crossref")).lower()
    mapped = _TYPES.get(stated_type) or CROSSREF_WORK_TYPES.get(stated_type, "other")
    if mapped != "article":
        return mapped
    in_conference = bool(locations) and mapping(locations[0].get("source")).get("type") == "conference"
    return "proceedings-article" if crossref_type == "proceedings-article" or in_conference else mapped


def _work_ids(item: Mapping[str, Any], openalex_id: str, ids: Mapping[str, Any], locations: list[Mapping[str, Any]]) -> dict[str, str]:
    doi = identifiers.normalise_doi(raw(item.get("doi"))) or identifiers.normalise_doi(raw(ids.get("doi")))
    pages = [raw(place.get("landing_page_url")) for place in locations]
    arxiv = identifiers.arxiv_of_doi(doi) or next((found for page in pages if (found := identifiers.normalise_arxiv(page))), "")
    return known(
        {
            "openalex": openalex_id,
            "doi": doi,
            "arxiv": arxiv,
            "pmid": identifiers.normalise_pmid(raw(ids.get("pmid"))),
            "pmcid": identifiers.normalise_pmcid(raw(ids.get("pmcid"))),
            "acl": identifiers.acl_of_doi(doi),
        }
    )


def _venue(item: Mapping[str, Any], locations: list[Mapping[str, Any]]) -> VenueRecord | None:
    place = mapping(item.get("primary_location"))
    source = mapping(place.get("source")) or mapping(item.get("host_venue"))
    source = source or next((found for other in locations if (found := mapping(other.get("source")))), {})
    name = marked_up(source.get("display_name"), 500) or marked_up(place.get("raw_source_name"), 500)
    biblio = mapping(item.get("biblio"))
    first, last = plain(biblio.get("first_page"), 25), plain(biblio.get("last_page"), 25)
    pages = f"{first}-{last}" if first and last and first != last else first or last
    volume, issue = plain(biblio.get("volume"), 60), plain(biblio.get("issue"), 60)
    if not name and not (volume or issue or pages):
        return None
    stated = [raw(source.get("issn_l")), *map(raw, sequence(source.get("issn")))]
    return VenueRecord(
        name=name,
        kind=_VENUE_KINDS.get(raw(source.get("type")).lower(), ""),
        issn=distinct(identifiers.normalise_issn(value) for value in stated),
        volume=volume,
        issue=issue,
        pages=pages,
    )


def _authorships(item: Mapping[str, Any]) -> Iterator[AuthorshipRecord]:
    for position, entry in enumerate(sequence(item.get("authorships"))):
        authorship = mapping(entry)
        author = mapping(authorship.get("author"))
        name = name_of(authorship.get("raw_author_name")) or name_of(author.get("display_name"))
        if not name:
            continue
        raw_affiliations = sequence(authorship.get("raw_affiliation_strings")) or sequence(authorship.get("raw_affiliation_string"))
        raw_affiliations = raw_affiliations or [a.get("raw_affiliation_string") for a in mappings(authorship.get("affiliations"))]
        yield AuthorshipRecord(
            name=name,
            position=position,
            ids=known(
                {
                    "openalex": identifiers.normalise_openalex(raw(author.get("id")), "A"),
                    "orcid": identifiers.normalise_orcid(raw(author.get("orcid")) or raw(authorship.get("raw_orcid"))),
                }
            ),
            affiliations=distinct(affiliation_of(text) for text in raw_affiliations),
            institutions=tuple(_institutions(authorship)),
            is_corresponding=flag(authorship.get("is_corresponding")),
        )


def _institutions(authorship: Mapping[str, Any]) -> Iterator[InstitutionRecord]:
    for institution in mappings(authorship.get("institutions")):
        name = plain(institution.get("display_name"), 500)
        ror = identifiers.normalise_ror(raw(institution.get("ror")))
        if not name:
            continue
        country = raw(institution.get("country_code")).strip().upper()
        yield InstitutionRecord(
            name=name,
            ror=ror,
            country_code=country if _COUNTRY.fullmatch(country) else "",
            ids=known({"openalex": identifiers.normalise_openalex(raw(institution.get("id")), "I")}),
        )


def _is_truncated(item: Mapping[str, Any]) -> bool:
    listed = len(sequence(item.get("authorships")))
    stated = whole_number(item.get("authors_count"))
    if "is_authors_truncated" in item:
        return flag(item["is_authors_truncated"])
    if stated is not None:
        return listed < stated
    return listed == AUTHORS_IN_A_LIST_ANSWER


def _topics(item: Mapping[str, Any]) -> Iterator[TopicRecord]:
    topics = mappings(item.get("topics")) or mappings(item.get("primary_topic"))
    for topic in topics:
        if name := plain(topic.get("display_name"), 200):
            yield TopicRecord(
                name=name,
                scheme="openalex",
                identifier=identifiers.normalise_openalex(raw(topic.get("id")), "T"),
                score=_score(topic.get("score")),
                subfield=plain(mapping(topic.get("subfield")).get("display_name")),
                field=plain(mapping(topic.get("field")).get("display_name")),
                domain=plain(mapping(topic.get("domain")).get("display_name")),
            )
    keywords = mappings(item.get("keywords"))
    if not topics and not keywords:  # records from before 2024 have concepts only
        keywords = [concept for concept in mappings(item.get("concepts")) if (_score(concept.get("score")) or 0) >= LEAST_CONCEPT_SCORE]
    for keyword in keywords:
        if name := plain(keyword.get("display_name") or keyword.get("keyword"), 200):
            yield TopicRecord(name=name, score=_score(keyword.get("score")))


def _score(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1 else None


def _references(item: Mapping[str, Any]) -> Iterator[ReferenceRecord]:
    for entry in sequence(item.get("referenced_works")):
        if work_id := identifiers.normalise_openalex(raw(entry), "W"):
            yield ReferenceRecord(scheme="openalex", value=work_id)


def recognises(head: bytes) -> bool:
    """Whether the first bytes are of OpenAlex works (other entities of OpenAlex are not read)."""
    record = head_record(head, ("results",))
    return identifiers.normalise_openalex(raw(record.get("id")), "W") != "" and "openalex.org" in raw(record.get("id"))


OPENALEX: Final[Format[WorkRecord]] = Format(key="openalex", label="OpenAlex", parse=parse, recognises=recognises)
