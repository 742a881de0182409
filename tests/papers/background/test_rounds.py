"""Workers at their rounds: several at once, rows that fail, marks that come in between."""

from __future__ import annotations

import time

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from papers.exceptions import UnknownRefreshKindError
from papers.models import Author, RefreshRequest
from papers.refresh import MAX_ATTEMPTS, mark_dirty
from papers.rounds import Round, refresh_some, refresh_until

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "test-kind"
LATER = float("inf")


class PoisonError(Exception):
    """What a broken row raises."""


def test_a_round_computes_a_batch_and_clears_it(computation):
    mark_dirty(kind=KIND, ids=range(1, 16), reason="import")

    assert refresh_some(KIND) == Round(cleared=10)
    assert refresh_some(KIND) == Round(cleared=5)
    assert refresh_some(KIND).handled == 0
    assert computation.rounds == [list(range(1, 11)), list(range(11, 16))]


def test_rounds_go_on_until_nothing_is_left_or_time_is_up(computation):
    mark_dirty(kind=KIND, ids=range(25), reason="import")
    seen = []
    assert refresh_until(KIND, deadline=LATER, on_round=seen.append) == Round(cleared=25)
    assert [this.cleared for this in seen] == [10, 10, 5]

    mark_dirty(kind=KIND, ids=range(5), reason="import")
    assert refresh_until(KIND, deadline=time.monotonic() - 1).handled == 0


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(UnknownRefreshKindError):
        refresh_some("nobody-knows")


def test_several_workers_at_once_compute_each_row_exactly_once(computation, in_thread):
    mark_dirty(kind=KIND, ids=range(300), reason="import")

    workers = [in_thread(refresh_until, KIND, deadline=LATER) for _ in range(6)]
    done = sum((worker.result(timeout=60) for worker in workers), Round())

    assert done == Round(cleared=300)
    assert sorted(computation.computed) == list(range(300))
    assert RefreshRequest.objects.count() == 0


def test_a_mark_that_arrives_during_the_computation_is_not_lost(computation, in_thread):
    marked_again = []

    def somebody_marks(ids):
        if not marked_again:
            marked_again.append(ids)
            in_thread(mark_dirty, kind=KIND, ids=[2], reason="a late work").result(timeout=30)

    computation.act = somebody_marks
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")

    assert refresh_until(KIND, deadline=LATER) == Round(cleared=3, again=1)
    assert computation.rounds == [[1, 2, 3], [2]]


def test_a_poisoned_row_holds_nobody_up(computation, leases_run_out):
    def poisoned(ids):
        if 4 in ids:
            raise PoisonError("cannot be computed")

    computation.act = poisoned
    mark_dirty(kind=KIND, ids=range(1, 11), reason="import")

    assert refresh_some(KIND) == Round(cleared=9, failed=1)

    left = RefreshRequest.objects.get()
    assert (left.object_id, left.attempts, left.last_error) == (4, 1, "PoisonError: cannot be computed")

    # Next time it is tried alone, and the others are not computed twice for it.
    mark_dirty(kind=KIND, ids=range(5, 8), reason="import")
    leases_run_out()
    computation.rounds.clear()
    assert refresh_some(KIND) == Round(cleared=3, failed=1)
    assert computation.rounds == [[5, 6, 7], [4]]

    for _ in range(MAX_ATTEMPTS):
        leases_run_out()
        refresh_some(KIND)
    assert RefreshRequest.objects.get().attempts == MAX_ATTEMPTS
    assert refresh_some(KIND).handled == 0


def test_a_row_that_breaks_the_database_transaction_fails_alone(computation):
    def broken(ids):
        if 2 in ids:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

    computation.act = broken
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")

    assert refresh_some(KIND) == Round(cleared=2, failed=1)
    assert "division by zero" in RefreshRequest.objects.get().last_error


def test_a_row_that_kills_its_worker_again_and_again_is_left_alone_in_the_end(computation, leases_run_out):
    class Killed(BaseException):
        pass

    def deadly(ids):
        if 2 in ids:
            raise Killed

    computation.act = deadly
    mark_dirty(kind=KIND, ids=[1, 2, 3], reason="import")
    for _ in range(MAX_ATTEMPTS + 2):
        try:
            refresh_until(KIND, deadline=LATER)
        except Killed:
            leases_run_out()

    left = RefreshRequest.objects.get()
    assert (left.object_id, left.attempts) == (2, MAX_ATTEMPTS)
    assert "never reported back" in left.last_error
    assert {1, 3} <= set(computation.computed)


def test_a_time_limit_stops_the_worker_and_is_no_failure_of_the_rows(computation, leases_run_out):
    def slow(ids):
        raise SoftTimeLimitExceeded

    computation.act = slow
    mark_dirty(kind=KIND, ids=[1, 2], reason="import")
    with pytest.raises(SoftTimeLimitExceeded):
        refresh_some(KIND)
    assert set(RefreshRequest.objects.values_list("last_error", flat=True)) == {""}

    leases_run_out()
    computation.act = list
    assert refresh_until(KIND, deadline=LATER) == Round(cleared=2)
    assert computation.rounds[1:] == [[1], [2]]  # one by one, as one of them may be what took so long


def test_what_a_worker_computed_after_its_lease_is_rolled_back(computation, in_thread, leases_run_out):
    """The slow worker wakes up after another one has computed the same row from newer records."""
    name = Author.objects.create(display_name="as marked", sort_name="x")

    def write(what):
        Author.objects.filter(pk=name.pk).update(display_name=what)

    def outlives_its_lease(ids):
        computation.act = lambda _ids: write("newer")
        in_thread(leases_run_out).result(timeout=30)
        in_thread(refresh_some, KIND).result(timeout=30)
        write("older")

    computation.act = outlives_its_lease
    mark_dirty(kind=KIND, ids=[1], reason="import")

    refresh_some(KIND)

    name.refresh_from_db()
    assert name.display_name == "newer"
    assert RefreshRequest.objects.count() == 0
