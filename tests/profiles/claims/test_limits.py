"""How often somebody may claim: what keeps mass claims and grabbing of names out, and lets mistakes be mended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from profiles.claims.life import start_claim, withdraw_claim
from profiles.claims.limits import pause_until, spend_start
from profiles.exceptions import LimitReachedError, NotAllowedError
from profiles.models import Claim
from profiles.models.choices import ClaimStatus, ReasonCode
from tests.factories.people import account, owner_of, page_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import begun, decided, refused, waiting


def test_an_account_without_a_confirmed_address_claims_nothing(people: People) -> None:
    newcomer = account("emmy", confirmed=False)

    with pytest.raises(NotAllowedError, match="Confirm your e-mail address first"):
        begun(newcomer, people.page)


def test_three_claims_at_a_time(people: People) -> None:
    pages = [page_of("emmy") for _ in range(4)]
    first, *_others = [begun(people.ada, page) for page in pages[:3]]

    with pytest.raises(LimitReachedError, match="3 claims under way"):
        begun(people.ada, pages[3])
    withdraw_claim(claim=first, user=people.ada)
    assert begun(people.ada, pages[3]).status == ClaimStatus.DRAFT


def test_five_claims_a_day_from_one_address_whatever_the_accounts(people: People) -> None:
    with time_machine.travel(datetime(2026, 5, 3, 12, tzinfo=UTC), tick=False) as clock:
        for number in range(5):
            person = account(f"person{number}")
            start_claim(user=person, author=people.page, name="Ada Quillmere", address="203.0.113.7")

        with pytest.raises(LimitReachedError, match="5 claims were begun from your network today") as refusal:
            start_claim(user=people.ada, author=people.page, name="Ada Quillmere", address="203.0.113.7")
        assert refusal.value.until == datetime(2026, 5, 4, tzinfo=UTC)
        assert not Claim.objects.filter(profile__user=people.ada).exists()  # refused as a whole

        start_claim(user=people.ada, author=people.page, name="Ada Quillmere", address="203.0.113.8")
        clock.shift(timedelta(days=1))
        start_claim(user=people.grace, author=people.page, name="Ada Quillmere", address="203.0.113.7")


def test_a_household_with_many_ipv6_addresses_counts_as_one(people: People) -> None:
    for number in range(5):
        spend_start(f"2001:db8:1:2::{number}")

    with pytest.raises(LimitReachedError):
        spend_start("2001:db8:1:2:ffff::1")
    spend_start("2001:db8:1:3::1")
    for _ in range(5):
        spend_start("::ffff:198.51.100.9")
    with pytest.raises(LimitReachedError):
        spend_start("198.51.100.9")


@pytest.mark.parametrize("past, days", [(1, 7), (2, 30), (3, 90), (4, 90)])
def test_each_refusal_makes_the_next_claim_on_the_page_wait_longer(people: People, past: int, days: int) -> None:
    for _ in range(past):
        claim = begun(people.ada, people.other_page)  # by another page, so that its own pauses do not stand in the way
        Claim.objects.filter(pk=claim.pk).update(author=people.page, status=ClaimStatus.REVIEW, submitted_at=claim.started_at)
        refused(claim)

    with pytest.raises(LimitReachedError) as refusal:
        begun(people.ada, people.page)

    last = Claim.objects.filter(status=ClaimStatus.REFUSED).latest("decided_at").decided_at
    assert last is not None
    assert refusal.value.until == last + timedelta(days=days)
    assert begun(people.ada, page_of("emmy")).status == ClaimStatus.DRAFT  # another page is another matter


def test_when_the_pause_is_over_one_may_claim_again(people: People) -> None:
    refused(waiting(people.ada, people.page), days_ago=7.01)

    assert begun(people.ada, people.page).status == ClaimStatus.DRAFT


@pytest.mark.parametrize(
    "code, waits",
    [(ReasonCode.IMPOSTURE, True), (ReasonCode.ABUSE, True), (ReasonCode.OWNER_ASKED, False), (ReasonCode.EVIDENCE_LOST, False)],
)
def test_a_revocation_counts_only_where_the_claimant_was_at_fault(people: People, code: ReasonCode, waits: bool) -> None:
    owner_of(people.page, user=people.ada)
    decided(Claim.objects.get(author=people.page), ClaimStatus.REVOKED, code)

    assert (pause_until(people.ada.profile, people.page) is not None) == waits


def test_unfounded_challenges_make_the_next_challenge_wait_but_not_a_claim_on_a_free_page(people: People) -> None:
    owner_of(people.page, user=people.ada)
    another = page_of("emmy")
    owner_of(another, "emmy")
    refused(waiting(people.grace, people.page), code=ReasonCode.UNFOUNDED)

    with pytest.raises(LimitReachedError):
        begun(people.grace, another)
    assert begun(people.grace, people.other_page).status == ClaimStatus.DRAFT


def test_who_owns_a_page_cannot_begin_another_claim(people: People) -> None:
    owner_of(people.page, user=people.ada)

    with pytest.raises(NotAllowedError, match="an account owns one page"):
        begun(people.ada, people.other_page)
    with pytest.raises(NotAllowedError, match="your page already"):
        begun(people.ada, people.page)
