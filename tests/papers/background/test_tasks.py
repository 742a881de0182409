"""What the scheduler sends to whom, and a real worker that does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from config.lib.registries import refresh_kinds
from papers import tasks
from papers.models import AuthorFigures, ImportRun, ImportState, RefreshRequest
from papers.refresh import claim, mark_dirty

PROJECT = Path(__file__).resolve().parents[3]
KIND = "test-kind"


@pytest.fixture
def sent(monkeypatch):
    """The messages that would go to the broker: (task, arguments, queue)."""
    messages = []

    def note(task, args=None, kwargs=None, **options):
        queue = options.get("queue") or settings.CELERY_TASK_ROUTES.get(task.name, {}).get("queue", "default")
        messages.append((task.name.rsplit(".", 1)[-1], list(args or ()), queue))

    monkeypatch.setattr("celery.app.task.Task.apply_async", note)
    return messages


# --- The sweep ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_sweep_sends_workers_only_where_rows_wait_and_no_more_than_may_be_at_it(computation, sent):
    tasks.sweep()
    assert sent == []

    mark_dirty(kind=KIND, ids=[1], reason="import")
    for _ in range(3):
        tasks.sweep()
    assert sent == [("refresh_batch", [KIND, 0], "default"), ("refresh_batch", [KIND, 1], "default")]


@pytest.mark.django_db
def test_figures_go_to_the_queue_of_scores(library, sent):
    mark_dirty(kind="author-figures", ids=[library.author("Ada").pk], reason="import")
    tasks.sweep()
    assert {queue for _task, _arguments, queue in sent} == {"scores"}


@pytest.mark.django_db
def test_rows_in_other_hands_send_nobody(computation, sent):
    mark_dirty(kind=KIND, ids=[1], reason="import")
    claim(KIND, 1)
    tasks.sweep()
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_batch_settles_its_kind_and_frees_its_slot(computation, sent):
    mark_dirty(kind=KIND, ids=range(25), reason="import")
    tasks.sweep()

    tasks.refresh_batch(KIND, 0)

    assert RefreshRequest.objects.count() == 0
    mark_dirty(kind=KIND, ids=[1], reason="import")
    sent.clear()
    tasks.sweep()
    assert sent == [("refresh_batch", [KIND, 0], "default")]  # the other slot is still taken


@pytest.mark.django_db
def test_a_batch_of_a_kind_that_is_gone_returns_quietly():
    tasks.refresh_batch("nobody-knows", 0)


def test_every_kind_goes_to_a_queue_that_workers_listen_to():
    assert {kind.queue for kind in refresh_kinds} <= set(settings.QUEUES)


def test_every_scheduled_task_exists_and_its_message_does_not_outlive_its_time():
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks
        assert entry["options"]["queue"] in settings.QUEUES
    for task in (tasks.sweep, tasks.refresh_batch, tasks.run_import, tasks.resume_imports):
        assert task.soft_time_limit < task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


# --- Imports --------------------------------------------------------------------------------------------------


def run_of(state: str, **more) -> ImportRun:
    given = {"origin": "OpenAlex", "request": {"from": "openalex", "author": "A1"}, "state": state}
    run = ImportRun.objects.create(**given | more)
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=1))
    return run


@pytest.mark.django_db
def test_imports_that_nobody_works_on_are_sent_once_more_and_not_again_and_again(sent):
    long_ago, just_now = timezone.now() - timedelta(minutes=20), timezone.now() - timedelta(seconds=20)
    forgotten = run_of(ImportState.WAITING)
    silent = run_of(ImportState.RUNNING, started_at=long_ago, beat_at=long_ago)
    run_of(ImportState.RUNNING, started_at=long_ago, beat_at=just_now)
    run_of(ImportState.FINISHED, started_at=long_ago, beat_at=long_ago)
    run_of(ImportState.RUNNING, started_at=long_ago, beat_at=long_ago, request={}, origin="read by the command")

    tasks.resume_imports()
    tasks.resume_imports()

    assert sent == [("run_import", [forgotten.pk], "imports"), ("run_import", [silent.pk], "imports")]


# --- A real worker --------------------------------------------------------------------------------------------


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_worker_with_the_scheduler_settles_what_is_marked(library, environment, tmp_path):
    cache.clear()
    library.work(["Ada", "Grace"])
    everybody = [library.author("Ada").pk, library.author("Grace").pk]
    command = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--beat", "--concurrency", "1"]
    command += ["--queues", "default,scores", "--schedule", str(tmp_path / "schedule"), "--loglevel", "INFO"]
    log = tmp_path / "worker.log"
    with log.open("w") as output, subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output) as worker:
        try:
            mark_dirty(kind="author-figures", ids=everybody, reason="import")
            ends = time.monotonic() + 60
            while AuthorFigures.objects.count() < 2 and worker.poll() is None and time.monotonic() < ends:
                time.sleep(0.1)
            found = dict(AuthorFigures.objects.values_list("author_id", "works_count"))
        finally:
            os.kill(worker.pid, signal.SIGTERM)
            worker.wait(timeout=60)

    assert found == dict.fromkeys(everybody, 1), log.read_text()
    assert RefreshRequest.objects.filter(kind="author-figures").count() == 0
