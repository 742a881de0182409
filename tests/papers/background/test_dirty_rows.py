"""Marks, claims and settling: nothing that was marked is ever lost, nothing stale is ever stored."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.exceptions import LeaseLostError, UnknownRefreshKindError
from papers.models import RefreshRequest
from papers.refresh import MAX_ATTEMPTS, backlog, claim, fail, give_back, kinds_with_work, mark_all, mark_dirty, settle

pytestmark = pytest.mark.django_db
KIND = "test-kind"


@pytest.fixture(autouse=True)
def registered(computation):
    return computation


def row(number: int) -> RefreshRequest:
    return RefreshRequest.objects.get(kind=KIND, object_id=number)


# --- Marks ----------------------------------------------------------------------------------------------------


def test_a_mark_makes_one_row_an_object_and_a_further_mark_moves_its_version_once_somebody_has_begun():
    assert mark_dirty(kind=KIND, ids=[3, 1, 3], reason="import") == 2
    first = row(3)
    assert mark_dirty(kind=KIND, ids=iter([3]), reason="merge") == 1

    assert RefreshRequest.objects.count() == 2
    assert (row(1).version, row(3).version) == (1, 1)  # nobody has begun: as dirty as before

    claim(KIND, 2)
    assert mark_dirty(kind=KIND, ids=iter([3]), reason="merge") == 1
    assert (row(1).version, row(3).version) == (1, 2)
    assert row(3).reason == "merge"
    assert row(3).requested_at == first.requested_at  # it has waited since then


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_just_being_marked_again_is_not_claimed_before_the_mark_is_there(in_thread):
    """The mark changes nothing of the row, but whoever claims it must see what the marker wrote."""
    mark_dirty(kind=KIND, ids=[1], reason="import")
    with transaction.atomic():
        mark_dirty(kind=KIND, ids=[1], reason="import")
        assert in_thread(claim, KIND, 10).result(timeout=30) == []
    assert [taken.object_id for taken in claim(KIND, 10)] == [1]


def test_marking_nothing_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert mark_dirty(kind=KIND, ids=[], reason="import") == 0
    assert len(queries) == 0


def test_a_mark_goes_with_the_callers_transaction():
    with transaction.atomic():
        mark_dirty(kind=KIND, ids=[1], reason="import")
        transaction.set_rollback(True)
    assert RefreshRequest.objects.count() == 0


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownRefreshKindError):
        mark_dirty(kind="nobody-knows", ids=[1], reason="import")


def test_sixty_thousand_marks_take_one_statement():
    for _ in range(2):  # new rows, and rows that are there
        with CaptureQueriesContext(connection) as queries:
            assert mark_dirty(kind=KIND, ids=range(60_000), reason="import") == 60_000
        assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_markers_that_go_in_opposite_order_never_deadlock(in_thread, monkeypatch, computation):
    from config.lib.registries import RefreshKind, refresh_kinds

    monkeypatch.setitem(refresh_kinds._entries, "other-kind", RefreshKind("other-kind", computation.refresh))
    both_ready = Barrier(2)
    forwards, backwards = list(range(2000)), list(reversed(range(2000)))

    def mark(kinds, ids):
        for _ in range(5):
            both_ready.wait(timeout=30)
            mark_all(marks=dict.fromkeys(kinds, ids), reason="import")

    one = in_thread(mark, [KIND, "other-kind"], forwards)
    two = in_thread(mark, ["other-kind", KIND], backwards)
    one.result(timeout=60)
    two.result(timeout=60)

    assert set(RefreshRequest.objects.values_list("version", flat=True)) == {1}
    assert RefreshRequest.objects.count() == 4000


# --- Claims ---------------------------------------------------------------------------------------------------


def test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out(leases_run_out):
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")

    assert [taken.object_id for taken in claim(KIND, 2)] == [1, 2]
    assert [taken.object_id for taken in claim(KIND, 2)] == [3]
    assert claim(KIND, 2) == []

    leases_run_out()
    assert claim(KIND, 3) == []  # these are no longer new
    again = claim(KIND, 3, tried=True)
    assert [(taken.object_id, taken.attempts) for taken in again] == [(1, 2), (2, 2), (3, 2)]
    assert "never reported back" in row(1).last_error


def test_rows_marked_first_are_claimed_first():
    mark_dirty(kind=KIND, ids=[9], reason="import")
    mark_dirty(kind=KIND, ids=[1], reason="import")
    assert [taken.object_id for taken in claim(KIND, 1)] == [9]


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_claim_at_once_share_the_rows_and_wait_for_nobody(in_thread):
    mark_dirty(kind=KIND, ids=range(400), reason="import")
    all_ready = Barrier(8)

    def take():
        all_ready.wait(timeout=30)
        return [taken.object_id for _ in range(5) for taken in claim(KIND, 10)]

    taken = [number for worker in [in_thread(take) for _ in range(8)] for number in worker.result(timeout=60)]

    assert sorted(taken) == list(range(400))


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_just_being_marked_is_passed_over_and_not_waited_for(in_thread):
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")
    with transaction.atomic():
        mark_dirty(kind=KIND, ids=[2], reason="a long import")
        assert [taken.object_id for taken in in_thread(claim, KIND, 10).result(timeout=10)] == [1, 3]


# --- Settling -------------------------------------------------------------------------------------------------


def test_settled_rows_are_gone():
    mark_dirty(kind=KIND, ids=[1, 2], reason="import")
    assert settle(claim(KIND, 10)) == 2
    assert RefreshRequest.objects.count() == 0
    assert settle([]) == 0


def test_a_mark_that_arrives_meanwhile_keeps_its_row_for_another_round():
    mark_dirty(kind=KIND, ids=[1, 2], reason="import")
    claims = claim(KIND, 10)
    mark_dirty(kind=KIND, ids=[2], reason="import")

    assert settle(claims) == 1

    assert (row(2).leased_until, row(2).attempts) == (None, 0)
    assert [taken.version for taken in claim(KIND, 10)] == [2]


def test_a_worker_that_outlived_its_lease_cannot_settle():
    mark_dirty(kind=KIND, ids=[1, 2], reason="import")
    slow = claim(KIND, 10, timedelta(0))
    quick = claim(KIND, 1, tried=True)

    with pytest.raises(LeaseLostError) as lost:
        settle(slow)
    assert lost.value.ids == [1]
    assert RefreshRequest.objects.count() == 2

    assert settle(quick) == 1
    with pytest.raises(LeaseLostError):  # also once the row is gone, and marked anew
        settle(slow)
    mark_dirty(kind=KIND, ids=[1], reason="import")
    with pytest.raises(LeaseLostError):
        settle(slow)


@pytest.mark.django_db(transaction=True)
def test_settling_waits_for_a_mark_that_is_just_being_made(in_thread):
    """The writer has changed something and not committed: its mark must outlive the worker that saw nothing of it."""
    mark_dirty(kind=KIND, ids=[1], reason="import")
    claims = claim(KIND, 1)
    with transaction.atomic():
        mark_dirty(kind=KIND, ids=[1], reason="import")
        settling = in_thread(settle, claims)
        time.sleep(0.3)
        assert not settling.done()
    assert settling.result(timeout=30) == 0
    assert row(1).version == 2


# --- Failures -------------------------------------------------------------------------------------------------


def test_a_failed_row_rests_longer_each_time_and_stays_visible_in_the_end(leases_run_out):
    mark_dirty(kind=KIND, ids=[1], reason="import")
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        fail(claim(KIND, 1) or claim(KIND, 1, tried=True), ZeroDivisionError("no works"))
        assert row(1).last_error == "ZeroDivisionError: no works"
        assert claim(KIND, 1, tried=True) == []
        if row(1).leased_until is not None:
            pauses.append(row(1).leased_until - timezone.now())
        leases_run_out()

    assert timedelta(seconds=14) < pauses[0] < timedelta(seconds=46)
    assert timedelta(seconds=119) < pauses[3] < timedelta(seconds=361)
    assert claim(KIND, 1, tried=True) == []
    mine = next(entry for entry in backlog() if entry.kind == KIND)
    assert (mine.waiting, mine.failed, mine.oldest, mine.age()) == (0, 1, None, 0.0)

    mark_dirty(kind=KIND, ids=[1], reason="mended")
    assert [taken.attempts for taken in claim(KIND, 1)] == [1]


def test_failing_and_giving_back_leave_rows_alone_that_others_hold(leases_run_out):
    mark_dirty(kind=KIND, ids=[1], reason="import")
    slow = claim(KIND, 1)
    leases_run_out()
    quick = claim(KIND, 1, tried=True)

    fail(slow, "too late")
    give_back(slow)

    assert row(1).leased_until == quick[0].leased_until
    assert row(1).attempts == 2
    assert settle(quick) == 1


def test_a_row_given_back_is_free_at_once_and_has_not_been_tried():
    mark_dirty(kind=KIND, ids=[1], reason="import")
    give_back(claim(KIND, 1))
    assert [taken.attempts for taken in claim(KIND, 1)] == [1]


# --- Backlog --------------------------------------------------------------------------------------------------


def test_the_backlog_tells_what_waits_and_since_when():
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")
    RefreshRequest.objects.filter(object_id=2).update(requested_at=timezone.now() - timedelta(minutes=10))
    RefreshRequest.objects.filter(object_id=3).update(attempts=MAX_ATTEMPTS)

    mine = next(entry for entry in backlog() if entry.kind == KIND)

    assert (mine.waiting, mine.failed) == (2, 1)
    assert mine.age() == pytest.approx(600, abs=5)
    assert "author-figures" in {entry.kind for entry in backlog()}


def test_only_kinds_with_free_rows_have_work():
    assert KIND not in kinds_with_work()
    mark_dirty(kind=KIND, ids=[1], reason="import")
    assert KIND in kinds_with_work()
    claim(KIND, 1)
    assert KIND not in kinds_with_work()
