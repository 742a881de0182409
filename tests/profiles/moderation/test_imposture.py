"""Mallory claims a page in Ada's name: what Mallory decided falls with the claim, what others decided stands."""

from __future__ import annotations

import pytest
from django.utils import timezone

from papers.models import Authorship
from profiles.claims.appeals import open_appeal
from profiles.evidence.vouching import costs_of
from profiles.models import Claim, Standing, TrailEntry, Vouch
from profiles.models.choices import ClaimStatus, Level, Method, ReasonCode
from profiles.moderation.decisions import approve_claim, decide_appeal, revoke_claim
from profiles.moderation.undoing import undo_decision
from profiles.owners.works import confirm_work, refuse_work
from tests.factories.moderation import dump, told_by_the_trail_is_true
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def emmy_vouched(page):
    """Emmy, no moderator here, owns a page and has a work with Ada's."""
    theirs = page_of("emmy", 1, together_with=page)
    return owner_of(theirs, "emmy", methods=(Method.ORCID, Method.DOCUMENT))


@pytest.fixture
def taken(page, grace, emmy_vouched):
    """The page, Mallory's by a token and Emmy's vouch. Mallory has confirmed one work and sent one away; Grace has confirmed another."""
    mallory = account("mallory")
    mallory.profile.display_name = "Ada Quillmere"
    mallory.profile.save()
    claim = claim_by(mallory, page, ClaimStatus.REVIEW)
    evidence_for(claim, Method.TOKEN, "https://example.org/~a")
    vouched = evidence_for(claim, Method.VOUCH, "emmy")
    Vouch.objects.create(
        evidence=vouched,
        voucher=emmy_vouched,
        voucher_author=Claim.objects.get(profile__user=emmy_vouched).author,
        work=page.authorships.order_by("pk").last().work,
        status="given",
        asked_at=timezone.now(),
        answered_at=timezone.now(),
    )
    approve_claim(claim=claim, moderator=grace)
    first, second, third = page.authorships.order_by("pk")[:3]
    confirm_work(authorship=first, user=mallory)
    refuse_work(authorship=second, user=mallory)
    confirm_work(authorship=third, user=grace)
    return claim


def test_what_the_impostor_decided_is_void_and_the_rest_stands(taken, page, grace, emmy_vouched):
    before_mallory = Authorship.objects.filter(author=page).count()
    revoke_claim(claim=taken, moderator=grace, code=ReasonCode.IMPOSTURE)

    taken.refresh_from_db()
    standing = {place.pk: place for place in page.authorships.all()}
    assert (taken.status, Standing.objects.get(author=page).level) == (ClaimStatus.REVOKED, Level.L0)
    assert len(standing) == before_mallory + 1
    assert [place.decided_by_person for place in page.authorships.order_by("pk")[:3]] == [False, False, True]
    assert costs_of(emmy_vouched.pk) == 1
    assert told_by_the_trail_is_true()


def test_for_another_reason_all_decisions_stand(taken, page, grace):
    before = {key: row for key, row in dump().items() if key[0] == "papers.Authorship"}
    revoke_claim(claim=taken, moderator=grace, code=ReasonCode.EVIDENCE_LOST)
    assert {key: row for key, row in dump().items() if key[0] == "papers.Authorship"} == before


def test_taking_the_revocation_back_gives_the_decisions_back(taken, grace):
    before = dump()
    revoke_claim(claim=taken, moderator=grace, code=ReasonCode.IMPOSTURE)
    assert dump() != before
    undo_decision(entry=TrailEntry.objects.filter(action="revoke").get(), moderator=grace, code="mistake")

    assert dump() == before
    assert told_by_the_trail_is_true()


def test_an_upheld_appeal_gives_back_what_nobody_has_decided_since(taken, page, grace, vera):
    first, second = page.authorships.order_by("pk")[0], Authorship.objects.filter(author=None).get()
    revoke_claim(claim=taken, moderator=grace, code=ReasonCode.IMPOSTURE)
    first.refresh_from_db()
    confirm_work(authorship=first, user=grace)
    taken.refresh_from_db()
    appeal = open_appeal(claim=taken, user=taken.profile.user, text="I am Ada.")
    decide_appeal(appeal=appeal, moderator=vera, uphold=True, code="mistake")

    taken.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert taken.status == ClaimStatus.GRANTED
    assert (first.decided_by, second.author) == (grace, None)
