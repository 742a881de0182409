"""Works of the database as neutral records, ready to be written in any format."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet

from papers.models import Authorship, Work, WorkIdentifier
from papers.records import AuthorshipRecord, TopicRecord, VenueRecord, WorkRecord

CHUNK = 200  # works whose people are in memory at once
MAX_PEOPLE = 5000


def records_of(works: QuerySet[Work], limit: int) -> Iterator[WorkRecord]:
    """The first ``limit`` works as records, read in pieces: four queries for every 200."""
    people = (
        Authorship.objects.order_by("position", "id")
        .select_related("author")
        .only("work_id", "position", "raw_name", "is_organisation", "orcid", "author__display_name", "author__name_on_works")
    )
    chosen = (
        works.select_related("venue")
        .defer("search", "title_html", "abstract_html", "provenance")
        .prefetch_related(
            Prefetch("identifiers", WorkIdentifier.objects.order_by("scheme", "value"), to_attr="exported_identifiers"),
            Prefetch("authorships", people, to_attr="exported_authorships"),
            Prefetch("topics", to_attr="exported_topics"),
        )
    )
    for work in chosen[:limit].iterator(chunk_size=CHUNK):
        yield record_of(work)


def record_of(work: Work) -> WorkRecord:
    """A work read by ``records_of`` as a record; of several identifiers of one scheme the first stands."""
    ids: dict[str, str] = {}
    for identifier in work.exported_identifiers:  # type: ignore[attr-defined]  # prefetched under this name
        ids.setdefault(identifier.scheme, identifier.value)
    return WorkRecord(
        source="collegium",
        record_id=work.public_id,
        title=work.title,
        type=work.type,
        ids=ids,
        abstract=work.abstract,
        year=work.year,
        month=work.month,
        day=work.day,
        venue=_venue(work),
        authorships=tuple(
            AuthorshipRecord(
                name=authorship.shown_name,
                position=authorship.position,
                ids={"orcid": authorship.orcid} if authorship.orcid else {},
                is_organisation=authorship.is_organisation,
            )
            for authorship in work.exported_authorships[:MAX_PEOPLE]  # type: ignore[attr-defined]  # prefetched under this name
        ),
        authors_truncated=work.authors_truncated,
        topics=tuple(TopicRecord(topic.name) for topic in work.exported_topics),  # type: ignore[attr-defined]  # prefetched
        language=work.language,
        landing_urls=(work.landing_url,) if work.landing_url else (),
        pdf_urls=(work.pdf_url,) if work.pdf_url else (),
        code_urls=tuple(work.code_urls),
        licence=work.licence,
        is_retracted=work.is_retracted,
        retraction_note=work.retraction_note,
    )


def _venue(work: Work) -> VenueRecord | None:
    if work.venue is None and not (work.volume or work.issue or work.pages):
        return None
    venue = work.venue
    return VenueRecord(
        name=venue.name if venue else "",
        abbreviation=venue.abbreviation if venue else "",
        kind=venue.kind if venue else "",
        issn=tuple(venue.issn) if venue else (),
        volume=work.volume,
        issue=work.issue,
        pages=work.pages,
    )
