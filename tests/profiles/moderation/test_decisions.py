"""Decisions on claims: what each does, and who may not make it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from profiles.claims.appeals import open_appeal
from profiles.claims.challenges import answer_challenge
from profiles.exceptions import AlreadyOwnedError, IdentityError, NotAllowedError, NoteNeededError, UndoConflictError, WrongStateError
from profiles.models import Claim, ClaimMessage, Evidence, OutgoingMail, Review, TrailEntry
from profiles.models.choices import AppealStatus, ClaimStatus, EvidenceStatus, Level, Method, ReasonCode, ReviewStage, Verdict
from profiles.moderation import draws
from profiles.moderation.decisions import (
    approve_claim,
    ask_for_more,
    decide_appeal,
    find_credible,
    find_unfounded,
    refuse_claim,
    review_document,
    revoke_claim,
    second_review,
)
from profiles.moderation.sampling import look_again
from profiles.moderation.undoing import undo_decision
from tests.factories.moderation import document_for, dump, last, level_of, moderator, told_by_the_trail_is_true
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of

pytestmark = pytest.mark.django_db


# --- Claims ---------------------------------------------------------------------------------------------------


def test_grace_approves_adas_claim(claim, grace, page):
    approve_claim(claim=claim, moderator=grace, note="The homepage is linked from two publishers.")

    claim.refresh_from_db()
    review = Review.objects.get()
    assert (claim.status, level_of(page)) == (ClaimStatus.GRANTED, Level.L2)
    assert (review.stage, review.verdict, review.reviewer) == (ReviewStage.CLAIM, Verdict.APPROVE, grace)
    assert last("approve").note.text == "The homepage is linked from two publishers."
    assert OutgoingMail.objects.filter(to="ada@example.org", kind="claims/granted").exists()
    assert told_by_the_trail_is_true()


def test_too_little_evidence_needs_a_note(ada, page, grace):
    thin = claim_by(ada, page, ClaimStatus.REVIEW)

    with pytest.raises(NoteNeededError, match="level 2"):
        approve_claim(claim=thin, moderator=grace)
    approve_claim(claim=thin, moderator=grace, note="Met in person at the reading room.")

    assert level_of(page) == Level.L1


def test_a_refusal_has_a_reason_and_words_for_the_claimant(claim, grace, page):
    refuse_claim(claim=claim, moderator=grace, code=ReasonCode.NAME_MISMATCH, note="The record is A. Quill's.")

    claim.refresh_from_db()
    assert (claim.status, claim.reason_code) == (ClaimStatus.REFUSED, ReasonCode.NAME_MISMATCH)
    assert ClaimMessage.objects.get(kind="reason").body == "The record is A. Quill's."
    assert "A. Quill" not in str(list(TrailEntry.objects.values_list("changes", flat=True)))
    assert OutgoingMail.objects.filter(kind="claims/refused").exists()


@pytest.mark.parametrize("code", ["", "granted", "nonsense", ReasonCode.UNFOUNDED, ReasonCode.ALREADY_OWNED])
def test_a_refusal_wants_a_reason_that_fits(claim, grace, code):
    with pytest.raises(WrongStateError):
        refuse_claim(claim=claim, moderator=grace, code=code)
    assert not Review.objects.exists()


def test_a_question_gives_the_claim_back(claim, grace):
    with pytest.raises(NoteNeededError):
        ask_for_more(claim=claim, moderator=grace, question="  ")
    ask_for_more(claim=claim, moderator=grace, question="Which of the two homepages is yours?")

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.EVIDENCE
    assert "Which of the two homepages" in OutgoingMail.objects.get(kind="claims/asked").text


@pytest.mark.parametrize("status", [ClaimStatus.DRAFT, ClaimStatus.GRANTED, ClaimStatus.WITHDRAWN])
def test_only_what_waits_is_decided(ada, page, grace, status):
    made = claim_by(ada, page, status, granted_at=timezone.now())

    for decide in (approve_claim, lambda **who: refuse_claim(code="no-evidence", **who), find_credible):
        with pytest.raises(WrongStateError):
            decide(claim=made, moderator=grace)


# --- Who may not ----------------------------------------------------------------------------------------------


def test_nobody_decides_without_the_permission(claim, db):
    for who in (account("vera", is_staff=True), account("mallory")):
        with pytest.raises(NotAllowedError, match="Only moderators"):
            approve_claim(claim=claim, moderator=who)


def test_a_closed_account_decides_nothing(claim, grace):
    grace.is_active = False
    with pytest.raises(NotAllowedError):
        approve_claim(claim=claim, moderator=grace)


def test_nobody_decides_on_themselves(page):
    vera = moderator("vera")
    own = claim_by(vera, page, ClaimStatus.REVIEW)
    with pytest.raises(NotAllowedError, match="your own claim"):
        approve_claim(claim=own, moderator=vera, note="It is me.")


def test_nobody_decides_on_a_page_that_they_claim(claim, page):
    vera = moderator("vera")
    claim_by(vera, page, ClaimStatus.EVIDENCE)
    with pytest.raises(NotAllowedError, match="have claimed it"):
        refuse_claim(claim=claim, moderator=vera, code="no-evidence")


@pytest.mark.parametrize(
    "decide",
    [
        lambda claim, who: approve_claim(claim=claim, moderator=who),
        lambda claim, who: refuse_claim(claim=claim, moderator=who, code="no-evidence"),
        lambda claim, who: ask_for_more(claim=claim, moderator=who, question="?"),
        lambda claim, who: find_credible(claim=claim, moderator=who),
        lambda claim, who: revoke_claim(claim=claim, moderator=who, code="abuse"),
        lambda claim, who: second_review(claim=claim, moderator=who, verdict=Verdict.APPROVE),
        lambda claim, who: review_document(evidence=document_for(claim), moderator=who, verdict=Verdict.APPROVE, code="granted"),
    ],
)
def test_emmy_decides_nothing_about_her_co_author(claim, emmy, decide):
    with pytest.raises(NotAllowedError, match="works together"):
        decide(claim, emmy)
    claim.refresh_from_db()
    assert (claim.status, TrailEntry.objects.filter(actor_id=emmy.pk).exists()) == (ClaimStatus.REVIEW, False)


def test_who_vouched_does_not_decide(claim, page):
    from profiles.models import Vouch

    vera = moderator("vera")
    vouched = evidence_for(claim, Method.VOUCH, "vera")
    work = page.authorships.first().work
    Vouch.objects.create(
        evidence=vouched,
        voucher=vera,
        voucher_author=page_of("vera", 0),
        work=work,
        status="given",
        asked_at=timezone.now(),
        answered_at=timezone.now(),
    )
    with pytest.raises(NotAllowedError, match="vouched"):
        approve_claim(claim=claim, moderator=vera)


def test_a_moderator_with_a_page_of_their_own_decides_on_strangers(claim):
    vera = moderator("vera")
    owner_of(page_of("vera"), "vera", user=vera)
    assert approve_claim(claim=claim, moderator=vera).status == ClaimStatus.GRANTED


# --- Challenges -----------------------------------------------------------------------------------------------


def test_a_challenge_takes_the_page_once_the_owner_has_answered(owned, challenge, page, grace, vera):
    with pytest.raises(WrongStateError, match="Find the challenge credible first"):
        approve_claim(claim=challenge, moderator=grace)
    find_credible(claim=challenge, moderator=grace)
    owned.refresh_from_db()
    challenge.refresh_from_db()
    assert (owned.status, challenge.answer_due - challenge.credible_at) == (ClaimStatus.DISPUTED, timedelta(days=14))
    with pytest.raises(WrongStateError, match="still has time"):
        approve_claim(claim=challenge, moderator=grace)

    answer_challenge(claim=owned, user=owned.profile.user, text="I left the field in 2019; these are not my works.")
    approve_claim(claim=challenge, moderator=vera)

    owned.refresh_from_db()
    challenge.refresh_from_db()
    assert (owned.status, owned.reason_code, challenge.status) == (ClaimStatus.REVOKED, ReasonCode.OTHER_PERSON, ClaimStatus.GRANTED)
    assert set(owned.evidence.values_list("status", flat=True)) == {EvidenceStatus.VOIDED}
    assert told_by_the_trail_is_true()


def test_a_challenge_takes_the_page_after_fourteen_silent_days(challenge, grace, time_machine):
    find_credible(claim=challenge, moderator=grace)
    time_machine.move_to(timezone.now() + timedelta(days=14, seconds=1))

    assert approve_claim(claim=challenge, moderator=grace).status == ClaimStatus.GRANTED


def test_an_unfounded_challenge_ends_the_dispute(owned, challenge, grace):
    find_credible(claim=challenge, moderator=grace)
    find_unfounded(claim=challenge, moderator=grace, note="The document names another person.")

    owned.refresh_from_db()
    challenge.refresh_from_db()
    assert (owned.status, challenge.reason_code) == (ClaimStatus.GRANTED, ReasonCode.UNFOUNDED)
    assert owned.dispute_free_since > owned.granted_at


# --- Revoking -------------------------------------------------------------------------------------------------


def test_revoking_frees_the_page_and_voids_the_evidence(owned, page, grace):
    revoke_claim(claim=owned, moderator=grace, code=ReasonCode.ABUSE, note="Three warnings.")

    owned.refresh_from_db()
    assert (owned.status, level_of(page)) == (ClaimStatus.REVOKED, Level.L0)
    assert set(owned.evidence.values_list("status", flat=True)) == {EvidenceStatus.VOIDED}


# --- Appeals --------------------------------------------------------------------------------------------------


def test_an_appeal_is_decided_by_somebody_else(claim, ada, grace, vera, page):
    refuse_claim(claim=claim, moderator=grace, code="no-evidence")
    claim.refresh_from_db()
    appeal = open_appeal(claim=claim, user=ada, text="The token is there.")

    with pytest.raises(NotAllowedError, match="You made the decision"):
        decide_appeal(appeal=appeal, moderator=grace, uphold=True, code="mistake")
    decide_appeal(appeal=appeal, moderator=vera, uphold=True, code="mistake", note="So it is.")

    claim.refresh_from_db()
    appeal.refresh_from_db()
    assert (claim.status, appeal.status, level_of(page)) == (ClaimStatus.GRANTED, AppealStatus.UPHELD, Level.L2)


def test_where_there_is_one_moderator_an_appeal_waits_and_says_so(claim, ada, grace):
    refuse_claim(claim=claim, moderator=grace, code="no-evidence")
    claim.refresh_from_db()
    appeal = open_appeal(claim=claim, user=ada, text="The token is there.")

    with pytest.raises(NotAllowedError, match="no other moderator, so it waits until one is appointed"):
        decide_appeal(appeal=appeal, moderator=grace, uphold=False, code="no-evidence")
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.OPEN


def test_an_appeal_against_a_revocation_puts_everything_back(owned, ada, grace, vera, page):
    before = dump()
    revoke_claim(claim=owned, moderator=grace, code=ReasonCode.ABUSE)
    owned.refresh_from_db()
    appeal = open_appeal(claim=owned, user=ada, text="That was somebody else.")
    decide_appeal(appeal=appeal, moderator=vera, uphold=True, code="mistake")

    after = dump()
    for label in ("profiles.Claim", "profiles.Evidence"):
        assert {key: row for key, row in after.items() if key[0] == label} == {key: row for key, row in before.items() if key[0] == label}
    assert level_of(page) == Level.L2
    assert told_by_the_trail_is_true()


def test_an_appeal_ends_with_the_decision_that_it_was_against(claim, ada, grace, vera):
    refuse_claim(claim=claim, moderator=grace, code=ReasonCode.NO_EVIDENCE)
    appeal = open_appeal(claim=claim, user=ada, text="Look again.")
    undo_decision(entry=last("refuse"), moderator=grace, code="mistake")
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.WITHDRAWN
    assert told_by_the_trail_is_true()

    refuse_claim(claim=claim, moderator=grace, code=ReasonCode.NO_EVIDENCE)
    anew = open_appeal(claim=claim, user=ada, text="And again.")
    decide_appeal(appeal=anew, moderator=vera, uphold=False, code=ReasonCode.NO_EVIDENCE)
    undo_decision(entry=last("appeal-dismissed"), moderator=vera, code="mistake")
    anew.refresh_from_db()
    assert anew.status == AppealStatus.OPEN


def test_an_appeal_does_not_take_a_page_from_its_next_owner(owned, ada, grace, vera, page):
    revoke_claim(claim=owned, moderator=grace, code=ReasonCode.ABUSE)
    owned.refresh_from_db()
    owner_of(page, "vera2")
    appeal = open_appeal(claim=owned, user=ada, text="Give it back.")

    with pytest.raises(AlreadyOwnedError):
        decide_appeal(appeal=appeal, moderator=vera, uphold=True, code="mistake")
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.OPEN


def test_a_refusal_put_right_while_somebody_owns_the_page_waits_again(owned, challenge, grace, vera):
    find_unfounded(claim=challenge, moderator=grace)
    challenge.refresh_from_db()
    appeal = open_appeal(claim=challenge, user=challenge.profile.user, text="Look at the document.")
    decide_appeal(appeal=appeal, moderator=vera, uphold=True, code="mistake")

    challenge.refresh_from_db()
    assert challenge.status == ClaimStatus.REVIEW


# --- Documents and second reviews -----------------------------------------------------------------------------


def test_a_document_needs_two_who_agree(claim, grace, vera, page):
    evidence = document_for(claim)
    review_document(evidence=evidence, moderator=grace, verdict=Verdict.APPROVE, code="granted")
    evidence.refresh_from_db()
    assert evidence.status == EvidenceStatus.CHECKING
    with pytest.raises(NotAllowedError, match="reviewed this document already"):
        review_document(evidence=evidence, moderator=grace, verdict=Verdict.APPROVE, code="granted")
    review_document(evidence=evidence, moderator=vera, verdict=Verdict.APPROVE, code="granted")

    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.CONFIRMED, "two-reviewers")


def test_a_third_breaks_the_tie(claim, grace, vera):
    third = moderator("third")
    evidence = document_for(claim)
    review_document(evidence=evidence, moderator=grace, verdict=Verdict.APPROVE, code="granted")
    review_document(evidence=evidence, moderator=vera, verdict=Verdict.REFUSE, code="document-unreadable")
    evidence.refresh_from_db()
    assert evidence.status == EvidenceStatus.CHECKING
    review_document(evidence=evidence, moderator=third, verdict=Verdict.REFUSE, code="name-mismatch")

    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.FAILED, "name-mismatch")


def test_the_second_review_is_another_persons(owned, grace, vera):
    with pytest.raises(NotAllowedError, match="reviewed this claim already"):
        second_review(claim=owned, moderator=grace, verdict=Verdict.APPROVE)
    second_review(claim=owned, moderator=vera, verdict=Verdict.APPROVE)

    owned.refresh_from_db()
    assert owned.second_review_at is not None


def test_what_was_granted_without_a_moderator_needs_two(page, grace, vera):
    ada = owner_of(page)
    claim = Claim.objects.get(profile__user=ada)
    second_review(claim=claim, moderator=grace, verdict=Verdict.APPROVE)
    claim.refresh_from_db()
    assert claim.second_review_at is None
    second_review(claim=claim, moderator=vera, verdict=Verdict.APPROVE)
    claim.refresh_from_db()
    assert claim.second_review_at is not None


# --- Second looks ---------------------------------------------------------------------------------------------


def test_one_in_twenty_is_drawn_and_always_the_same():
    drawn = [key for key in range(20_000) if draws.is_drawn(key)]
    assert 0.045 < len(drawn) / 20_000 < 0.055
    assert drawn == [key for key in range(20_000) if draws.is_drawn(key)]


def test_a_drawn_decision_is_looked_at_by_somebody_else(claim, grace, vera, monkeypatch):
    monkeypatch.setattr("profiles.moderation.acts.is_drawn", lambda _number: True)
    approve_claim(claim=claim, moderator=grace)
    review = Review.objects.get()
    assert review.drawn_at is not None

    with pytest.raises(NotAllowedError, match="your own decision"):
        look_again(review=review, moderator=grace, verdict=Verdict.APPROVE)
    again = look_again(review=review, moderator=vera, verdict=Verdict.REFUSE, note="The homepage is not hers.")

    review.refresh_from_db()
    assert (review.looked_again_at is not None, again.again_of, again.drawn_at) == (True, review, None)
    with pytest.raises(WrongStateError):
        look_again(review=review, moderator=vera, verdict=Verdict.APPROVE)
    with pytest.raises(UndoConflictError, match="looked at this decision again"):
        undo_decision(entry=last("grant"), moderator=vera, code="mistake")
    assert Claim.objects.get().status == ClaimStatus.GRANTED


def test_words_that_are_too_long_are_no_server_error(claim, grace):
    for words in ("x" * 5001, "y" * 100_000):
        with pytest.raises(IdentityError):
            refuse_claim(claim=claim, moderator=grace, code="no-evidence", note=words)
    refuse_claim(claim=claim, moderator=grace, code="no-evidence", note="a\x00b\ud800")
    assert Evidence.objects.get().status == EvidenceStatus.CONFIRMED
