"""A claim on a page that has an owner: nothing happens to them before a moderator finds it credible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from profiles.claims.challenges import answer_challenge, ensure_not_disputed, open_dispute
from profiles.claims.life import expire_claims, release_page, try_automatic_grant, withdraw_claim
from profiles.claims.notices import remind
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, Standing, TrailEntry
from profiles.models.choices import ClaimStatus, MessageKind, ReasonCode, Role
from profiles.moderation.decisions import find_credible, refuse_claim
from profiles.trail import kept
from tests.factories.people import account, owner_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import asserted_on, begun, mails, signed_in_with, waiting


@pytest.fixture
def held(people: People) -> Claim:
    """Ada owns her page."""
    owner_of(people.page, user=people.ada)
    return Claim.objects.get(author=people.page)


def now_of(claim: Claim) -> dict:
    claim.refresh_from_db()
    return kept(claim)


def test_a_challenge_freezes_nobodys_page(people: People, held: Claim) -> None:
    before, level, told = now_of(held), Standing.objects.get(pk=people.page.pk).level, mails(people.ada)
    public = TrailEntry.objects.filter(is_public=True).count()
    asserted_on(people.page)

    for who in (people.grace, account("emmy"), account("kit")):
        challenge = waiting(who, people.page)
        signed_in_with(challenge, f"0000-000{who.pk % 10}-1843-1811")
        assert challenge.challenges_id == held.pk
        assert not try_automatic_grant(claim=challenge)

    assert now_of(held) == before
    assert Standing.objects.get(pk=people.page.pk).level == level
    assert mails(people.ada) == told
    assert TrailEntry.objects.filter(is_public=True).count() == public
    ensure_not_disputed(held)


def test_a_credible_challenge_asks_the_owner_and_freezes_who_owns_it(people: People, held: Claim) -> None:
    challenge = waiting(people.grace, people.page)

    open_dispute(challenge=challenge, moderator=people.mo)

    held.refresh_from_db()
    challenge.refresh_from_db()
    assert held.status == ClaimStatus.DISPUTED
    assert challenge.answer_due is not None
    assert abs(challenge.answer_due - timezone.now() - timedelta(days=14)) < timedelta(minutes=1)
    assert mails(people.ada)[-1] == "disputed"
    with pytest.raises(NotAllowedError):
        release_page(claim=held, user=people.ada)
    with pytest.raises(NotAllowedError):
        ensure_not_disputed(held)
    with pytest.raises(WrongStateError):
        open_dispute(challenge=challenge, moderator=people.mo)


def test_the_owner_answers_also_late_and_silence_decides_nothing(people: People, held: Claim) -> None:
    challenge = waiting(people.grace, people.page)
    open_dispute(challenge=challenge, moderator=people.mo)
    later = timezone.now() + timedelta(days=20)

    remind(now=timezone.now() + timedelta(days=10))
    remind(now=timezone.now() + timedelta(days=11))
    expire_claims(now=later)
    held.refresh_from_db()
    assert held.status == ClaimStatus.DISPUTED
    assert mails(people.ada) == ["granted", "disputed", "answer-due"]

    answer_challenge(claim=held, user=people.ada, text="I have published these since 2011.")
    said = held.messages.get()
    assert (said.kind, said.role) == (MessageKind.ANSWER, Role.OWNER)
    with pytest.raises(NotAllowedError):
        answer_challenge(claim=held, user=people.grace, text="No, I have.")


def test_who_has_answered_is_not_reminded(people: People, held: Claim) -> None:
    open_dispute(challenge=waiting(people.grace, people.page), moderator=people.mo)
    held.refresh_from_db()
    answer_challenge(claim=held, user=people.ada, text="I have published these since 2011.")

    remind(now=timezone.now() + timedelta(days=10))

    assert "answer-due" not in mails(people.ada)


def test_an_owner_cannot_write_without_end(people: People, held: Claim) -> None:
    open_dispute(challenge=waiting(people.grace, people.page), moderator=people.mo)
    for _ in range(20):
        answer_challenge(claim=held, user=people.ada, text="Still me.")

    with pytest.raises(LimitReachedError):
        answer_challenge(claim=held, user=people.ada, text="Still me.")


@pytest.mark.parametrize("end", ["withdrawn", "refused", "run out"])
def test_when_the_challenge_ends_the_dispute_does_and_both_are_told_in_public(people: People, held: Claim, end: str) -> None:
    people.mo.is_staff = people.mo.is_superuser = True
    people.mo.save()
    challenge = waiting(people.grace, people.page)
    find_credible(claim=challenge, moderator=people.mo)

    if end == "withdrawn":
        withdraw_claim(claim=challenge, user=people.grace)
    elif end == "refused":
        refuse_claim(claim=challenge, moderator=people.mo, code=ReasonCode.UNFOUNDED)
    else:
        Claim.objects.filter(pk=challenge.pk).update(status=ClaimStatus.EVIDENCE, expires_at=timezone.now())
        assert expire_claims(now=timezone.now()) == 1

    held.refresh_from_db()
    assert held.status == ClaimStatus.GRANTED
    assert held.dispute_free_since is not None
    assert mails(people.ada) == ["granted", "disputed", "settled"]
    assert list(TrailEntry.objects.filter(is_public=True).order_by("pk").values_list("action", flat=True)) == ["grant", "dispute", "settle"]


def test_a_dispute_with_two_credible_challenges_ends_with_the_second(people: People, held: Claim) -> None:
    first, second = waiting(people.grace, people.page), waiting(account("emmy"), people.page)
    open_dispute(challenge=first, moderator=people.mo)
    Claim.objects.filter(pk=second.pk).update(credible_at=timezone.now())

    withdraw_claim(claim=first, user=people.grace)
    held.refresh_from_db()
    assert held.status == ClaimStatus.DISPUTED
    withdraw_claim(claim=second, user=second.profile.user)
    held.refresh_from_db()
    assert held.status == ClaimStatus.GRANTED


def test_who_began_before_the_page_had_an_owner_challenges_that_owner_when_handing_in(people: People) -> None:
    claim = begun(people.grace, people.page)
    owner_of(people.page, user=people.ada)

    claim.refresh_from_db()
    assert claim.challenges is not None
    assert claim.challenges.profile.user == people.ada
