"""Whoever was refused or lost a page can ask once for somebody else to look."""

from __future__ import annotations

import pytest

from profiles.claims.appeals import open_appeal, withdraw_appeal
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Appeal, Claim
from profiles.models.choices import AppealStatus, ClaimStatus, MessageKind, ReasonCode
from profiles.moderation.decisions import decide_appeal, refuse_claim
from tests.factories.people import account, owner_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import begun, decided, mails, refused, waiting


@pytest.fixture
def moderators(people: People):
    people.mo.is_staff = people.mo.is_superuser = True
    people.mo.save()
    return people.mo, account("ned", is_staff=True, is_superuser=True)


def test_a_refusal_is_appealed_against_and_put_right(people: People, moderators) -> None:
    claim = waiting(people.ada, people.page)
    refuse_claim(claim=claim, moderator=moderators[0], code=ReasonCode.OTHER_PERSON)

    appeal = open_appeal(claim=claim, user=people.ada, text="It is me: see the second work.")
    assert claim.messages.get(kind=MessageKind.APPEAL).body == "It is me: see the second work."
    decide_appeal(appeal=appeal, moderator=moderators[1], uphold=True, code=ReasonCode.MISTAKE)

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.GRANTED
    assert mails(people.ada) == ["submitted", "refused", "appeal-decided"]


def test_a_dismissed_appeal_is_told(people: People, moderators) -> None:
    claim = waiting(people.ada, people.page)
    refuse_claim(claim=claim, moderator=moderators[0], code=ReasonCode.OTHER_PERSON)
    appeal = open_appeal(claim=claim, user=people.ada, text="It is me.")

    decide_appeal(appeal=appeal, moderator=moderators[1], uphold=False, code=ReasonCode.OTHER_PERSON)

    assert mails(people.ada) == ["submitted", "refused", "appeal-decided"]
    claim.refresh_from_db()
    with pytest.raises(WrongStateError):
        open_appeal(claim=claim, user=people.ada, text="Once more.")


def test_one_appeal_against_one_decision_within_fourteen_days_by_who_it_is_about(people: People) -> None:
    claim = refused(waiting(people.ada, people.page))
    late = refused(waiting(people.grace, people.other_page), days_ago=14.01)

    with pytest.raises(NotAllowedError):
        open_appeal(claim=claim, user=people.grace, text="For a friend.")
    with pytest.raises(NotAllowedError):
        open_appeal(claim=claim, user=people.ada, text=" \x00 ")
    with pytest.raises(LimitReachedError):
        open_appeal(claim=late, user=people.grace, text="I was away.")
    open_appeal(claim=claim, user=people.ada, text="It is me.")
    with pytest.raises(WrongStateError):
        open_appeal(claim=claim, user=people.ada, text="It is me.")
    assert Appeal.objects.count() == 1


def test_an_appeal_that_was_withdrawn_can_be_made_anew(people: People) -> None:
    claim = refused(waiting(people.ada, people.page))
    appeal = open_appeal(claim=claim, user=people.ada, text="It is me.")
    with pytest.raises(NotAllowedError):
        withdraw_appeal(appeal=appeal, user=people.grace)

    withdraw_appeal(appeal=appeal, user=people.ada)

    assert open_appeal(claim=claim, user=people.ada, text="It really is.").status == AppealStatus.OPEN


def test_a_revocation_too(people: People) -> None:
    owner_of(people.page, user=people.ada)
    claim = decided(Claim.objects.get(author=people.page), ClaimStatus.REVOKED, ReasonCode.OTHER_PERSON)

    assert open_appeal(claim=claim, user=people.ada, text="It is me.").against == ClaimStatus.REVOKED


def test_while_an_appeal_waits_no_new_claim_is_begun_and_the_other_way_round(people: People) -> None:
    claim = refused(waiting(people.ada, people.page), days_ago=8)
    open_appeal(claim=claim, user=people.ada, text="It is me.")
    with pytest.raises(NotAllowedError, match="appeal"):
        begun(people.ada, people.page)

    again = refused(waiting(people.grace, people.other_page), days_ago=8)
    begun(people.grace, people.other_page)
    with pytest.raises(NotAllowedError, match="new claim"):
        open_appeal(claim=again, user=people.grace, text="It is me.")


@pytest.mark.parametrize("status", [ClaimStatus.DRAFT, ClaimStatus.REVIEW, ClaimStatus.WITHDRAWN])
def test_what_nobody_decided_against_one_cannot_be_appealed_against(people: People, status: ClaimStatus) -> None:
    claim = waiting(people.ada, people.page) if status == ClaimStatus.REVIEW else begun(people.ada, people.page)
    Claim.objects.filter(pk=claim.pk).update(status=status)

    with pytest.raises(WrongStateError):
        open_appeal(claim=claim, user=people.ada, text="It is me.")
