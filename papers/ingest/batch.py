"""One batch of records in one transaction: recognise, create, update, and say what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection, transaction
from django.db.utils import DatabaseError, DataError
from django.utils import timezone

from papers.attribution import work_chunks
from papers.ingest import matching
from papers.ingest.ahead import Prepared
from papers.ingest.candidates import affiliation_hashes
from papers.ingest.copying import draw_keys, numbers_text
from papers.ingest.references import resolve_references
from papers.ingest.updating import UpdateRequest, update_works
from papers.ingest.writing import Knowledge, NewWork, write_new
from papers.models import ItemOutcome, Work, WorkSource
from papers.names import parse_name
from papers.records import Rejected, WorkRecord
from papers.refresh import mark_all
from papers.slices.marking import works_changed

ATTEMPTS = 4  # two imports may meet over the same new author or identifier; the second attempt sees what the first wrote


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the input with its place, from 1."""

    ordinal: int
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item. ``reason`` says why it was rejected, or what of it could not be used."""

    ordinal: int
    record_id: str
    outcome: ItemOutcome
    work: int | None = None
    reason: str = ""
    excerpt: str = ""


@dataclass(slots=True)
class _Batch:
    """What a batch gathers while it is written."""

    import_run: int | None
    prepared: dict[int, Prepared] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)  # what of a new work's record could not be used
    outcomes: list[Outcome] = field(default_factory=list)
    authors: set[int] = field(default_factory=set)
    works: set[int] = field(default_factory=set)  # those that changed; what new ones touch is known without asking
    topics: set[int] = field(default_factory=set)
    institutions: set[int] = field(default_factory=set)


class StaleAuthors(Exception):  # noqa: N818 - a state to start again from, not a mistake
    """Authors that this run knew were merged or erased meanwhile."""


def foresee(items: Iterable[Item]) -> None:
    """Work out what a batch will ask of each name and title, so that it is remembered. Asks the database nothing."""
    for item in items:
        record = item.prepared.result
        if isinstance(record, WorkRecord):
            matching.record_title_key(record)
            for authorship in record.authorships:
                parse_name(authorship.name)
                affiliation_hashes(authorship.affiliations, ())


def ingest_batch(
    items: Sequence[Item], knowledge: Knowledge, *, import_run: int | None, note: Callable[[list[Outcome]], None] = lambda _: None
) -> list[Outcome]:
    """Write a batch; returns the outcome of every item, in order.

    All or nothing, in one transaction with what ``note`` does with the outcomes, started again up to three times where
    another import or a merge came between. ``knowledge`` is kept from batch to batch. About 40 statements for a batch
    of new works, 1 for one that is unchanged throughout. Raises ``DatabaseError`` where the database refuses the batch.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                outcomes = _ingest(items, knowledge, import_run)
                note(outcomes)
                return outcomes
        except (DatabaseError, StaleAuthors) as error:
            knowledge.forget()
            if attempt == ATTEMPTS or isinstance(error, DataError):
                raise
    raise AssertionError("unreachable")


def _ingest(items: Sequence[Item], knowledge: Knowledge, import_run: int | None) -> list[Outcome]:
    with connection.cursor() as cursor:
        # A batch that a crash of the server takes back is read again, as its place in the input goes back with it.
        # All that a batch asks, foreign keys included, is asked by key; while tables grow from nothing the planner has
        # no figures to see that by, and would keep plans that read whole tables. Words and trigrams are sorted into their
        # indexes less often and more at once, which spares a tenth of the server's work; the run's end sorts in the rest.
        cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off; SET LOCAL gin_pending_list_limit = '16MB'")
    batch = _Batch(import_run)
    records: list[tuple[int, WorkRecord]] = []
    for item in items:
        if isinstance(item.prepared.result, Rejected):
            rejected = item.prepared.result
            batch.outcomes.append(Outcome(item.ordinal, rejected.record_id, ItemOutcome.REJECTED, None, rejected.reason, rejected.excerpt))
        else:
            records.append((item.ordinal, item.prepared.result))
            batch.prepared[item.ordinal] = item.prepared
    while records:  # a record may describe a work that an earlier one of the same batch opens
        records = _ingest_records(records, knowledge, batch)
    _refuse_stale_authors(batch.authors)
    _mark(batch)
    return sorted(batch.outcomes, key=lambda outcome: outcome.ordinal)


def _ingest_records(records: list[tuple[int, WorkRecord]], knowledge: Knowledge, batch: _Batch) -> list[tuple[int, WorkRecord]]:
    """Write those that are new, unchanged or changed; returns those that must wait for what was written just now."""
    known = matching.match_sources([record for _, record in records])
    open_records = []
    for ordinal, record in records:
        found = known.get((record.source, record.record_id))
        if found is not None and found[1] == batch.prepared[ordinal].fingerprint:
            batch.outcomes.append(Outcome(ordinal, record.record_id, ItemOutcome.UNCHANGED, found[0]))
        else:
            open_records.append((ordinal, record))
    if not open_records:
        return []
    new, present, waiting = _sort_out(open_records, known, batch)
    knowledge_needed = [record for _, record in new] + [request.record for request in present]
    _prepare(knowledge, knowledge_needed)
    if new:
        _create(new, knowledge, batch)
    if present:
        _update(present, knowledge, batch)
    return waiting


def _sort_out(
    records: list[tuple[int, WorkRecord]], known: dict[tuple[str, str], tuple[int, bytes]], batch: _Batch
) -> tuple[list[tuple[int, WorkRecord]], list[UpdateRequest], list[tuple[int, WorkRecord]]]:
    """Records of new works, records of works that exist, and records that may be of a work in the first list."""
    identified = matching.match_identifiers(pair for _, record in records for pair in matching.record_identifiers(record))
    records = _without_slips(records, known, identified, batch)
    unplaced = [record for _, record in records if (record.source, record.record_id) not in known]
    titled = matching.match_titles(matching.record_title_key(record) for record in unplaced)
    typed = [record for record in unplaced if record.source in matching.SECOND_HAND]
    beginnings = matching.match_beginnings(matching.record_title_key(record) for record in typed)
    new: list[tuple[int, WorkRecord]] = []
    present: list[UpdateRequest] = []
    waiting: list[tuple[int, WorkRecord]] = []
    opened: set[tuple[str, str]] = set()
    updating: set[int] = set()
    shared = Counter(matching.record_title_key(record) for _, record in records)
    for ordinal, record in records:
        signs = {("source", f"{record.source}:{record.record_id}"), *matching.record_identifiers(record)}
        key = matching.record_title_key(record)
        if shared[key] > 1:
            signs |= {("title", f"{key} {parse_name(authorship.name).family}") for authorship in record.authorships}
        work = _recognised(record, known, identified, titled.get(key, []), beginnings.get(key[: matching.BEGINNING], []))
        if work is None and not signs & opened:
            new.append((ordinal, record))
            opened |= signs
        elif work is None or work in updating or signs & opened:
            waiting.append((ordinal, record))
        else:
            updating.add(work)
            opened |= {sign for sign in signs if sign[0] not in {"title", "source"}}
            present.append(UpdateRequest(ordinal, work, record, batch.prepared[ordinal]))
    return new, present, waiting


def _without_slips(
    records: list[tuple[int, WorkRecord]],
    known: dict[tuple[str, str], tuple[int, bytes]],
    identified: dict[tuple[str, str], int],
    batch: _Batch,
) -> list[tuple[int, WorkRecord]]:
    """The records without identifiers that lead to works from which their source has told them apart; what is left out is noted."""
    if not identified:
        return records
    found = matching.slips((record for _, record in records if (record.source, record.record_id) not in known), identified)
    if not found:
        return records
    kept = []
    for ordinal, record in records:
        slips = found.get((record.source, record.record_id), set())
        kept.append((ordinal, replace(record, ids={name: value for name, value in record.ids.items() if (name, value) not in slips})))
        if slips:
            batch.notes[ordinal] = " ".join(
                f"The identifier {scheme}:{value} stands for another work of this source and was left there."
                for scheme, value in sorted(slips)
            )
    return kept


def _recognised(
    record: WorkRecord,
    known: dict[tuple[str, str], tuple[int, bytes]],
    identified: dict[tuple[str, str], int],
    same_title: Sequence[matching.Known],
    same_beginning: Sequence[matching.Known],
) -> int | None:
    """The work that a record describes, as far as the database knows."""
    found = known.get((record.source, record.record_id))
    if found is not None:
        return found[0]
    for pair in matching.record_identifiers(record):
        if pair in identified:
            return identified[pair]
    same = matching.same_by_title(record, same_title) or matching.same_by_nearly_the_title(record, same_beginning)
    return same.work if same is not None else None


def _prepare(knowledge: Knowledge, records: Sequence[WorkRecord]) -> None:
    knowledge.subjects.prepare(records)
    knowledge.institutions.prepare(records)
    people = [authorship for record in records for authorship in record.authorships if not authorship.is_organisation]
    knowledge.candidates.prepare([parse_name(person.name) for person in people], [pair for person in people for pair in person.ids.items()])


def _create(new: list[tuple[int, WorkRecord]], knowledge: Knowledge, batch: _Batch) -> None:
    keys = draw_keys(Work, len(new))
    works = [NewWork(key, record, batch.prepared[ordinal]) for key, (ordinal, record) in zip(keys, new, strict=True)]
    touched = write_new(works, knowledge, import_run=batch.import_run, now=timezone.now())
    resolve_references([(work.key, work.record) for work in works])
    batch.authors |= touched.authors
    batch.topics |= touched.topics
    batch.institutions |= touched.institutions
    batch.outcomes += [
        Outcome(ordinal, record.record_id, ItemOutcome.CREATED, key, batch.notes.get(ordinal, ""))
        for key, (ordinal, record) in zip(keys, new, strict=True)
    ]


def _update(present: list[UpdateRequest], knowledge: Knowledge, batch: _Batch) -> None:
    now = timezone.now()
    updated = update_works(present, knowledge, import_run=batch.import_run, now=now)
    batch.authors |= updated.authors
    batch.works |= updated.changed
    batch.institutions |= updated.institutions
    WorkSource.objects.bulk_create(
        [
            WorkSource(
                work_id=request.work,
                source=request.record.source,
                record_id=request.record.record_id,
                fingerprint=request.prepared.fingerprint,
                import_run_id=batch.import_run,
                read_at=now,
            )
            for request in present
        ],
        update_conflicts=True,
        unique_fields=["source", "record_id"],
        update_fields=["fingerprint", "import_run", "read_at"],
    )
    resolve_references([(request.work, request.record) for request in present])
    for request in present:
        outcome = ItemOutcome.UPDATED if request.work in updated.changed else ItemOutcome.UNCHANGED
        note = " ".join(filter(None, (batch.notes.get(request.ordinal), updated.notes.get(request.work))))
        batch.outcomes.append(Outcome(request.ordinal, request.record.record_id, outcome, request.work, note))


def _refuse_stale_authors(authors: set[int]) -> None:
    """Start again where an author we remembered was merged or erased since: attribution must go to the survivor."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM papers_author WHERE id = ANY(%s::bigint[]) AND num_nonnulls(merged_into_id, erased_at) > 0 LIMIT 1",
            [numbers_text(authors)],
        )
        if cursor.fetchone() is not None:
            raise StaleAuthors


def _mark(batch: _Batch) -> None:
    """What must be recomputed because of this batch."""
    topics, institutions = set(batch.topics), set(batch.institutions)
    if batch.works:
        works = [numbers_text(sorted(batch.works))]
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT topic_id FROM papers_worktopic WHERE work_id = ANY(%s::bigint[])", works)
            topics.update(row[0] for row in cursor.fetchall())
            cursor.execute(
                "SELECT DISTINCT link.institution_id FROM papers_authorship authorship JOIN papers_authorshipinstitution link"
                " ON link.authorship_id = authorship.id WHERE authorship.work_id = ANY(%s::bigint[])",
                works,
            )
            institutions.update(row[0] for row in cursor.fetchall())
    created = {one.work for one in batch.outcomes if one.outcome is ItemOutcome.CREATED and one.work is not None}
    changed = batch.works | created
    marks = {"work-figures": changed, "author-figures": batch.authors, "topic-figures": topics, "institution-figures": institutions}
    mark_all(marks={**marks, "mentions": work_chunks(changed)}, reason="import")
    works_changed(changed, reason="import")
