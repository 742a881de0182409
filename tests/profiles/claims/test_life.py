"""The life of a claim from its claimant's side, from the first click to the last state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import AttributionRule, AttributionState, Authorship
from profiles.claims.granting import grant_claim
from profiles.claims.life import expire_claims, mark_lapsing, release_page, start_claim, submit_claim, try_automatic_grant, withdraw_claim
from profiles.claims.notices import remind
from profiles.exceptions import AlreadyOwnedError, NotAllowedError, WrongStateError
from profiles.models import Claim, Evidence, OutgoingMail, Profile, Standing, TrailEntry
from profiles.models.choices import ClaimStatus, EvidenceStatus, Level, Method, ReasonCode, Role
from profiles.tasks.claims import keep_time_of_claims
from profiles.trail import undo
from tests.factories.people import evidence_for, owner_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import asserted_on, begun, decided, mails, refused, signed_in_with, waiting


def test_from_the_first_click_to_owning_the_page_and_giving_it_up(people: People) -> None:
    claim = start_claim(user=people.ada, author=people.page, name="Ada Quillmere", statement="I wrote these.\x00\r\nAll of them.")
    assert claim.status == ClaimStatus.DRAFT
    assert claim.messages.get().body == "I wrote these. \nAll of them."
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")

    submit_claim(claim=claim, user=people.ada)
    grant_claim(claim=claim, actor=people.mo, role=Role.MODERATOR)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.GRANTED
    assert claim.expires_at is None
    assert Standing.objects.get(pk=people.page.pk).level == Level.L2

    release_page(claim=claim, user=people.ada)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.WITHDRAWN
    assert claim.evidence.get().status == EvidenceStatus.WITHDRAWN
    assert Standing.objects.get(pk=people.page.pk).claim_id is None

    told = TrailEntry.objects.filter(claim_id=claim.pk).order_by("pk")
    assert list(told.values_list("action", "is_public")) == [("submit", False), ("grant", True), ("release", True)]
    assert mails(people.ada) == ["submitted", "granted"]


def test_a_page_is_claimed_without_its_works_being_claimed(people: People) -> None:
    owner_of(people.page, user=people.ada)

    assert set(Authorship.objects.filter(author=people.page).values_list("state", "decided_by_person")) == {
        (AttributionState.IMPORTED, False)
    }


def test_the_stated_name_becomes_the_profiles(people: People) -> None:
    Profile.objects.filter(user=people.ada).delete()

    start_claim(user=people.ada, author=people.page, name="  Ada \x00 Quillmere\u202e ")

    assert Profile.objects.get(user=people.ada).display_name.startswith("Ada Quillmere")


@pytest.mark.parametrize("name", ["", "   ", "123", "\x00"])
def test_a_claim_needs_a_name(people: People, name: str) -> None:
    with pytest.raises(NotAllowedError):
        start_claim(user=people.ada, author=people.page, name=name)
    assert not Claim.objects.exists()


def test_beginning_twice_is_beginning_once(people: People) -> None:
    assert begun(people.ada, people.page) == begun(people.ada, people.page)


def test_a_name_alone_is_not_looked_at(people: People) -> None:
    claim = begun(people.ada, people.page)
    evidence_for(claim, Method.EMAIL, "uni.example.org", EvidenceStatus.FAILED)

    with pytest.raises(NotAllowedError, match="A name proves nothing"):
        submit_claim(claim=claim, user=people.ada)
    assert not try_automatic_grant(claim=claim)


def test_nobody_moves_somebody_elses_claim(people: People) -> None:
    claim = waiting(people.ada, people.page)

    for move in (submit_claim, withdraw_claim, release_page):
        with pytest.raises(NotAllowedError):
            move(claim=claim, user=people.grace)


def test_what_is_over_cannot_be_handed_in_withdrawn_or_given_up(people: People) -> None:
    claim = refused(waiting(people.ada, people.page))

    for move in (submit_claim, withdraw_claim, release_page):
        with pytest.raises(WrongStateError):
            move(claim=claim, user=people.ada)


@pytest.mark.parametrize("gone", ["merged", "erased"])
def test_a_page_that_is_gone_cannot_be_claimed_or_granted(people: People, gone: str) -> None:
    claim = waiting(people.ada, people.page)
    people.page.merged_into, people.page.erased_at = (people.other_page, None) if gone == "merged" else (None, timezone.now())
    people.page.save()

    with pytest.raises(WrongStateError):
        begun(people.grace, people.page)
    with pytest.raises(WrongStateError):
        grant_claim(claim=claim, actor=people.mo, role=Role.MODERATOR)


# --- Granted at once ----------------------------------------------------------------------------------------------


def test_the_signed_in_orcid_that_publishers_assert_grants_at_once(people: People) -> None:
    asserted_on(people.page)
    claim = begun(people.ada, people.page)
    signed_in_with(claim)

    assert try_automatic_grant(claim=claim)
    assert not try_automatic_grant(claim=claim)  # twice is once

    claim.refresh_from_db()
    assert (claim.status, claim.reason_code, claim.granted_automatically) == (ClaimStatus.GRANTED, ReasonCode.AUTOMATIC, True)
    assert mails(people.ada) == ["granted"]


def asserted_by_a_compiler(people: People) -> None:
    asserted_on(people.page, source="openalex")


def asserted_beside_another(people: People) -> None:
    asserted_on(people.page)
    last = Authorship.objects.filter(author=people.page).latest("pk")
    Authorship.objects.filter(pk=last.pk).update(orcid="0000-0000-1843-1811", source="crossref")


def asserted_on_an_owned_page(people: People) -> None:
    asserted_on(people.page)
    owner_of(people.page, "emmy")


def asserted_while_another_claim_waits(people: People) -> None:
    asserted_on(people.page)
    waiting(people.grace, people.page)


def asserted_by_what_a_person_put_there(people: People) -> None:
    asserted_on(people.page)
    Authorship.objects.filter(author=people.page).update(rule=AttributionRule.PERSON)


def asserted_of_another_name(people: People) -> None:
    asserted_on(people.page)
    Profile.objects.filter(user=people.ada).update(display_name="Emmy Notherby")


def asserted_nowhere(people: People) -> None:
    asserted_on(people.other_page)


@pytest.mark.parametrize(
    "world",
    [
        asserted_by_a_compiler,
        asserted_beside_another,
        asserted_on_an_owned_page,
        asserted_while_another_claim_waits,
        asserted_of_another_name,
        asserted_by_what_a_person_put_there,
        asserted_nowhere,
    ],
)
def test_whatever_is_less_than_that_is_for_a_moderator(people: People, world) -> None:
    world(people)
    people.ada.profile.refresh_from_db()
    claim = begun(people.ada, people.page)
    signed_in_with(claim)

    assert not try_automatic_grant(claim=claim)
    assert Claim.objects.get(pk=claim.pk).status == ClaimStatus.DRAFT


@pytest.mark.parametrize("given", [{"matched": False}, {"status": EvidenceStatus.STALE}, {"orcid": "0000-0000-1843-1811"}])
def test_an_orcid_that_does_not_hold_or_match_grants_nothing(people: People, given) -> None:
    asserted_on(people.page)
    claim = begun(people.ada, people.page)
    signed_in_with(claim, **given)

    assert not try_automatic_grant(claim=claim)


def test_owning_a_page_ends_ones_other_claims_and_makes_others_challenges(people: People) -> None:
    elsewhere = waiting(people.ada, people.other_page)
    rival = waiting(people.grace, people.page)
    claim = waiting(people.ada, people.page)

    grant_claim(claim=claim, actor=people.mo, role=Role.MODERATOR)

    elsewhere.refresh_from_db()
    rival.refresh_from_db()
    assert elsewhere.status == ClaimStatus.WITHDRAWN
    assert (rival.status, rival.challenges_id) == (ClaimStatus.REVIEW, claim.pk)
    with pytest.raises(AlreadyOwnedError):
        grant_claim(claim=rival, actor=people.mo, role=Role.MODERATOR)


# --- What ends a claim --------------------------------------------------------------------------------------------


def test_withdrawing_frees_the_orcid_for_the_next_claim(people: People) -> None:
    claim = begun(people.ada, people.other_page)
    signed_in_with(claim)
    withdraw_claim(claim=claim, user=people.ada)

    signed_in_with(begun(people.ada, people.page))

    assert Evidence.objects.get(status=EvidenceStatus.CONFIRMED).claim.author_id == people.page.pk


def test_a_new_claim_frees_the_orcid_of_a_refused_one_but_not_of_an_appealed_one(people: People) -> None:
    from profiles.claims.appeals import open_appeal

    first = begun(people.ada, people.other_page)
    signed_in_with(first)
    refused(submit_claim(claim=first, user=people.ada))
    second = begun(people.grace, people.page)
    signed_in_with(second, "0000-0000-1843-1811")
    refused(submit_claim(claim=second, user=people.grace))
    open_appeal(claim=second, user=people.grace, text="It is my iD.")

    begun(people.ada, people.page)
    begun(people.grace, people.other_page)

    assert first.evidence.get().status == EvidenceStatus.WITHDRAWN
    assert second.evidence.get().status == EvidenceStatus.CONFIRMED


def test_drafts_run_out_after_thirty_days_with_one_reminder(people: People) -> None:
    claim = begun(people.ada, people.page)
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")
    handed_in = waiting(people.grace, people.other_page)
    now = timezone.now()

    for day, status, told in (
        (24, ClaimStatus.DRAFT, []),
        (26, ClaimStatus.DRAFT, ["expiring"]),
        (27, ClaimStatus.DRAFT, ["expiring"]),
        (31, ClaimStatus.EXPIRED, ["expiring"]),
    ):
        moment = now + timedelta(days=day)
        remind(now=moment)
        expire_claims(now=moment)
        claim.refresh_from_db()
        assert (claim.status, mails(people.ada)) == (status, told)

    handed_in.refresh_from_db()
    assert handed_in.status == ClaimStatus.REVIEW
    assert claim.evidence.get().status == EvidenceStatus.WITHDRAWN
    assert expire_claims(now=now + timedelta(days=31)) == 0


def test_the_task_runs_twice_as_well_as_once(people: People) -> None:
    claim = begun(people.ada, people.page)
    Claim.objects.filter(pk=claim.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    keep_time_of_claims()
    keep_time_of_claims()

    assert TrailEntry.objects.filter(action="expire", claim_id=claim.pk).count() == 1


def test_a_grant_without_any_evidence_left_lapses_after_a_year_unless_something_holds_again(people: People) -> None:
    owner_of(people.page, user=people.ada)
    owner_of(people.other_page, user=people.grace)
    Evidence.objects.update(status=EvidenceStatus.STALE)
    now = timezone.now()
    assert mark_lapsing(now=now) == 2
    assert mark_lapsing(now=now) == 0
    Evidence.objects.filter(claim__author=people.other_page).update(status=EvidenceStatus.CONFIRMED)
    assert mark_lapsing(now=now) == 1

    remind(now=now + timedelta(days=340))
    assert expire_claims(now=now + timedelta(days=364)) == 0
    assert expire_claims(now=now + timedelta(days=366)) == 1

    assert Claim.objects.get(author=people.page).status == ClaimStatus.EXPIRED
    assert Claim.objects.get(author=people.other_page).status == ClaimStatus.GRANTED
    assert mails(people.ada) == ["granted", "lapsing", "lapsed"]
    assert mails(people.grace) == ["granted"]
    assert TrailEntry.objects.get(action="expire").is_public


def test_a_grant_taken_back_is_told_and_the_claim_waits_again(people: People) -> None:
    claim = waiting(people.ada, people.page)
    grant_claim(claim=claim, actor=people.mo, role=Role.MODERATOR)

    undo(entry=TrailEntry.objects.get(action="grant"), actor=people.mo, role=Role.MODERATOR, code=ReasonCode.MISTAKE)

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW
    assert mails(people.ada) == ["submitted", "granted", "reopened"]


def test_a_revocation_taken_back_is_told(people: People) -> None:
    owner_of(people.page, user=people.ada)
    decided(Claim.objects.get(author=people.page), ClaimStatus.REVOKED, ReasonCode.EVIDENCE_LOST, by=people.mo)

    undo(entry=TrailEntry.objects.get(action="revoke"), actor=people.mo, role=Role.MODERATOR, code=ReasonCode.MISTAKE)

    assert mails(people.ada) == ["granted", "revoked", "restored"]


def test_a_closed_account_is_written_to_no_more(people: People) -> None:
    claim = waiting(people.ada, people.page)
    people.ada.is_active = False
    people.ada.save()

    refused(claim)

    assert mails(people.ada) == ["submitted"]


def test_every_mail_has_words_in_both_forms(people: People) -> None:
    from pathlib import Path

    from django.conf import settings

    kinds = {path.name.removesuffix(".subject.txt") for path in Path(settings.BASE_DIR, "templates/emails/claims").glob("*.subject.txt")}
    claim = waiting(people.ada, people.page)
    from profiles.claims.notices import _tell

    for kind in sorted(kinds):
        _tell(claim, kind, is_upheld=True, until="1 May 2026", reason="A reason.", question="Which <b>works</b>?")
        mail = OutgoingMail.objects.latest("pk")
        assert people.page.display_name in mail.subject, kind
        for words in (mail.text, mail.html):
            assert "http://testserver/" in words, kind
            assert "{" not in words.partition("</style>")[2] or words.partition("</style>")[2].count("{") == 0, kind
        assert "<b>works</b>" not in mail.html
