"""A freeze lowers everybody from a domain or an institution, and its end lifts them."""

from __future__ import annotations

import pytest

from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim, Freeze, Standing
from profiles.models.choices import ClaimStatus, FreezeKind, Level, Method
from profiles.moderation.freezes import freeze, lift_freeze, likely_effect, normal_domain
from profiles.moderation.undoing import undo_decision
from profiles.standings import refresh_standings
from tests.factories.moderation import last, level_of
from tests.factories.papers import InstitutionFactory
from tests.factories.people import account, claim_by, evidence_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailed(page):
    """Ada's page, hers by an address below a domain."""
    place = InstitutionFactory()
    ada = account("ada")
    claim = claim_by(ada, page, ClaimStatus.REVIEW)
    evidence_for(claim, Method.EMAIL, "maths.uni.example", institution=place)
    from profiles.claims.granting import grant_claim
    from profiles.models.choices import Role

    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    refresh_standings([page.pk])
    return place


@pytest.mark.parametrize("kind", [FreezeKind.DOMAIN, FreezeKind.INSTITUTION])
def test_a_freeze_lowers_everybody_from_there_and_its_end_lifts_them(mailed, page, grace, kind):
    what = {"domain": "Uni.Example"} if kind == FreezeKind.DOMAIN else {"institution": mailed}
    since = Standing.objects.get(author=page).level_since
    effect = likely_effect(kind=kind, **what)
    assert (effect.pages, effect.lower, effect.higher, level_of(page)) == (1, 1, 0, Level.L2)

    frozen = freeze(kind=kind, moderator=grace, code="abuse", note="Sold addresses.", **what)
    assert level_of(page) == Level.L1
    with pytest.raises(WrongStateError, match="frozen already"):
        freeze(kind=kind, moderator=grace, code="abuse", **what)
    assert likely_effect(kind=kind, lift=True, **what).higher == 1
    lift_freeze(freeze=frozen, moderator=grace, code="mistake")
    assert level_of(page) == Level.L2

    undo_decision(entry=last("lift-freeze"), moderator=grace, code="mistake")
    assert level_of(page) == Level.L1
    undo_decision(entry=last("freeze"), moderator=grace, code="mistake")
    assert (level_of(page), Freeze.objects.exists()) == (Level.L2, False)
    assert Standing.objects.get(author=page).level_since == since


def test_nobody_lifts_a_freeze_for_their_own_page(mailed, page, grace):
    frozen = freeze(kind=FreezeKind.INSTITUTION, institution=mailed, moderator=grace, code="abuse")
    owner = Claim.objects.get().profile.user
    owner.is_staff = True
    owner.save()
    from profiles.moderation.groups import moderators_group

    owner.groups.add(moderators_group())

    for attempt in (
        lambda: lift_freeze(freeze=frozen, moderator=owner, code="mistake"),
        lambda: undo_decision(entry=last("freeze"), moderator=owner, code="mistake"),
    ):
        with pytest.raises(NotAllowedError, match="your own page"):
            attempt()


@pytest.mark.parametrize("text", ["", "edu", "@", "x" * 300, "a b.org", "\x00.org", "uni..org", "-a.org", "１２７.0.0.1", "127.0.0.1"])
def test_what_is_no_domain_is_not_frozen(text, grace):
    with pytest.raises(WrongStateError):
        normal_domain(text)


def test_a_domain_is_taken_as_it_is_written():
    assert normal_domain(" someone@Bücher.Example. ") == "xn--bcher-kva.example"
