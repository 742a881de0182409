"""What workers are told to do: ids go in, one service is called, nothing comes back.

Every task may run twice and may be lost: what is to be done stands in PostgreSQL (dirty rows, import runs), and the
scheduled tasks find what a lost message or a killed worker left behind.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils import timezone

from config.lib.registries import RefreshKind, refresh_kinds
from papers.models import ImportRun, ImportState
from papers.refresh import kinds_with_work
from papers.rounds import refresh_until

ROUND_SECONDS = 120  # how long one task goes on claiming
SLOT_SECONDS = 180  # how long a slot stays taken by a worker that shows no sign of life
SILENCE = timedelta(minutes=5)  # after which a running import has lost its worker
_LOST_CONNECTION: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "max_retries": 4,
    "retry_backoff": 2,
    "retry_backoff_max": 60,
    "retry_jitter": True,
}


@shared_task(soft_time_limit=20, time_limit=30)
def sweep() -> None:
    """Send workers to every kind that has dirty rows, at most ``workers`` at a time to each.

    A slot in the cache stands for a worker that is sent or at work. It ends with the task, or by itself, and the
    message with it, so that nothing piles up while no worker listens.
    """
    for key in kinds_with_work():
        kind = refresh_kinds.get(key)
        if kind is not None:
            _send_workers(kind)


@shared_task(soft_time_limit=300, time_limit=360, **_LOST_CONNECTION)
def refresh_batch(kind: str, slot: int = 0) -> None:
    """Recompute dirty rows of a kind until none is free or two minutes have passed. Quiet where the kind is gone."""
    if kind not in refresh_kinds:
        return
    name = _slot(kind, slot)
    try:
        refresh_until(
            kind,
            deadline=time.monotonic() + ROUND_SECONDS,
            on_round=lambda _round: cache.set(name, "at work", timeout=SLOT_SECONDS),
        )
    finally:
        cache.delete(name)


@shared_task(
    acks_late=True,  # a run goes on where it stopped
    soft_time_limit=settings.LONGEST_TASK_SECONDS - 120,
    time_limit=settings.LONGEST_TASK_SECONDS,
    **_LOST_CONNECTION,
)
def run_import(run_id: int) -> None:
    """Read an import to its end, from where it stopped. Quiet where the run is gone, ended, or at work elsewhere."""
    from papers.ingest.runs import execute_run  # the importers are heavy, and only this task needs them

    execute_run(run_id)


@shared_task(soft_time_limit=20, time_limit=30)
def resume_imports() -> None:
    """Send imports to a worker again that wait although nobody was told, or whose worker fell silent.

    Readings of a file by the command are left to the command: a worker has neither their upload nor a request.
    """
    silent = timezone.now() - SILENCE
    waiting = Q(state=ImportState.WAITING, created_at__lt=silent)
    abandoned = Q(state=ImportState.RUNNING) & (Q(beat_at__lt=silent) | Q(beat_at__isnull=True, started_at__lt=silent))
    ours = ImportRun.objects.exclude(upload="", request={})
    for run_id in ours.filter(waiting | abandoned).order_by("pk").values_list("pk", flat=True)[:20]:
        if cache.add(f"resumed-import:{run_id}", "sent", timeout=SILENCE.total_seconds()):
            run_import.delay(run_id)


@shared_task(soft_time_limit=3500, time_limit=3600)
def recompute_figures_nightly() -> None:
    """The figures of all works and the novelty of all authors in full; authors and blocks of names computed by older definitions are marked.

    May be killed and started again: what it stores, it stores whole.
    """
    from papers.figures import mark_outdated_authors, refresh_all_work_figures
    from papers.persons.blocks import METHOD
    from papers.persons.marking import mark_outdated_blocks

    refresh_all_work_figures()
    mark_outdated_authors()
    mark_outdated_blocks(METHOD)


@shared_task(soft_time_limit=60, time_limit=90)
def refresh_aged_slices() -> None:
    """Mark the slices of the graph whose time has come."""
    from papers.slices.marking import mark_aged

    mark_aged()


@shared_task(soft_time_limit=20, time_limit=30)
def rebuild_graph_nightly() -> None:
    """Have the graph's arrays built anew, with all that changed since."""
    from papers.slices.marking import want_arrays

    want_arrays(reason="night")


def _send_workers(kind: RefreshKind) -> None:
    for slot in range(kind.workers):
        if cache.add(_slot(kind.key, slot), "sent", timeout=SLOT_SECONDS):
            refresh_batch.apply_async(args=[kind.key, slot], queue=kind.queue, expires=SLOT_SECONDS)


def _slot(kind: str, slot: int) -> str:
    return f"refresh-slot:{kind}:{slot}"
