"""Decisions taken back leave every row as it was; who may not take them back, and which not any more."""

from __future__ import annotations

import pytest

from profiles.claims.appeals import open_appeal
from profiles.claims.challenges import answer_challenge
from profiles.exceptions import NotAllowedError, UndoConflictError, WrongStateError
from profiles.models import Review
from profiles.models.choices import ClaimStatus, ReasonCode
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
from tests.factories.moderation import document_for, dump, last, told_by_the_trail_is_true
from tests.factories.people import account, claim_by, owner_of

pytestmark = pytest.mark.django_db


def do_approve(claim, grace, vera):
    return lambda: approve_claim(claim=claim, moderator=grace, note="Fine."), "grant"


def do_refuse(claim, grace, vera):
    return lambda: refuse_claim(claim=claim, moderator=grace, code="no-evidence", note="Sorry."), "refuse"


def do_ask(claim, grace, vera):
    return lambda: ask_for_more(claim=claim, moderator=grace, question="Which one?"), "ask-more"


def do_document(claim, grace, vera):
    evidence = document_for(claim)
    review_document(evidence=evidence, moderator=vera, verdict="approve", code="granted")
    return lambda: review_document(evidence=evidence, moderator=grace, verdict="approve", code="granted", note="Seen."), "review-document"


def do_revoke(claim, grace, vera):
    approve_claim(claim=claim, moderator=vera)
    return lambda: revoke_claim(claim=claim, moderator=grace, code="abuse", note="Words."), "revoke"


def do_second(claim, grace, vera):
    approve_claim(claim=claim, moderator=vera)
    return lambda: second_review(claim=claim, moderator=grace, verdict="approve"), "second-review"


def do_credible(claim, grace, vera):
    owned = approve_claim(claim=claim, moderator=vera)
    made = claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW, challenges=owned)
    return lambda: find_credible(claim=made, moderator=grace), "dispute"


def do_take_page(claim, grace, vera):
    owned = approve_claim(claim=claim, moderator=vera)
    made = claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW, challenges=owned)
    find_credible(claim=made, moderator=vera)
    owned.refresh_from_db()
    answer_challenge(claim=owned, user=owned.profile.user, text="Take it.")
    return lambda: approve_claim(claim=made, moderator=grace, note="The owner agrees."), "grant"


def do_unfounded(claim, grace, vera):
    owned = approve_claim(claim=claim, moderator=vera)
    made = claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW, challenges=owned)
    find_credible(claim=made, moderator=vera)
    return lambda: find_unfounded(claim=made, moderator=grace), "refuse"


def do_uphold(claim, grace, vera):
    refuse_claim(claim=claim, moderator=vera, code="no-evidence")
    claim.refresh_from_db()
    appeal = open_appeal(claim=claim, user=claim.profile.user, text="Look again.")
    return lambda: decide_appeal(appeal=appeal, moderator=grace, uphold=True, code="mistake", note="Yes."), "appeal-upheld"


def do_restore(claim, grace, vera):
    owned = approve_claim(claim=claim, moderator=vera)
    revoke_claim(claim=owned, moderator=vera, code="abuse")
    owned.refresh_from_db()
    appeal = open_appeal(claim=owned, user=claim.profile.user, text="Look again.")
    return lambda: decide_appeal(appeal=appeal, moderator=grace, uphold=True, code="mistake"), "appeal-upheld"


def do_dismiss(claim, grace, vera):
    refuse_claim(claim=claim, moderator=vera, code="no-evidence")
    claim.refresh_from_db()
    appeal = open_appeal(claim=claim, user=claim.profile.user, text="Look again.")
    return lambda: decide_appeal(appeal=appeal, moderator=grace, uphold=False, code="no-evidence", note="No."), "appeal-dismissed"


def do_look_again(claim, grace, vera):
    approve_claim(claim=claim, moderator=vera)
    return lambda: look_again(review=Review.objects.latest("pk"), moderator=grace, verdict="refuse", note="Hm."), "look-again"


DEEDS = [
    do_approve,
    do_refuse,
    do_ask,
    do_document,
    do_revoke,
    do_second,
    do_credible,
    do_take_page,
    do_unfounded,
    do_uphold,
    do_restore,
    do_dismiss,
    do_look_again,
]


@pytest.mark.parametrize("make", DEEDS)
def test_a_decision_taken_back_leaves_every_row_as_it_was(claim, grace, vera, make, monkeypatch):
    monkeypatch.setattr("profiles.moderation.acts.is_drawn", lambda _number: True)
    decide, action = make(claim, grace, vera)
    before = dump()

    decide()
    changed = dump()
    assert changed != before
    assert told_by_the_trail_is_true()
    undo_decision(entry=last(action), moderator=grace, code=ReasonCode.MISTAKE, note="I misread it.")

    assert dump() == before
    assert told_by_the_trail_is_true()
    with pytest.raises(WrongStateError):
        undo_decision(entry=last(action), moderator=grace, code=ReasonCode.MISTAKE)


def test_taking_back_is_refused_to_co_authors_and_for_what_is_no_decision(claim, grace, emmy):
    approve_claim(claim=claim, moderator=grace)
    with pytest.raises(NotAllowedError, match="works together"):
        undo_decision(entry=last("grant"), moderator=emmy, code="mistake")
    undo_decision(entry=last("grant"), moderator=grace, code="mistake")
    for action in ("undo",):
        with pytest.raises(WrongStateError, match="no decision"):
            undo_decision(entry=last(action), moderator=grace, code="mistake")


def test_who_was_appealed_against_does_not_take_the_appeal_back(claim, grace, vera):
    decide, action = do_uphold(claim, grace, vera)
    decide()
    with pytest.raises(NotAllowedError, match="You made the decision"):
        undo_decision(entry=last(action), moderator=vera, code="mistake")


def test_a_revocation_is_not_taken_back_over_the_next_owner(owned, page, grace):
    revoke_claim(claim=owned, moderator=grace, code="abuse")
    owner_of(page, "vera2")
    with pytest.raises(UndoConflictError, match="Somebody else owns the page"):
        undo_decision(entry=last("revoke"), moderator=grace, code="mistake")
