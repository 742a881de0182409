"""The audit trail: it says what changed, only grows, and every act can be taken back exactly."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from profiles.claims.granting import grant_claim
from profiles.exceptions import UndoConflictError, WrongStateError
from profiles.models import Claim, Evidence, Standing, TrailEntry
from profiles.models.choices import ClaimStatus, Level, Method, ReasonCode, Role
from profiles.trail import act, kept, replay, undo
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of

pytestmark = pytest.mark.django_db


def row_of(claim):
    return Claim.objects.filter(pk=claim.pk).values().get()


def test_a_grant_taken_back_leaves_the_identical_row():
    grace = account("grace")
    claim = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")
    before = row_of(claim)

    grant_claim(claim=claim, actor=grace, role=Role.MODERATOR)
    assert Standing.objects.get(author=claim.author).level == Level.L2
    granted = row_of(claim)
    undo(entry=TrailEntry.objects.get(action="grant"), actor=grace, role=Role.MODERATOR, code=ReasonCode.MISTAKE)

    assert granted["status"] == ClaimStatus.GRANTED
    assert row_of(claim) == before
    assert Standing.objects.get(author=claim.author).level == Level.L0


def test_rows_that_an_act_made_are_gone_when_it_is_taken_back():
    claim = claim_by(account("ada"), page_of("ada"))
    with act(action="start", actor=claim.profile.user, role=Role.CLAIMANT, subject=claim, claim=claim) as changes:
        changes.create(Evidence(claim=claim, method=Method.TOKEN, started_at=claim.started_at))
    undo(entry=changes.entry, actor=None, role=Role.SYSTEM, code=ReasonCode.MISTAKE)

    assert not Evidence.objects.exists()


def test_an_act_is_taken_back_once_and_in_order():
    claim = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    claim.refresh_from_db()
    granted = TrailEntry.objects.get(action="grant")
    with act(action="dispute", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as changes:
        changes.update(claim, status=ClaimStatus.DISPUTED)

    with pytest.raises(UndoConflictError):
        undo(entry=granted, actor=None, role=Role.SYSTEM, code="mistake")
    undo(entry=changes.entry, actor=None, role=Role.SYSTEM, code="mistake")
    undo(entry=granted, actor=None, role=Role.SYSTEM, code="mistake")
    with pytest.raises(WrongStateError):
        undo(entry=granted, actor=None, role=Role.SYSTEM, code="mistake")


def test_the_trail_tells_every_row_as_it_is_now():
    claim = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    start = kept(claim)
    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    claim.refresh_from_db()
    with act(action="revoke", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as changes:
        changes.update(claim, status=ClaimStatus.REVOKED, reason_code=ReasonCode.IMPOSTURE)
    undo(entry=changes.entry, actor=None, role=Role.SYSTEM, code="mistake")

    told = replay(list(TrailEntry.objects.order_by("pk")))

    claim.refresh_from_db()
    assert {**start, **(told["profiles.Claim", claim.pk] or {})} == kept(claim)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_trail_only_grows(change):
    owner_of(page_of("ada"))
    with pytest.raises(ProgrammingError), transaction.atomic():
        TrailEntry.objects.update(code="other") if change == "update" else TrailEntry.objects.all().delete()


def test_a_state_does_not_jump_even_by_hand():
    claim = claim_by(account("ada"), page_of("ada"))
    with pytest.raises(ProgrammingError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.REVOKED, reason_code="abuse", decided_at=claim.started_at)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.REFUSED, reason_code="abuse", decided_at=claim.started_at)


def test_the_trail_holds_no_words_of_people():
    ada = owner_of(page_of("ada"), methods=(Method.TOKEN, Method.ORCID))
    for entry in TrailEntry.objects.all():
        assert ada.email not in str(entry.changes)
        assert "Quillmere" not in str(entry.changes)
        assert "~ada" not in str(entry.changes)
