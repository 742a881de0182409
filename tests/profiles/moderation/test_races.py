"""Two moderators at the same moment: one decision comes true, the other is told that it came too late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from profiles.exceptions import IdentityError
from profiles.models import Claim, Evidence, Review
from profiles.models.choices import ClaimStatus, EvidenceStatus, Method
from profiles.moderation.decisions import approve_claim, refuse_claim, review_document
from tests.factories.moderation import document_for, moderator
from tests.factories.people import account, claim_by, evidence_for, page_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """What each deed gave: None, or the error that said no."""
    start = Barrier(len(deeds))

    def run(deed):
        try:
            start.wait(10)
            deed()
        except IdentityError as error:
            return error
        else:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_one_grants_while_one_refuses():
    grace, vera = moderator("grace"), moderator("vera")
    claim = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")

    told = at_once(
        lambda: approve_claim(claim=claim, moderator=grace), lambda: refuse_claim(claim=claim, moderator=vera, code="no-evidence")
    )

    claim.refresh_from_db()
    assert sum(error is None for error in told) == 1
    assert claim.status == (ClaimStatus.GRANTED if told[0] is None else ClaimStatus.REFUSED)
    assert Review.objects.count() == 1


def test_two_claims_on_one_page_are_granted_at_once():
    grace, vera = moderator("grace"), moderator("vera")
    page = page_of("ada")
    claims = [claim_by(account(who), page, ClaimStatus.REVIEW) for who in ("ada", "mallory")]

    told = at_once(
        lambda: approve_claim(claim=claims[0], moderator=grace, note="Yes."),
        lambda: approve_claim(claim=claims[1], moderator=vera, note="Yes."),
    )

    assert sum(error is None for error in told) == 1
    assert Claim.objects.filter(status=ClaimStatus.GRANTED).count() == 1


def test_two_reviews_of_a_document_at_once_confirm_it_once():
    grace, vera = moderator("grace"), moderator("vera")
    evidence = document_for(claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW))

    told = at_once(
        lambda: review_document(evidence=evidence, moderator=grace, verdict="approve", code="granted"),
        lambda: review_document(evidence=evidence, moderator=vera, verdict="approve", code="granted"),
    )

    assert told == [None, None]
    assert Evidence.objects.get().status == EvidenceStatus.CONFIRMED
    assert evidence.checks.count() == 1
