"""Changes works as an import does and prints, as JSON, how long a real worker with its scheduler takes until their figures are fresh.

A process of its own, because it needs Django set up for the scratch database: ``python -m tests.benchmarks.fresh``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.live.scratch import PROJECT

USUAL = 6  # works changed one after the other, so that they fall on different moments between two sweeps
PATIENCE = 120.0  # seconds
QUEUES = "default,scores"


def main() -> int:
    """Start a worker, change, mark, wait; usual works and the one whose topics are the most frequent."""
    django.setup()
    from django.db.models import Min

    from papers.models import WorkFigures, WorkTopic

    recent = WorkFigures.objects.filter(novelty_part__isnull=False, citations_part__isnull=False, year__gte=2015)
    usual = list(recent.order_by("work_id").values_list("work_id", flat=True)[100 : 101 + USUAL])
    frequent = WorkTopic.objects.filter(topic_id__lte=3, work__in=recent[:20_000].values("work_id")).values("work_id")
    hardest = frequent.annotate(first=Min("topic_id")).order_by("-work_id")[0]["work_id"]
    with _worker():
        seconds_until_fresh(usual.pop())  # the worker starts, and reads its modules
        taken = [seconds_until_fresh(key) for key in usual]
        found = {"usual": sorted(taken)[len(taken) // 2], "slowest": max(taken), "hardest": seconds_until_fresh(hardest)}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def seconds_until_fresh(key: int) -> float:
    """Change the citations of a work, mark it as an import does, and wait for its new figures. Raises where they did not follow."""
    from django.db import transaction

    from papers.models import Work, WorkFigures
    from papers.refresh import mark_dirty

    before = WorkFigures.objects.get(pk=key)
    with transaction.atomic():
        Work.objects.filter(pk=key).update(cited_by_count=(before.citations or 0) + 40)
        mark_dirty(kind="work-figures", ids=[key], reason="import")
    started = time.perf_counter()
    while WorkFigures.objects.values_list("computed_at", flat=True).get(pk=key) == before.computed_at:
        if time.perf_counter() - started > PATIENCE:
            raise AssertionError(f"work {key} was not computed within {PATIENCE:g} seconds")
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    after = WorkFigures.objects.get(pk=key)
    if after.citations != (before.citations or 0) + 40 or after.surprise != before.surprise:
        raise AssertionError(
            f"the figures of work {key} did not follow, or moved where nothing changed: {before.surprise} {after.surprise}"
        )
    return seconds


@contextmanager
def _worker() -> Iterator[None]:
    """A worker with the scheduler, as a deployment runs it; its messages have names of their own (``tests.benchmarks.settings``)."""
    from config.celery import app

    with tempfile.TemporaryDirectory() as folder, Path(folder, "worker.log").open("w") as output:
        command = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--beat", "--concurrency", "1"]
        command += ["--queues", QUEUES, "--schedule", f"{folder}/schedule", "--loglevel", "WARNING"]
        worker = subprocess.Popen(command, cwd=PROJECT, env=os.environ, stdout=output, stderr=output)
        try:
            yield
        finally:
            os.kill(worker.pid, signal.SIGTERM)
            worker.wait(timeout=PATIENCE)
            app.control.purge()


if __name__ == "__main__":
    raise SystemExit(main())
