"""A worker that is killed while it builds slices of the graph: the last good ones stay, and the next worker builds them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from papers.graph.document import NodeKind
from papers.models import GraphSlice, RefreshRequest
from papers.slices.sight import first_sight

PROJECT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def test_a_worker_killed_while_it_stores_slices_loses_nothing(library, environment, leases_run_out, settings, tmp_path):
    settings.GRAPH_ROOT = environment["GRAPH_ROOT"] = str(tmp_path)
    names = ["Ada", "Grace", "Emmy"]
    library.work(names, topics=["Engines"])
    people = [library.author(name) for name in names]
    for one in people:
        first_sight(NodeKind.PERSON, one.pk, one.display_name)
    with transaction.atomic():
        GraphSlice.objects.select_for_update().get(subject_id=people[-1].pk)
        with subprocess.Popen([sys.executable, "manage.py", "refresh", "--kind", "graph-person"], cwd=PROJECT, env=environment) as worker:
            ends = time.monotonic() + 60
            while not _somebody_waits() and time.monotonic() < ends:
                time.sleep(0.02)
            worker.kill()
            worker.wait(timeout=30)
    assert set(GraphSlice.objects.values_list("scope", flat=True)) == {"one-hop"}  # all of the batch or nothing
    assert RefreshRequest.objects.filter(kind="graph-person").count() == len(people)

    leases_run_out()
    call_command("refresh", "--kind", "graph-person", verbosity=0)
    assert set(GraphSlice.objects.values_list("scope", flat=True)) == {"full"}
    assert not RefreshRequest.objects.filter(kind="graph-person").exists()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone()[0] > 0
