"""Dirty rows: marking what is out of date, and settling it once it has been computed afresh.

A write marks what it touched, in its own transaction. Any number of workers claim marked rows under a lease,
recompute them, and settle them in the transaction that stores the result:

- a mark that arrives meanwhile moves the version, so the row stays and is computed again (a row that nobody has begun on
  is as dirty as it was, and costs a further mark nothing but a lock);
- a worker that is killed leaves a lease that runs out, and another worker takes its rows;
- a worker that outlived its lease finds the rows in other hands, and its result is rolled back, never stored over
  a newer one;
- every claim counts as an attempt, and a row that was tried before is claimed and worked on alone, so that a poisoned row
  (even one that kills its worker) holds up nobody and ends as failed, visibly, after ``MAX_ATTEMPTS``.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q
from django.db.models.query import QuerySet
from django.utils import timezone

from config.lib.registries import refresh_kinds
from papers.exceptions import LeaseLostError, UnknownRefreshKindError
from papers.models import RefreshRequest

LEASE = timedelta(minutes=10)  # longer than any task may run: see the hard limit in papers.tasks
MAX_ATTEMPTS = 5
BACK_OFF = timedelta(seconds=30)  # doubled at every attempt
LONGEST_BACK_OFF = timedelta(hours=1)
_LONGEST_ERROR = 2000

_MARK = """
    INSERT INTO papers_refreshrequest (kind, object_id, version, reason, requested_at, attempts, last_error)
    SELECT %s, object_id, 1, %s, statement_timestamp(), 0, ''
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS marked (object_id, place)
    ORDER BY place
    ON CONFLICT (kind, object_id) DO UPDATE
    SET version = papers_refreshrequest.version + 1, reason = EXCLUDED.reason, attempts = 0, last_error = ''
    WHERE papers_refreshrequest.attempts > 0
"""  # A row that nobody has begun on is locked and left as it is: whoever claims it next waits for us, and sees what we wrote.

_CLAIM = """
    WITH free AS (
        SELECT id FROM papers_refreshrequest
        WHERE kind = %(kind)s AND attempts BETWEEN %(fewest)s AND %(most)s AND (leased_until IS NULL OR leased_until <= statement_timestamp())
        ORDER BY requested_at, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE papers_refreshrequest AS request
    SET leased_until = statement_timestamp() + %(lease)s,
        attempts = attempts + 1,
        last_error = CASE WHEN attempts > 0 AND last_error = '' THEN %(vanished)s ELSE last_error END
    FROM free
    WHERE request.id = free.id
    RETURNING request.object_id, request.version, request.attempts, request.leased_until
"""
_VANISHED = "The worker that held this row never reported back."


@dataclass(frozen=True, slots=True)
class Claim:
    """A row in our hands until ``leased_until``, which is also what tells our lease from a later one."""

    kind: str
    object_id: int
    version: int
    attempts: int
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What of one kind is still to do. ``oldest`` is when the longest waiting row was marked, failed rows aside."""

    kind: str
    waiting: int
    failed: int
    oldest: datetime | None

    def age(self) -> float:
        """Seconds that the longest waiting row has waited; 0 where nothing waits."""
        return max(0.0, (timezone.now() - self.oldest).total_seconds()) if self.oldest else 0.0


def mark_dirty(*, kind: str, ids: Iterable[int], reason: str) -> int:
    """Mark the objects with these ids as out of date; returns how many different ones there were.

    Works inside the caller's transaction, so that a mark and what it is about are seen together or not at all.
    One statement, about 20 µs a row; rows are locked in the order of their ids, so two markers wait for each other
    but never deadlock (mark several kinds in one transaction with ``mark_all``). A mark gives a failed row a new start.
    Raises ``UnknownRefreshKindError`` for a kind that nobody registered.
    """
    if kind not in refresh_kinds:
        raise UnknownRefreshKindError(kind)
    ordered = sorted(set(ids))
    if ordered:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [kind, reason[:60], "{" + ",".join(map(str, ordered)) + "}"])
    return len(ordered)


def mark_all(*, marks: Mapping[str, Iterable[int]], reason: str) -> int:
    """``mark_dirty`` for several kinds, always in the same order of kinds; returns how many rows were marked."""
    with transaction.atomic():
        return sum(mark_dirty(kind=kind, ids=marks[kind], reason=reason) for kind in sorted(marks))


def claim(kind: str, limit: int, lease: timedelta = LEASE, *, tried: bool = False) -> list[Claim]:
    """Take up to ``limit`` free rows of a kind, those marked first before others; nobody else gets them until the lease ends.

    Rows that nobody tried since they were marked, or with ``tried`` only those that somebody did: claim these one at a
    time, as one that kills its worker must not take others with it. One statement that commits by itself: call it outside of any transaction. Rows that others are just taking are
    skipped, not waited for.
    """
    fewest, most = (1, MAX_ATTEMPTS - 1) if tried else (0, 0)
    given: dict[str, Any] = {"kind": kind, "limit": limit, "lease": lease, "fewest": fewest, "most": most, "vanished": _VANISHED}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, given)
        claims = [Claim(kind, *row) for row in cursor.fetchall()]
    return sorted(claims, key=lambda taken: taken.object_id)


def settle(claims: Sequence[Claim]) -> int:
    """Clear the rows whose version has not moved, and free the others for another round; returns how many were cleared.

    Call it in the transaction that stores what was computed. Raises ``LeaseLostError`` where a row has passed into other
    hands or is gone, so that the stale result is rolled back with it. Three statements.
    """
    if not claims:
        return 0
    with transaction.atomic():
        now_held = {row.object_id: row for row in _ours(claims).order_by("object_id").select_for_update()}
        lost = [taken.object_id for taken in claims if not _is_held(taken, now_held.get(taken.object_id))]
        if lost:
            raise LeaseLostError(claims[0].kind, lost)
        moved = [now_held[taken.object_id].pk for taken in claims if now_held[taken.object_id].version != taken.version]
        RefreshRequest.objects.filter(pk__in=moved).update(leased_until=None, attempts=0, requested_at=timezone.now())
        done = [row.pk for row in now_held.values() if row.pk not in set(moved)]
        return RefreshRequest.objects.filter(pk__in=done).delete()[0]


def fail(claims: Sequence[Claim], error: BaseException | str) -> None:
    """Put rows back with the error and a back-off that doubles at every attempt, jittered so that rows spread out.

    After ``MAX_ATTEMPTS`` a row stays, visible as failed, until it is marked again. Rows that are no longer ours are left alone.
    """
    message = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    now = timezone.now()
    with transaction.atomic():
        held = {row.object_id: row for row in _ours(claims).order_by("object_id").select_for_update()}
        failed = []
        for taken in claims:
            row = held.get(taken.object_id)
            if row is not None and _is_held(taken, row):
                row.leased_until = now + _back_off(taken.attempts) if taken.attempts < MAX_ATTEMPTS else None
                row.last_error = message[:_LONGEST_ERROR]
                failed.append(row)
        RefreshRequest.objects.bulk_update(failed, ["leased_until", "last_error"], batch_size=500)


def give_back(claims: Sequence[Claim]) -> None:
    """Free rows that we did not get to; the claim then does not count as an attempt. Rows no longer ours are left alone."""
    by_lease: dict[datetime, list[int]] = {}
    for taken in claims:
        by_lease.setdefault(taken.leased_until, []).append(taken.object_id)
    for leased_until, ids in by_lease.items():
        held = RefreshRequest.objects.filter(kind=claims[0].kind, object_id__in=ids, leased_until=leased_until)
        held.filter(attempts__gt=0).update(leased_until=None, attempts=F("attempts") - 1)


def backlog() -> list[Backlog]:
    """What is still to do, for every registered kind and every kind that has rows, by kind. One query over all dirty rows."""
    spent = Q(attempts__gte=MAX_ATTEMPTS) & (Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now()))
    counted = (
        RefreshRequest.objects.order_by("kind")
        .values("kind")
        .annotate(failed=Count("pk", filter=spent), rows=Count("pk"), oldest=Min("requested_at", filter=~spent))
    )
    found = {row["kind"]: Backlog(row["kind"], row["rows"] - row["failed"], row["failed"], row["oldest"]) for row in counted}
    kinds = sorted({kind.key for kind in refresh_kinds} | found.keys())
    return [found.get(kind, Backlog(kind, 0, 0, None)) for kind in kinds]


def kinds_with_work() -> list[str]:
    """The registered kinds that have a row free to be claimed now, in their order. One short query for each kind, or two."""
    return [kind.key for kind in refresh_kinds if _free(kind.key).exists() and (kind.ready is None or kind.ready())]


def _free(kind: str) -> QuerySet[RefreshRequest]:
    now_free = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    return RefreshRequest.objects.filter(now_free, kind=kind, attempts__lt=MAX_ATTEMPTS)


def _ours(claims: Sequence[Claim]) -> QuerySet[RefreshRequest]:
    """The rows that the claims (of one kind) are about, whoever holds them now."""
    return RefreshRequest.objects.filter(kind=claims[0].kind, object_id__in=[taken.object_id for taken in claims])


def _is_held(taken: Claim, row: RefreshRequest | None) -> bool:
    return row is not None and row.leased_until == taken.leased_until


def _back_off(attempts: int) -> timedelta:
    """Between half and one and a half times the doubled pause."""
    pause = min(BACK_OFF * (1 << max(0, attempts - 1)), LONGEST_BACK_OFF)
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing
