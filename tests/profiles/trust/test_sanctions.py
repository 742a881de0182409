"""Sanctions: imposed by moderators, never by or for oneself, and gone when they are lifted or undone; and what another formula would do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from papers.figures import refresh_author_figures
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Sanction, TrailEntry, TrustScore
from profiles.models.choices import ReasonCode
from profiles.models.trust import SanctionKind
from profiles.trust.sanctioning import impose_sanction, lift_sanction
from profiles.trust.scores import refresh_scores
from profiles.trust.whatif import what_if
from tests.factories.people import account, owner_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace():
    moderator = account("grace", is_staff=True)
    moderator.user_permissions.add(Permission.objects.get(codename="decide_claim"))
    return moderator


def factor(author):
    refresh_author_figures([author.pk])
    refresh_scores([author.pk])
    return TrustScore.objects.get(author=author).inputs["sanctions"]


def test_a_warning_weighs_until_it_is_lifted(grace):
    ada = page_of("ada")
    warning = impose_sanction(
        author=ada, kind=SanctionKind.WARNING, moderator=grace, code=ReasonCode.ABUSE, note="Three copies of one message."
    )
    assert factor(ada) == pytest.approx(0.95, abs=1e-4)

    lift_sanction(sanction=warning, moderator=grace, code=ReasonCode.MISTAKE)

    assert factor(ada) == 1.0
    assert list(TrailEntry.objects.filter(author_id=ada.pk).values_list("action", flat=True).order_by("pk")) == [
        "sanction",
        "lift-sanction",
    ]
    with pytest.raises(WrongStateError):
        lift_sanction(sanction=warning, moderator=grace, code=ReasonCode.MISTAKE)


def test_who_is_no_moderator_sanctions_nobody():
    with pytest.raises(NotAllowedError):
        impose_sanction(author=page_of("ada"), kind=SanctionKind.WARNING, moderator=account("emmy"), code=ReasonCode.ABUSE)
    assert not Sanction.objects.exists()


def test_nobody_sanctions_or_pardons_themselves(grace):
    own = page_of("grace")
    owner_of(own, user=grace)
    with pytest.raises(NotAllowedError):
        impose_sanction(author=own, kind=SanctionKind.WARNING, moderator=grace, code=ReasonCode.ABUSE)
    by_the_site = impose_sanction(author=own, kind=SanctionKind.WARNING, moderator=None, code=ReasonCode.ABUSE)
    with pytest.raises(NotAllowedError):
        lift_sanction(sanction=by_the_site, moderator=grace, code=ReasonCode.MISTAKE)


def test_a_sanction_does_not_end_before_it_began(grace):
    with pytest.raises(WrongStateError):
        impose_sanction(
            author=page_of("ada"),
            kind=SanctionKind.WARNING,
            moderator=grace,
            code=ReasonCode.ABUSE,
            ends_at=timezone.now() - timedelta(days=1),
        )


def test_the_present_weights_move_nobody_and_others_do():
    for who in ("ada", "grace"):
        author = page_of(who, confidence=0.9)
        factor(author)

    same = what_if((0.35, 0.15, 0.20, 0.20, 0.10))
    other = what_if((0.0, 0.0, 1.0, 0.0, 0.0))

    assert (same.people, same.up[1], same.down[1], same.bands) == (2, 0, 0, {})
    assert (other.up[1], other.down[1]) == (2, 0)
    assert other.mean > 10
