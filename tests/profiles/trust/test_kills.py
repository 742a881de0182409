"""Two workers at support and scores are killed with SIGKILL: in the end everything is as without the kill."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from papers.models import RefreshRequest
from papers.refresh import mark_all
from profiles.models import Claim, SupportEdge, SupportFlow, TrustEvent, TrustScore
from profiles.models.choices import Method
from tests.factories.people import owner_of, page_of
from tests.papers.background.conftest import environment, leases_run_out  # noqa: F401 - fixtures
from tests.profiles.trust.test_scores import seed, vouched  # noqa: F401 - a fixture, and what it is for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PROJECT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "manage.py", "refresh", "--kind", "support", "--kind", "trust", "--batch", "4"]


@pytest.fixture
def people(seed):  # noqa: F811 - the fixture of that name
    """Grace vouches for the first of ten, each of whom vouches for the next; twenty pages are nobody's."""
    owned = [page_of(f"person {number}", works=1, confidence=0.9) for number in range(10)]
    for number, page in enumerate(owned):
        owner_of(page, f"person{number}", methods=(Method.DOCUMENT,))
        vouched(owned[number - 1] if number else seed, Claim.objects.get(author=page))
    nobodys = [page_of(f"stranger {number}", works=1, confidence=0.9) for number in range(20)]
    return [page.pk for page in (seed, *owned, *nobodys)]


def begin_again(people):
    for table in (TrustEvent, TrustScore, SupportFlow, SupportEdge, RefreshRequest):
        table.objects.all().delete()
    mark_all(marks={"support": people, "trust": people}, reason="import")


def everything_stored():
    """Without times; what flows to a millionth, as its order is not that of the undisturbed."""
    scores = {row.author_id: (row.shown, row.band, row.level, round(row.score, 4)) for row in TrustScore.objects.all()}
    flows = {row.author_id: (round(row.flow, 5), row.seed, round(row.community, 5), row.level) for row in SupportFlow.objects.all()}
    shown = {event.author_id: event.shown for event in TrustEvent.objects.order_by("pk")}
    return scores, flows, shown, SupportEdge.objects.count()


def test_two_workers_killed_at_any_moment_change_nothing_in_the_end(people, environment, leases_run_out, accept):  # noqa: F811
    begin_again(people)
    call_command("refresh", verbosity=0)
    expected = everything_stored()
    assert len(expected[0]) == len(people)
    assert max(flow for flow, *_rest in expected[1].values()) == 1.0
    chance = random.Random(20261121)

    for _ in range(10 if accept else 1):
        begin_again(people)
        workers = [
            subprocess.Popen(COMMAND, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in "ab"
        ]
        enough = chance.randrange(1, len(people))
        while TrustScore.objects.count() < enough and any(worker.poll() is None for worker in workers):
            time.sleep(0.005)
        for worker in workers:
            worker.kill()
            worker.wait(timeout=30)
        leases_run_out()
        call_command("refresh", verbosity=0)

        assert not RefreshRequest.objects.exists()
        assert everything_stored() == expected
