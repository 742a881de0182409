"""The second review that level 4 asks for: a claim approved by two different people."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim, User
from profiles.models.choices import ClaimStatus, ReasonCode, ReviewStage, Verdict
from profiles.moderation.acts import deciding, ensure_state, look
from profiles.moderation.conflicts import waiting_sentence
from profiles.querysets.moderation import reviews_of, standing_entries

PEOPLE = 2


def second_review(*, claim: Claim, moderator: User, verdict: Verdict, note: str = "") -> Claim:
    """The claim after one more review. It counts as reviewed by two people once two have approved it: who granted it is one of them.

    A claim that was granted without a moderator needs two reviews, therefore. Refusing leaves the claim as it is, without level 4.
    Raises ``NotAllowedError`` for who approved it before, ``WrongStateError`` where it is not granted or has its two reviews.
    """
    with deciding(claim, moderator) as locked:
        ensure_state(locked, ClaimStatus.GRANTED)
        if locked.second_review_at is not None:
            raise WrongStateError(_("Two people have reviewed this claim already."))
        if verdict not in {Verdict.APPROVE, Verdict.REFUSE}:
            raise WrongStateError(_("A second review approves or refuses."))
        seen = reviewers(locked)
        if moderator.pk in seen:
            raise NotAllowedError(_("You have reviewed this claim already. %(waits)s") % {"waits": waiting_sentence(*seen)})
        code = ReasonCode.GRANTED if verdict == Verdict.APPROVE else ReasonCode.NO_EVIDENCE
        with look("second-review", claim=locked, moderator=moderator, stage=ReviewStage.SECOND, verdict=verdict, code=code, note=note) as (
            changes,
            _review,
        ):
            if verdict == Verdict.APPROVE and len({*seen, moderator.pk}) >= PEOPLE:
                changes.update(locked, second_review_at=timezone.now())
    return locked


def reviewers(claim: Claim) -> set[int]:
    """The people who approved a claim since it was granted last: who granted it, and second reviewers. Two queries."""
    granted = standing_entries(claim.pk, ["grant"]).first()
    seen = reviews_of(claim.pk, ReviewStage.SECOND).filter(verdict=Verdict.APPROVE, reviewer__isnull=False)
    if granted is not None:
        seen = seen.filter(created_at__gte=granted.at)
    found = set(seen.values_list("reviewer_id", flat=True))
    if granted is not None and granted.actor_id is not None:
        found.add(granted.actor_id)
    return found
