"""Writing works that are new: rows are built in memory and go in by COPY, a table at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from papers.attribution import COAUTHOR_EVIDENCE_LIMIT, Attribution, Decision, Mention
from papers.ingest.affiliations import Institutions
from papers.ingest.ahead import Prepared
from papers.ingest.candidates import StoredCandidates, affiliation_hashes
from papers.ingest.copying import Copies, array_text, draw_keys, json_text
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
    WorkSource,
    WorkTopic,
)
from papers.names import parse_name
from papers.records import AuthorshipRecord, WorkRecord

SOME_WORKS = 200
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
]
SOURCE_COLUMNS = ["work_id", "source", "record_id", "fingerprint"]
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
    "author_id",
    "rule",
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
class Placed:
    """An authorship on its way into the database: its work's key, what the source said, and whose it is."""

    work: int
    record: AuthorshipRecord
    source: str
    institutions: list[int]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Touched:
    """What new works touch, by row keys."""

    authors: set[int]
    topics: set[int]
    institutions: set[int]


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


def write_new(new: Sequence[NewWork], knowledge: Knowledge, *, import_run: int | None, now: datetime) -> Touched:
    """Write new works with everything under them; returns whom and what they touch.

    Costs about 10 queries and 10 COPY statements, whatever the number of works. The works themselves, half of all that is
    written, go in while it is decided whose the authorships are: that asks the database nothing. Call inside a
    transaction, after ``knowledge`` was prepared for these records.
    """
    moment = now.isoformat()
    topics = [(work, knowledge.subjects.topics(work.record.topics)) for work in new]
    with Copies() as copies:
        for start in range(0, len(new), SOME_WORKS):  # the server begins with the first while we write out the next
            some = new[start : start + SOME_WORKS]
            copies.add(
                Work,
                WORK_COLUMNS,
                (_work_row(work, knowledge.subjects) for work in some),
                {"created_at": moment, "updated_at": moment},
            )
        copies.add(WorkSource, SOURCE_COLUMNS, map(_source_row, new), {"import_run_id": import_run, "read_at": moment})
        copies.add(
            WorkIdentifier,
            ["work_id", "scheme", "value"],
            ((work.key, scheme, value) for work in new for scheme, value in record_identifiers(work.record)),
        )
        copies.add(
            WorkTopic,
            ["work_id", "topic_id", "score", "source"],
            ((work.key, topic, found.score, work.record.source) for work, named in topics for topic, found in named.items()),
        )
        decided = decide_authorships(((work.key, work.record, work.record.authorships, ()) for work in new), knowledge)
        placed = place_authorships(decided, knowledge, copies, import_run=import_run, now=now)
        return Touched(
            authors={one.decision.candidate.reference for one in placed if one.decision is not None},
            topics={topic for _, named in topics for topic in named},
            institutions={institution for one in placed for institution in one.institutions},
        )


def decide_authorships(
    works: Iterable[tuple[int, WorkRecord, Sequence[AuthorshipRecord], Iterable[int]]], knowledge: Knowledge
) -> list[Placed]:
    """Decide whose the authorships are, without the database.

    Each work comes as its key, its record, the authorships to place, and the authors it has already.
    """
    attribution = Attribution(knowledge.candidates, knowledge.candidates.statistics)
    decided: list[Placed] = []
    for key, record, authorships, taken in works:
        with_institutions = [(one, knowledge.institutions.keys(one.institutions, one.affiliations)) for one in authorships]
        people = [pair for pair in with_institutions if not pair[0].is_organisation]
        decisions = iter(attribution.assign(mentions_of(record, people), taken))
        for authorship, institutions in with_institutions:
            decision = None if authorship.is_organisation else next(decisions)
            decided.append(Placed(key, authorship, record.source, institutions, decision))
    return decided


def place_authorships(
    decided: Sequence[Placed], knowledge: Knowledge, copies: Copies, *, import_run: int | None, now: datetime
) -> Sequence[Placed]:
    """Write authorships with the authors they open and their institutions; returns them. The last of it is under way in ``copies``."""
    keys = draw_keys(Authorship, len(decided))
    write_people(
        knowledge.candidates, [(one.decision.candidate, one.record, one.source) for one in decided if one.decision is not None], copies
    )
    moment = now.isoformat()
    copies.add(
        Authorship,
        AUTHORSHIP_COLUMNS,
        (_authorship_row(key, one, moment) for key, one in zip(keys, decided, strict=True)),
        {"import_run_id": import_run, "state": AttributionState.IMPORTED.value, "decided_by_person": False},
    )
    copies.add(
        AuthorshipInstitution,
        ["authorship_id", "institution_id"],
        ((key, institution) for key, one in zip(keys, decided, strict=True) for institution in one.institutions),
    )
    return decided


def _work_row(work: NewWork, subjects: Subjects) -> tuple[Any, ...]:
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
    )


def _source_row(work: NewWork) -> tuple[Any, ...]:
    return work.key, work.record.source, work.record.record_id, work.prepared.fingerprint


def _authorship_row(key: int, one: Placed, now: str) -> tuple[Any, ...]:
    record = one.record
    decision = one.decision
    return (
        key,
        one.work,
        record.position,
        record.name[:LONGEST_NAME],
        array_text(record.affiliations),
        json_text(dict(record.ids)) if record.ids else "{}",
        record.ids.get("orcid", "") if record.ids else "",
        record.orcid_authenticated,
        record.name_in_other_script[:LONGEST_NAME],
        record.homepage,
        record.is_corresponding,
        record.is_organisation,
        one.source,
        decision.candidate.reference if decision else None,
        decision.rule.value if decision else AttributionRule.NONE.value,
        now if decision else None,
    )
