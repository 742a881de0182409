"""Writing works that are new: rows are built in memory and go in by COPY, a table at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from papers.attribution import COAUTHOR_EVIDENCE_LIMIT, Attribution, Candidate, Decision, Mention
from papers.ingest.affiliations import Institutions
from papers.ingest.ahead import Prepared
from papers.ingest.candidates import StoredCandidates, affiliation_hashes
from papers.ingest.copying import array_text, copy_rows, draw_keys, json_text
from papers.ingest.matching import record_identifiers, record_title_key
from papers.ingest.people import LONGEST_NAME, write_people
from papers.ingest.subjects import Subjects
from papers.models import (
    AttributionRule,
    AttributionState,
    Authorship,
    AuthorshipInstitution,
    Work,
    WorkIdentifier,
    WorkTopic,
)
from papers.names import parse_name
from papers.records import AuthorshipRecord, WorkRecord

WORK_COLUMNS = [
    "id",
    "title",
    "title_html",
    "title_key",
    "type",
    "abstract",
    "abstract_html",
    "year",
    "month",
    "day",
    "venue_id",
    "volume",
    "issue",
    "pages",
    "track",
    "field_id",
    "field_basis",
    "language",
    "licence",
    "landing_url",
    "pdf_url",
    "code_urls",
    "has_code",
    "cited_by_count",
    "cited_by_source",
    "cited_by_as_of",
    "is_retracted",
    "retraction_note",
    "author_count",
    "authors_truncated",
    "affiliations_unaligned",
    "sources",
    "provenance",
    "created_at",
    "updated_at",
]
AUTHORSHIP_COLUMNS = [
    "id",
    "work_id",
    "position",
    "raw_name",
    "raw_affiliations",
    "source_ids",
    "orcid",
    "orcid_authenticated",
    "name_in_other_script",
    "homepage",
    "is_corresponding",
    "is_organisation",
    "source",
    "import_run_id",
    "author_id",
    "rule",
    "state",
    "decided_by_person",
    "decided_at",
]


@dataclass(frozen=True, slots=True)
class NewWork:
    """A record that became a work: its row key and what else is written under it."""

    key: int
    record: WorkRecord
    prepared: Prepared


@dataclass(slots=True)
class Knowledge:
    """What a run knows about people, subjects and institutions; made anew after a transaction that failed."""

    candidates: StoredCandidates
    subjects: Subjects
    institutions: Institutions

    @classmethod
    def fresh(cls) -> Knowledge:
        """Knowing nothing but what the database says."""
        return cls(StoredCandidates(), Subjects(), Institutions())

    def forget(self) -> None:
        """Begin again from what the database says."""
        self.candidates, self.subjects, self.institutions = StoredCandidates(), Subjects(), Institutions()


@dataclass(frozen=True, slots=True)
class PlacedAuthorship:
    """An authorship on its way into the database."""

    key: int
    work: int
    record: AuthorshipRecord
    institutions: list[int]
    decision: Decision | None


def provenance_of(record: WorkRecord) -> dict[str, str]:
    """Each field that the record fills, with the record as its origin."""
    origin = f"{record.source}:{record.record_id}"
    given = {
        "title": record.title,
        "type": record.type if record.type != "other" else "",
        "abstract": record.abstract,
        "date": record.year,
        "venue": record.venue,
        "topics": record.topics,
        "authors": record.authorships,
        "language": record.language,
        "links": record.landing_urls or record.pdf_urls,
        "code": record.code_urls or record.has_code,
        "cited_by_count": record.cited_by_count is not None,
        "licence": record.licence,
        "retraction": record.is_retracted,
    }
    return {field: origin for field, value in given.items() if value}


def mentions_of(record: WorkRecord, authorships: Sequence[tuple[AuthorshipRecord, list[int]]]) -> list[Mention]:
    """The authorships as attribution sees them; in a very long author list the others say nothing about anybody."""
    names = [parse_name(authorship.name) for authorship, _ in authorships]
    everybody = frozenset(hash(name.key) for name in names) if len(record.authorships) <= COAUTHOR_EVIDENCE_LIMIT else frozenset[int]()
    return [
        Mention(
            name=name,
            ids=dict(authorship.ids),
            coauthors=everybody - {hash(name.key)},
            affiliations=frozenset(affiliation_hashes(authorship.affiliations, institutions)),
        )
        for name, (authorship, institutions) in zip(names, authorships, strict=True)
    ]


def write_new(new: Sequence[NewWork], knowledge: Knowledge, *, import_run: int | None, now: datetime) -> set[int]:
    """Write new works with everything under them; returns the authors they touch.

    Costs about 20 queries and 10 COPY statements, whatever the number of works. Call inside a transaction, after
    ``knowledge`` was prepared for these records.
    """
    placed = place_authorships(((work.key, work.record, work.record.authorships, ()) for work in new), knowledge)
    moment = now.isoformat()
    copy_rows(Work, WORK_COLUMNS, (_work_row(work, knowledge.subjects, moment) for work in new))
    copy_rows(
        WorkIdentifier,
        ["work_id", "scheme", "value"],
        ((work.key, scheme, value) for work in new for scheme, value in record_identifiers(work.record)),
    )
    copy_rows(
        WorkTopic,
        ["work_id", "topic_id", "score", "source"],
        (
            (work.key, topic, found.score, work.record.source)
            for work in new
            for topic, found in knowledge.subjects.topics(work.record.topics).items()
        ),
    )
    write_authorships(placed, {work.key: work.record.source for work in new}, import_run=import_run, now=now)
    return {one.decision.candidate.reference for one in placed if one.decision is not None}


def place_authorships(
    works: Iterable[tuple[int, WorkRecord, Sequence[AuthorshipRecord], Iterable[int]]], knowledge: Knowledge
) -> list[PlacedAuthorship]:
    """Decide whose the authorships are, open new authors and write them.

    Each work comes as its key, its record, the authorships to place, and the authors it has already.
    """
    attribution = Attribution(knowledge.candidates, knowledge.candidates.statistics)
    decided: list[tuple[int, AuthorshipRecord, list[int], Decision | None]] = []
    named: list[tuple[Candidate, AuthorshipRecord, str]] = []
    for key, record, authorships, taken in works:
        with_institutions = [(one, knowledge.institutions.keys(one.institutions, one.affiliations)) for one in authorships]
        people = [pair for pair in with_institutions if not pair[0].is_organisation]
        decisions = iter(attribution.assign(mentions_of(record, people), taken))
        for authorship, institutions in with_institutions:
            decision = None if authorship.is_organisation else next(decisions)
            decided.append((key, authorship, institutions, decision))
            if decision is not None:
                named.append((decision.candidate, authorship, record.source))
    write_people(knowledge.candidates, named)
    keys = draw_keys(Authorship, len(decided))
    return [
        PlacedAuthorship(key, work, authorship, institutions, decision)
        for key, (work, authorship, institutions, decision) in zip(keys, decided, strict=True)
    ]


def write_authorships(placed: Sequence[PlacedAuthorship], sources: dict[int, str], *, import_run: int | None, now: datetime) -> None:
    """COPY authorships and their institutions."""
    moment = now.isoformat()
    copy_rows(Authorship, AUTHORSHIP_COLUMNS, (_authorship_row(one, sources[one.work], import_run, moment) for one in placed))
    copy_rows(
        AuthorshipInstitution,
        ["authorship_id", "institution_id"],
        ((one.key, institution) for one in placed for institution in one.institutions),
    )


def _work_row(work: NewWork, subjects: Subjects, now: str) -> tuple[Any, ...]:
    record = work.record
    venue = record.venue
    field, basis = subjects.field(record)
    return (
        work.key,
        record.title,
        work.prepared.title_html,
        record_title_key(record),
        record.type,
        record.abstract,
        work.prepared.abstract_html,
        record.year,
        record.month,
        record.day,
        subjects.venue(venue),
        venue.volume[:60] if venue else "",
        venue.issue[:60] if venue else "",
        venue.pages[:60] if venue else "",
        venue.track[:120] if venue else "",
        field,
        basis,
        record.language[:10],
        record.licence[:200],
        record.landing_urls[0] if record.landing_urls else "",
        record.pdf_urls[0] if record.pdf_urls else "",
        array_text(record.code_urls),
        record.has_code or bool(record.code_urls),
        record.cited_by_count,
        (record.cited_by_source or record.source) if record.cited_by_count is not None else "",
        record.cited_by_as_of,
        record.is_retracted,
        record.retraction_note,
        len(record.authorships),
        record.authors_truncated,
        array_text(record.affiliations_unaligned),
        array_text([record.source]),
        json_text(provenance_of(record)),
        now,
        now,
    )


def _authorship_row(one: PlacedAuthorship, source: str, import_run: int | None, now: str) -> tuple[Any, ...]:
    record = one.record
    decision = one.decision
    return (
        one.key,
        one.work,
        record.position,
        record.name[:LONGEST_NAME],
        array_text(record.affiliations),
        json_text(dict(record.ids)),
        record.ids.get("orcid", ""),
        record.orcid_authenticated,
        record.name_in_other_script[:LONGEST_NAME],
        record.homepage,
        record.is_corresponding,
        record.is_organisation,
        source,
        import_run,
        decision.candidate.reference if decision else None,
        decision.rule if decision else AttributionRule.NONE,
        AttributionState.IMPORTED,
        False,
        now if decision else None,
    )
