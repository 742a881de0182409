"""Rounds of the background work: claim a batch, compute it, settle it; one by one where the batch fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from config.lib.registries import RefreshKind, refresh_kinds
from papers.exceptions import LeaseLostError, UnknownRefreshKindError
from papers.refresh import LEASE, Claim, claim, fail, give_back, mark_dirty, settle

log = structlog.get_logger(__name__)

SHARE_OF_LEASE = 0.5  # after which a worker that goes row by row gives the rest of a batch back


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the claims of one round: cleared, put back with an error, or left for another round."""

    cleared: int = 0
    failed: int = 0
    again: int = 0

    def __add__(self, other: Round) -> Round:
        return Round(self.cleared + other.cleared, self.failed + other.failed, self.again + other.again)

    @property
    def handled(self) -> int:
        """How many rows the round had in its hands."""
        return self.cleared + self.failed + self.again


def refresh_some(kind: str, limit: int | None = None) -> Round:
    """Claim a batch of a kind, recompute it and settle it; then one row that was tried before.

    Call it outside of any transaction. The batch goes in one call of the kind's ``refresh``, or row by row where that
    fails. ``handled`` is 0 where no row was free. What interrupts the whole worker (a time limit, a signal) passes
    through; its rows come back when the lease ends. Raises ``UnknownRefreshKindError``.
    """
    registered = refresh_kinds.get(kind)
    if registered is None:
        raise UnknownRefreshKindError(kind)
    done = _batch(registered, claim(kind, limit or registered.batch))
    for tried in claim(kind, 1, tried=True):
        done += _alone(registered, tried)
    return done


def refresh_until(kind: str, *, deadline: float, batch: int | None = None, on_round: Callable[[Round], object] | None = None) -> Round:
    """``refresh_some`` again and again until no row is free, the kind is not ready, or ``deadline`` (of ``time.monotonic``) has passed."""
    done = Round()
    registered = refresh_kinds.get(kind)
    while time.monotonic() < deadline and (registered is None or registered.ready is None or registered.ready()):
        this = refresh_some(kind, batch)
        if this.handled == 0:
            break
        done += this
        if on_round is not None:
            on_round(this)
    return done


def _batch(registered: RefreshKind, claims: Sequence[Claim]) -> Round:
    """New rows, all at once if they let us."""
    if not claims:
        return Round()
    ends = time.monotonic() + LEASE.total_seconds() * SHARE_OF_LEASE
    try:
        return _store_together(registered, claims)
    except SoftTimeLimitExceeded:
        raise
    except LeaseLostError as lost:
        return Round(again=len(lost.ids)) + _one_by_one(registered, _without(claims, lost), ends)
    except Exception as error:  # noqa: BLE001 - whatever a computation raises is settled row by row
        log.warning("refresh.batch_failed", kind=registered.key, rows=len(claims), error=repr(error))
        return _one_by_one(registered, claims, ends)


def _store_together(registered: RefreshKind, claims: Sequence[Claim]) -> Round:
    """Compute, store and settle in one transaction: either all of it is seen, or none."""
    ids = [taken.object_id for taken in claims]
    with transaction.atomic():
        registered.refresh(ids)
        for follower in refresh_kinds:
            if registered.key in follower.after:
                mark_dirty(kind=follower.key, ids=ids, reason=registered.key)
        cleared = settle(claims)
    return Round(cleared=cleared, again=len(claims) - cleared)


def _one_by_one(registered: RefreshKind, claims: Sequence[Claim], ends: float) -> Round:
    done = Round()
    for place, taken in enumerate(claims):
        if time.monotonic() > ends:
            give_back(claims[place:])
            return done + Round(again=len(claims) - place)
        done += _alone(registered, taken)
    return done


def _alone(registered: RefreshKind, taken: Claim) -> Round:
    try:
        return _store_together(registered, [taken])
    except LeaseLostError:
        return Round(again=1)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - kept on the row, where admins see it
        log.warning("refresh.row_failed", kind=taken.kind, object_id=taken.object_id, attempts=taken.attempts, error=repr(error))
        fail([taken], error)
        return Round(failed=1)


def _without(claims: Sequence[Claim], lost: LeaseLostError) -> list[Claim]:
    return [taken for taken in claims if taken.object_id not in set(lost.ids)]
