"""Taking decisions back: every row that a decision changed or made is again what it was."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.granting import lock_page
from profiles.exceptions import UndoConflictError, WrongStateError
from profiles.models import Appeal, Claim, Freeze, Review, TrailEntry, User
from profiles.models.choices import AppealStatus, ReasonCode, Role
from profiles.moderation.acts import checked_words, ensure_code, restore_levels
from profiles.moderation.appeals import REFUSING, ensure_other_person
from profiles.moderation.conflicts import ensure_may_decide, ensure_moderator
from profiles.moderation.freezes import ensure_no_gain
from profiles.querysets.moderation import standing_entries
from profiles.standings import pages_with_evidence_from
from profiles.trail import act, one_decision, undo

DECISIONS = frozenset(
    {
        "approve",
        "grant",
        "refuse",
        "ask-more",
        "credible",
        "dispute",
        "revoke",
        "give-way",
        "review-document",
        "second-review",
        "appeal-upheld",
        "appeal-dismissed",
        "look-again",
        "freeze",
        "lift-freeze",
    }
)
"""The acts of moderators that can be taken back here."""
APPEALS = frozenset({"appeal-upheld", "appeal-dismissed"})
UNDO_CODES = (ReasonCode.MISTAKE, ReasonCode.OTHER_PERSON, ReasonCode.NO_EVIDENCE, ReasonCode.ABUSE, ReasonCode.OWNER_ASKED)


def undo_decision(*, entry: TrailEntry, moderator: User, code: str, note: str = "") -> list[TrailEntry]:
    """Take back the decision that ``entry`` belongs to, with all its acts, the last one first; the entries that say so. An appeal against it ends.

    Whom it concerns is told by mail where a claim changes its state (``profiles.claims.notices``). Raises ``NotAllowedError`` for
    who may not decide on it, ``UndoConflictError`` where something has changed since, ``WrongStateError`` for what is no
    decision or was taken back before.
    """
    ensure_moderator(moderator)
    reason = ensure_code(code, UNDO_CODES)
    if not is_decision(entry):
        raise WrongStateError(_("This was no decision of a moderator, so it cannot be taken back here."))
    try:
        with one_decision():
            _ensure_may_undo(entry, moderator)
            acts = list(acts_of(entry))
            if not acts:
                raise WrongStateError(_("This decision has been taken back already."))
            words = checked_words(note)
            undone = [
                undo(entry=one, actor=moderator, role=Role.MODERATOR, code=reason, note=words if one is acts[-1] else "") for one in acts
            ]
            if entry.decision is not None:
                restore_levels(entry.decision)
            if entry.claim_id is not None:
                _end_appeals(entry.claim_id, moderator)
            return undone
    except IntegrityError:
        raise UndoConflictError(
            _("Somebody else owns the page by now, or the claimant owns another page. Decide about that first."), []
        ) from None


def is_decision(entry: TrailEntry) -> bool:
    """Whether this is an act of a moderator that can be taken back at the desk."""
    return entry.role == Role.MODERATOR and entry.action in DECISIONS and entry.undoes_id is None


def acts_of(entry: TrailEntry) -> list[TrailEntry]:
    """The acts of the same decision that stand and changed something, the last one first. One query."""
    same = TrailEntry.objects.filter(decision=entry.decision) if entry.decision is not None else TrailEntry.objects.filter(pk=entry.pk)
    return list(same.filter(undone_by__isnull=True).exclude(changes=[]).order_by("-pk"))


def _ensure_may_undo(entry: TrailEntry, moderator: User) -> None:
    if entry.claim_id is not None:
        claim = Claim.objects.select_related("profile").filter(pk=entry.claim_id).first()
        if claim is None:
            raise WrongStateError(_("The claim is gone, with its account."))
        lock_page(claim.author_id)
        ensure_may_decide(moderator=moderator, claim=claim)
        if entry.action in APPEALS:
            _ensure_not_appealed_against(claim, entry, moderator)
        if Review.objects.filter(pk__in=_reviews_in(entry), looked_again_at__isnull=False).exists() and entry.action != "look-again":
            raise UndoConflictError(_("Somebody has looked at this decision again. Take that back first."), ["review"])
        return
    if entry.subject == Freeze._meta.label:
        frozen = Freeze.objects.filter(pk=entry.subject_id).values_list("domain", "institution_id")
        ensure_no_gain(moderator, pages_with_evidence_from(list(frozen)))


def _end_appeals(claim_id: int, moderator: User) -> None:
    """An appeal whose decision has been taken back asks for nothing any more: nobody could decide it, nor its claimant appeal again."""
    if standing_entries(claim_id, REFUSING).exists():
        return
    for appeal in (
        Appeal.objects.select_for_update(of=("self",)).filter(claim_id=claim_id, status=AppealStatus.OPEN).select_related("claim")
    ):
        with act(action="withdraw-appeal", actor=moderator, role=Role.MODERATOR, subject=appeal, claim=appeal.claim) as changes:
            changes.update(appeal, status=AppealStatus.WITHDRAWN, decided_at=timezone.now())


def _ensure_not_appealed_against(claim: Claim, entry: TrailEntry, moderator: User) -> None:
    """Nobody takes back an appeal's decision about a decision of their own."""
    before = TrailEntry.objects.filter(claim_id=claim.pk, action__in=REFUSING, pk__lt=entry.pk).order_by("-pk").first()
    if before is not None:
        ensure_other_person(before, moderator)


def _reviews_in(entry: TrailEntry) -> list[int]:
    label = Review._meta.label
    return [change["pk"] for one in acts_of(entry) for change in one.changes if change["model"] == label and change["before"] is None]
