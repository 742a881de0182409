"""Import runs: a whole input, batch by batch, each committed with its place, so that a stopped run goes on there."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from papers.exceptions import ImportBusyError
from papers.importers import format_named, read_records, recognise
from papers.importers.base import Format, InputStream, decompressed
from papers.ingest.ahead import Prepared, Upcoming, prepared
from papers.ingest.batch import Item, Outcome, foresee, ingest_batch
from papers.ingest.copying import array_text, copy_rows
from papers.ingest.writing import Knowledge
from papers.models import Author, Authorship, ImportItem, ImportRun, ImportState, ItemOutcome, NameVariant, Topic, Work, WorkTopic
from papers.records import ParseResult, Rejected, WorkRecord
from papers.sources import read_source

BATCH_ITEMS = 2000
MANY = 50  # new works after which the database's own statistics no longer tell anything
BATCH_AUTHORSHIPS = 10_000  # a batch of long author lists ends earlier
SELDOM = (200_000, 20, 20)  # allocations and collections between collections; a fifth of the time with Python's own figures
LOCK_SPACE = 7331  # the first half of the advisory locks that stand for runs at work
FINGERPRINTED_BYTES = 1 << 20

Progress = Callable[[ImportRun], object]


def start_import(
    *,
    origin: str,
    format: str = "",  # noqa: A002 - the field's word
    upload: File[bytes] | None = None,
    request: Mapping[str, Any] | None = None,
    started_by: Any = None,
) -> ImportRun:
    """A new run of an uploaded file or a request to a service, and a message to a worker once this is committed.

    ``request`` names the service and what to ask ("from", "author", …). Raises ``ValueError`` without either.
    """
    from papers.tasks import run_import  # the task calls this module, and a run is started from here

    if upload is None and not request:
        raise ValueError("an import needs a file or a request")
    run = ImportRun(origin=origin[:500], format=format, request=dict(request or {}), started_by=started_by)
    if upload is not None:
        run.upload.save(upload.name or "import", upload, save=False)
    run.save()
    run_import.delay_on_commit(run.pk)
    return run


def execute_run(run_id: int) -> None:
    """Do what a run asks for, from where it stopped. Quiet where the run is gone, ended or at work elsewhere.

    An input that cannot be read ends the run as failed with the reason in ``error``.
    """
    run = ImportRun.objects.filter(pk=run_id, state__in=[ImportState.WAITING, ImportState.RUNNING]).first()
    if run is None:
        return
    try:
        if run.upload:
            with run.upload.open("rb") as source:
                stream = decompressed(cast("BinaryIO", source))
                chosen = _format_of(run, stream)
                execute(run, prepared(read_records(chosen, stream)))
        else:
            execute(run, prepared(source_results(run)), resume=False)
    except ImportBusyError:
        return
    except (ValueError, OSError) as error:
        _end(run, ImportState.FAILED, str(error))


def _format_of(run: ImportRun, stream: InputStream) -> Format[ParseResult]:
    """The format the run names, else the one its input is recognised as. Raises ``ValueError`` with a plain sentence."""
    chosen = format_named(run.format) if run.format else recognise(stream.head)
    if chosen is None:
        raise ValueError(f"Collegium reads no format called {run.format}.")
    if chosen.holds != "works":
        raise ValueError(f"{chosen.label} holds no works: use the import of institutions.")
    if run.format != chosen.key:
        run.format = chosen.key
        run.save(update_fields=["format"])
    return chosen


def source_results(run: ImportRun) -> Iterator[ParseResult]:
    """What a service gives for the run's request, from where the run stopped. Raises ``SourceError``, a ``ValueError``."""

    def save(cursor: Mapping[str, Any]) -> None:
        ImportRun.objects.filter(pk=run.pk).update(cursor=dict(cursor))

    return read_source(run.request, cursor=run.cursor, save_cursor=save, already=run.items_read)


def request_fingerprint(request: Mapping[str, Any]) -> str:
    """What tells one request to a service from another."""
    return blake2b(json.dumps(request, sort_keys=True).encode(), digest_size=16).hexdigest()


def input_fingerprint(path: Path) -> str:
    """What tells one input file from another: its size and its first and last megabyte."""
    digest = blake2b(digest_size=16)
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as source:
        digest.update(source.read(FINGERPRINTED_BYTES))
        source.seek(max(0, size - FINGERPRINTED_BYTES))
        digest.update(source.read(FINGERPRINTED_BYTES))
    return digest.hexdigest()


def stopped_run(input_key: str, format_key: str) -> ImportRun | None:
    """The latest run of this input that did not reach its end and that nobody is at, or None."""
    ended = [ImportState.FINISHED, ImportState.FAILED]
    latest = ImportRun.objects.filter(input_key=input_key, format=format_key).exclude(input_key="").first()
    return latest if latest is not None and latest.state not in ended else None


def execute(
    run: ImportRun, results: Iterable[Prepared], *, resume: bool = True, progress: Progress = lambda _: None, look_ahead: bool = False
) -> ImportRun:
    """Read ``results`` into the database under this run; returns the run with its counts.

    With ``resume`` the results are those of the whole input, and as many as the run has read already are passed over;
    without, they begin where the run stopped. Each batch is one transaction with the run's place in the input, so
    nothing is lost or counted twice when the process is killed. With ``look_ahead`` a second thread takes the next batch
    from ``results`` while the database commits: only for results that do not ask the database themselves. Ends early, in
    order, when somebody stops the run. Raises ``ImportBusyError`` where another process is at this run.
    """
    with _claimed(run), _seldom_collected():
        ImportRun.objects.filter(pk=run.pk).update(state=ImportState.RUNNING, started_at=run.started_at or timezone.now(), error="")
        run.refresh_from_db()
        remaining = iter(results)
        if resume and run.items_read:
            next(islice(remaining, run.items_read - 1, None), None)
        knowledge = Knowledge.fresh()
        with Upcoming(_batches(remaining, run.items_read), in_background=look_ahead) as batches:
            for items in batches:
                _write(items, knowledge, run, batches.fetch)
                run.refresh_from_db()
                progress(run)
                if ImportRun.objects.filter(pk=run.pk, state=ImportState.STOPPED).exists():
                    run.state = ImportState.STOPPED
                    return run
        _sort_into_indexes()
        if run.created >= MANY:
            _take_statistics()
        _end(run, ImportState.FINISHED)
    return run


def stop_run(*, run: ImportRun) -> bool:
    """Ask a run to end after its present batch; returns whether it was still going."""
    going = ImportRun.objects.filter(pk=run.pk, state__in=[ImportState.WAITING, ImportState.RUNNING])
    return bool(going.update(state=ImportState.STOPPED, finished_at=timezone.now()))


@contextmanager
def _claimed(run: ImportRun) -> Iterator[None]:
    """Nobody else is at this run while we are. The lock goes with the connection, so a killed process holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, run.pk % (1 << 31)])
        if not cursor.fetchone()[0]:
            raise ImportBusyError(run.pk)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, run.pk % (1 << 31)])


def _batches(results: Iterator[Prepared], already: int) -> Iterator[list[Item]]:
    """Items with their places, in batches that depend on the input alone, so that a resumed run cuts them alike."""
    items: list[Item] = []
    authorships = 0
    for ordinal, one in enumerate(results, start=already + 1):
        items.append(Item(ordinal, one))
        authorships += len(one.result.authorships) if isinstance(one.result, WorkRecord) else 0
        if len(items) >= BATCH_ITEMS or authorships >= BATCH_AUTHORSHIPS:
            foresee(items)
            yield items
            items, authorships = [], 0
    if items:
        yield items


def _sort_into_indexes() -> None:
    """Sort what waits beside the search indexes into them: every search reads through what waits. Skips what is not ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(indexed.indexrelid) FROM pg_index indexed"
            " JOIN pg_class class ON class.oid = indexed.indexrelid JOIN pg_am method ON method.oid = class.relam"
            " WHERE method.amname = 'gin' AND indexed.indrelid = ANY(%s::regclass[]) AND pg_has_role(class.relowner, 'USAGE')",
            [array_text([model._meta.db_table for model in (Work, NameVariant, Topic)])],
        )


def _take_statistics() -> None:
    """Let the database see what has come: what is computed next would otherwise be planned as for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in (Work, Author, Authorship, NameVariant, WorkTopic, Topic))}")


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Have Python look for circles of dead objects seldom: an import makes millions of objects, hardly any of them in circles."""
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _write(items: list[Item], knowledge: Knowledge, run: ImportRun, before_commit: Callable[[], None] = lambda: None) -> None:
    """One batch; where the database refuses it, item by item, so that only the item at fault is rejected."""

    def note(outcomes: list[Outcome]) -> None:
        _account(run, outcomes)
        before_commit()

    try:
        ingest_batch(items, knowledge, import_run=run.pk, note=note)
    except (IntegrityError, DataError) as error:
        if len(items) > 1:
            for item in items:
                _write([item], knowledge, run)
        else:
            _refuse(items[0], error, knowledge, run)


def _refuse(item: Item, error: Exception, knowledge: Knowledge, run: ImportRun) -> None:
    """Reject an item that was parsed but that the database does not take."""
    record = item.prepared.result
    title = record.title if isinstance(record, WorkRecord) else record.excerpt
    rejected = Rejected(item.ordinal, record.record_id, f"The database refused it: {str(error).splitlines()[0]}", title[:500])
    ingest_batch([Item(item.ordinal, Prepared(rejected))], knowledge, import_run=run.pk, note=lambda outcomes: _account(run, outcomes))


def _account(run: ImportRun, outcomes: list[Outcome]) -> None:
    """Keep each item's outcome and the run's counts, inside the batch's transaction."""
    copy_rows(
        ImportItem,
        ["run_id", "ordinal", "record_id", "outcome", "work_id", "reason", "excerpt"],
        (
            (run.pk, one.ordinal, one.record_id[:300].replace("\0", ""), one.outcome, one.work, one.reason, one.excerpt.replace("\0", ""))
            for one in outcomes
        ),
    )
    counts = {outcome.value: sum(1 for one in outcomes if one.outcome is outcome) for outcome in ItemOutcome}
    ImportRun.objects.filter(pk=run.pk).update(
        items_read=F("items_read") + len(outcomes),
        beat_at=timezone.now(),
        **{name: F(name) + count for name, count in counts.items()},
    )


def _end(run: ImportRun, state: ImportState, error: str = "") -> None:
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).exclude(state=ImportState.STOPPED).update(state=state, error=error, finished_at=timezone.now())
    run.refresh_from_db()
