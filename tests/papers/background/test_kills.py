"""Workers that are killed with SIGKILL: what they left is taken up, and the end is the same as without the kill."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from papers.models import AuthorFigures, RefreshRequest
from papers.refresh import mark_dirty

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PROJECT = Path(__file__).resolve().parents[3]
PEOPLE = 60
BATCH = 10


@pytest.fixture
def authors(library) -> list[int]:
    """Sixty people in a ring, each with two joint works with each neighbour."""
    names = [f"Person {number:02}" for number in range(PEOPLE)]
    for number, name in enumerate(names):
        for year in (2025, 2026):
            library.work([name, names[(number + 1) % PEOPLE]], year=year, topics=[f"Topic {number % 7}"], at={name: ["Hall"]}, cited=number)
    return [library.author(name).pk for name in names]


@contextmanager
def worker(environment, *arguments):
    """A process of ``manage.py refresh``, killed at the end of the block if it still runs."""
    command = [sys.executable, "manage.py", "refresh", "--kind", "author-figures", "--batch", str(BATCH), *arguments]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def everything_stored() -> list[dict]:
    kept = [field.name for field in AuthorFigures._meta.fields if field.name != "computed_at"]
    return list(AuthorFigures.objects.order_by("pk").values(*kept))


def expected_of(authors: list[int]) -> list[dict]:
    """What is stored when nobody is killed; the database is then as it was before, with everybody marked."""
    mark_dirty(kind="author-figures", ids=authors, reason="import")
    call_command("refresh", verbosity=0)
    expected = everything_stored()
    AuthorFigures.objects.all().delete()
    mark_dirty(kind="author-figures", ids=authors, reason="import")
    return expected


def wait_until(condition, seconds=60.0):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.01)


def others_wait_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same activity throughout
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone()[0] > 0


def test_a_worker_killed_while_it_stores_a_batch_loses_nothing(authors, environment, leases_run_out):
    expected = expected_of(authors)
    assert len(expected) == PEOPLE
    AuthorFigures.objects.create(author_id=authors[BATCH * 3 + 4], computed_at="2020-01-01T00:00Z")

    # One of its batches comes to a row that somebody else holds: there the worker is killed.
    with transaction.atomic():
        AuthorFigures.objects.select_for_update().get(pk=authors[BATCH * 3 + 4])
        with worker(environment) as process:
            wait_until(others_wait_for_a_lock)
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=30) == -signal.SIGKILL
    wait_until(lambda: not others_wait_for_a_lock())

    stored = AuthorFigures.objects.count() - 1
    assert stored % BATCH == 0  # whole batches, and nothing of the one in which it was killed
    assert RefreshRequest.objects.filter(kind="author-figures").count() == PEOPLE - stored
    assert RefreshRequest.objects.filter(leased_until__isnull=False).count() == BATCH

    call_command("refresh", verbosity=0)  # takes what is free, not what the dead worker still holds
    assert RefreshRequest.objects.count() == BATCH
    leases_run_out()
    call_command("refresh", verbosity=0)

    assert RefreshRequest.objects.count() == 0
    assert everything_stored() == expected


def test_a_worker_killed_at_any_moment_changes_nothing_in_the_end(authors, environment, leases_run_out, accept):
    expected = expected_of(authors)
    chance = random.Random(20261121)
    for _ in range(20 if accept else 2):
        AuthorFigures.objects.all().delete()
        mark_dirty(kind="author-figures", ids=authors, reason="import")
        with worker(environment) as process:
            settled = chance.randrange(PEOPLE)
            wait_until(lambda settled=settled, process=process: AuthorFigures.objects.count() >= settled or process.poll() is not None)
            time.sleep(chance.random() / 20)
            process.kill()
            process.wait(timeout=30)
        leases_run_out()
        call_command("refresh", verbosity=0)

        assert RefreshRequest.objects.count() == 0
        assert everything_stored() == expected


def test_several_processes_at_once_settle_everything_and_say_what_they_did(authors, environment):
    expected = expected_of(authors)
    with worker(environment) as one, worker(environment) as two:
        said = [process.communicate(timeout=120) for process in (one, two)]

    assert [one.returncode, two.returncode] == [0, 0], said
    lines = [output.strip().splitlines()[-1] for output, _errors in said]
    assert sum(int(line.split("author-figures=")[1].split()[0]) for line in lines) == PEOPLE
    assert all("failed=0" in line for line in lines)
    assert everything_stored() == expected
