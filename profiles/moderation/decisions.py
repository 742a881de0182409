"""Decisions on claims. Each is one transaction with its entries in the trail, and can be taken back (``profiles.moderation.undoing``).

    approve_claim(claim=claim, moderator=request.user, note="The library confirmed the name.")

All raise ``NotAllowedError`` for who may not decide (no moderator, the claimant, an owner or claimant of the page, a co-author, a voucher)
and ``WrongStateError`` where the claim is no longer in a state in which this can be decided. Mails follow from the changes (``profiles.claims.notices``).
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.challenges import open_dispute, settle
from profiles.claims.granting import grant_claim
from profiles.claims.limits import DRAFT_LASTS
from profiles.exceptions import NoteNeededError, WrongStateError
from profiles.levels import MISSING_TEXTS, Assessment, assess
from profiles.models import Claim, User
from profiles.models.choices import (
    HOLDING,
    REFUSAL_CODES,
    REVOCATION_CODES,
    ClaimStatus,
    Level,
    MessageKind,
    ReasonCode,
    ReviewStage,
    Role,
    Verdict,
)
from profiles.moderation.acts import deciding, ensure_code, ensure_state, look, tell, void_evidence
from profiles.moderation.appeals import decide_appeal
from profiles.moderation.documents import review_document
from profiles.moderation.second_reviews import second_review
from profiles.owners.works import void_decisions
from profiles.querysets.moderation import has_answered, holder_of
from profiles.standings import claimed_pieces
from profiles.trail import act

__all__ = [
    "approve_claim",
    "ask_for_more",
    "decide_appeal",
    "find_credible",
    "find_unfounded",
    "refuse_claim",
    "review_document",
    "revoke_claim",
    "second_review",
]


def approve_claim(*, claim: Claim, moderator: User, note: str = "") -> Claim:
    """The claim, granted. Against an owner it takes the page from them in the same decision, once their dispute has run its course.

    Raises ``NoteNeededError`` where the evidence does not reach L2 and no note says why it is granted all the same,
    ``AlreadyOwnedError`` where the claimant owns another page.
    """
    with deciding(claim, moderator) as locked:
        ensure_state(locked, ClaimStatus.REVIEW)
        ensure_enough(locked, note)
        held = holder_of(locked.author_id)
        if held is not None:
            ensure_dispute_ran(locked, held)
            _give_way(held, moderator)
        code = ReasonCode.GRANTED
        with look("approve", claim=locked, moderator=moderator, stage=ReviewStage.CLAIM, verdict=Verdict.APPROVE, code=code, note=note):
            pass
        return grant_claim(claim=locked, actor=moderator, role=Role.MODERATOR, code=code)


def refuse_claim(*, claim: Claim, moderator: User, code: str, note: str = "") -> Claim:
    """The claim, refused with a reason and, in ``note``, words for the claimant. A dispute that it opened ends."""
    with deciding(claim, moderator) as locked:
        ensure_state(locked, ClaimStatus.REVIEW)
        reason = ensure_code(code, REFUSAL_CODES)
        if reason == ReasonCode.UNFOUNDED and locked.challenges_id is None:
            raise WrongStateError(_("This claim challenges nobody, so it cannot be an unfounded challenge. Choose another reason."))
        if reason == ReasonCode.ALREADY_OWNED and holder_of(locked.author_id) is None:
            raise WrongStateError(_("Nobody owns this page now. Choose another reason."))
        with look(
            "refuse", claim=locked, moderator=moderator, stage=ReviewStage.CLAIM, verdict=Verdict.REFUSE, code=reason, words=note
        ) as (changes, _review):
            changes.update(locked, status=ClaimStatus.REFUSED, reason_code=reason, decided_at=timezone.now(), expires_at=None)
            settle(locked)
    return locked


def find_unfounded(*, claim: Claim, moderator: User, note: str = "") -> Claim:
    """The challenge, refused as unfounded; it counts towards the challenger's limits."""
    return refuse_claim(claim=claim, moderator=moderator, code=ReasonCode.UNFOUNDED, note=note)


def find_credible(*, claim: Claim, moderator: User, note: str = "") -> Claim:
    """The challenge, found worth the owner's time: they are told and have fourteen days to answer; meanwhile ownership and identifiers stand still."""
    with deciding(claim, moderator) as locked:
        open_dispute(challenge=locked, moderator=moderator)
        with look("credible", claim=locked, moderator=moderator, stage=ReviewStage.CREDIBLE, verdict=Verdict.APPROVE, note=note):
            pass
        locked.refresh_from_db()
    return locked


def ask_for_more(*, claim: Claim, moderator: User, question: str) -> Claim:
    """The claim, given back to its claimant with a question; it comes back when they hand it in again. Raises ``NoteNeededError`` without one."""
    if not question.strip():
        raise NoteNeededError(_("Write what you need to know or to see."))
    with deciding(claim, moderator) as locked:
        ensure_state(locked, ClaimStatus.REVIEW)
        with look("ask-more", claim=locked, moderator=moderator, stage=ReviewStage.CLAIM, verdict=Verdict.MORE) as (changes, _review):
            tell(changes, locked, moderator, MessageKind.QUESTION, question)
            changes.update(locked, status=ClaimStatus.EVIDENCE, expires_at=timezone.now() + DRAFT_LASTS)
    return locked


def revoke_claim(*, claim: Claim, moderator: User, code: str, note: str = "") -> Claim:
    """The claim, revoked: the page is free, its evidence void, what hung on it is computed anew. ``note`` holds words for the claimant.

    For imposture the decisions on works made under the claim are void too; all other decisions stand.
    """
    with deciding(claim, moderator) as locked:
        ensure_state(locked, *HOLDING)
        reason = ensure_code(code, REVOCATION_CODES)
        with look(
            "revoke",
            claim=locked,
            moderator=moderator,
            stage=ReviewStage.CLAIM,
            verdict=Verdict.REFUSE,
            code=reason,
            words=note,
            public=True,
        ) as (changes, _review):
            changes.update(locked, status=ClaimStatus.REVOKED, reason_code=reason, decided_at=timezone.now(), expires_at=None)
            void_evidence(changes, locked)
        if reason == ReasonCode.IMPOSTURE:
            void_decisions(claim=locked, actor=moderator)
    return locked


def what_it_gives(claim: Claim) -> Assessment:
    """The level that this claim gives its page if it is granted now, whatever its state. Six statements."""
    return assess(*claimed_pieces(claim), timezone.now())


def ensure_enough(claim: Claim, note: str) -> None:
    """Quiet where the evidence reaches L2, or a note says why it need not. Raises ``NoteNeededError`` with what is missing."""
    given = what_it_gives(claim)
    if given.claim_level >= Level.L2 or note.strip():
        return
    missing = "; ".join(str(MISSING_TEXTS[code]) for code in given.missing)
    raise NoteNeededError(
        _("The evidence does not reach level 2 (missing: %(missing)s). Say in a note why the claim is granted all the same.")
        % {"missing": missing}
    )


def ensure_dispute_ran(challenge: Claim, held: Claim) -> None:
    """Quiet where the owner has been asked and has answered, or had fourteen days. Raises ``WrongStateError``."""
    if challenge.credible_at is None or challenge.challenges_id != held.pk:
        raise WrongStateError(_("The page has an owner. Find the challenge credible first, so that they are asked."))
    is_over = challenge.answer_due is not None and challenge.answer_due <= timezone.now()
    if not is_over and not has_answered(challenge):
        raise WrongStateError(
            _("The owner has not answered yet and still has time to. Silence decides nothing, but they have fourteen days.")
        )


def _give_way(held: Claim, moderator: User) -> None:
    """Take the page from its owner for another claimant, within the decision that grants it to them."""
    locked = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=held.pk)
    reason = ReasonCode.OTHER_PERSON
    with act(action="give-way", actor=moderator, role=Role.MODERATOR, subject=locked, claim=locked, code=reason, public=True) as changes:
        changes.update(locked, status=ClaimStatus.REVOKED, reason_code=reason, decided_at=timezone.now(), expires_at=None)
        void_evidence(changes, locked)
