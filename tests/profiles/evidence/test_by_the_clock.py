"""Looks by the clock: several workers share them, a killed one leaves nothing behind, and one piece never stops the others."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from config import schedule
from profiles.evidence import service, token
from profiles.evidence.base import Finding
from profiles.evidence.service import recheck_due
from profiles.models import Evidence, EvidenceCheck, TrailEntry
from profiles.models.choices import ClaimStatus, EvidenceStatus, Method
from profiles.tasks.evidence import delete_old_documents, recheck_evidence
from profiles.trail import kept, replay
from tests.factories.people import account, claim_by, evidence_for, page_of

pytestmark = pytest.mark.django_db


def due(claim, number, **fields):
    return evidence_for(claim, Method.TOKEN, f"https://example.edu/{number}", next_check_at=timezone.now() - timedelta(minutes=1), **fields)


@pytest.mark.django_db(transaction=True)
def test_two_workers_look_at_each_piece_once(monkeypatch):
    claim = claim_by(account("ada"), page_of("ada"))
    pieces = [due(claim, number) for number in range(6)]
    seen = Counter()
    both_at_work = threading.Barrier(2, timeout=20)

    def recheck(_self, evidence, _now):
        seen[evidence.pk] += 1
        if sum(seen.values()) <= 2:
            both_at_work.wait()  # the first look of each happens while the other one's is under way
        return Finding(held=True, outcome="link-found", next_check=timedelta(days=30))

    monkeypatch.setattr(token.TokenMethod, "recheck", recheck)
    counts = []

    def work():
        try:
            counts.append(recheck_due(now=timezone.now()))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert seen == Counter({piece.pk: 1 for piece in pieces})
    assert sum(counts) == 6
    assert EvidenceCheck.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_the_piece_due(monkeypatch):
    evidence = due(claim_by(account("ada"), page_of("ada")), 1)

    def killed(*_):
        raise SystemExit

    monkeypatch.setattr(token.TokenMethod, "recheck", killed)
    with pytest.raises(SystemExit):
        recheck_due(now=timezone.now())
    before = kept(evidence)
    evidence.refresh_from_db()
    assert kept(evidence) == before
    assert not EvidenceCheck.objects.exists()


def test_a_piece_that_cannot_be_looked_at_holds_up_no_other(claim, monkeypatch):
    first, second = due(claim, 1), due(claim, 2)

    def recheck(_self, evidence, _now):
        if evidence.pk == first.pk:
            raise RuntimeError("a mistake of ours")
        return Finding(held=True, outcome="link-found", next_check=timedelta(days=30))

    monkeypatch.setattr(token.TokenMethod, "recheck", recheck)
    assert recheck_due(now=timezone.now()) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.failures, first.outcome) == (EvidenceStatus.CONFIRMED, 0, "not-read")
    assert first.next_check_at > timezone.now()
    assert second.outcome == "link-found"


@pytest.mark.parametrize("status", [ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED, ClaimStatus.REFUSED, ClaimStatus.REVOKED])
def test_claims_that_ended_are_left_alone(claim, no_internet, status):
    due(claim, 1)
    ended = claim_by(account("emmy"), page_of("emmy"), status, reason_code="abuse", decided_at=timezone.now())
    Evidence.objects.update(claim=ended)
    assert recheck_due(now=timezone.now()) == 0


def test_the_trail_tells_each_piece_as_it_is(claim, monkeypatch):
    evidence = due(claim, 1)
    start = kept(evidence)
    held = iter([True, False, False, True])
    monkeypatch.setattr(
        token.TokenMethod, "recheck", lambda *_: Finding(held=next(held), outcome="link-found", next_check=timedelta(days=30))
    )
    for days in (1, 40, 80, 120):
        recheck_due(now=timezone.now() + timedelta(days=days))
    evidence.refresh_from_db()
    told = replay(list(TrailEntry.objects.order_by("pk")))["profiles.Evidence", evidence.pk]
    assert {**start, **told} == kept(evidence)
    assert evidence.checks.count() == 4


def test_the_schedule_names_tasks_that_are_there():
    names = {entry["task"] for entry in schedule.BEAT_SCHEDULE.values()}
    assert {recheck_evidence.name, delete_old_documents.name} <= names


def test_the_tasks_do_their_round(claim, monkeypatch):
    due(claim, 1)
    monkeypatch.setattr(token.TokenMethod, "recheck", lambda *_: Finding(held=True, outcome="link-found", next_check=timedelta(days=30)))
    recheck_evidence()
    delete_old_documents()
    assert EvidenceCheck.objects.count() == 1
    assert service.recheck_due(now=timezone.now()) == 0
