"""Challenges: a claim on a page that has an owner. By itself it changes nothing for the owner; a moderator who finds it credible opens a dispute."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.granting import lock_claim
from profiles.claims.messages import answer_moderator
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim, ClaimMessage, User
from profiles.models.choices import ClaimStatus, Role
from profiles.querysets.claims import credible_challenges, holding
from profiles.trail import act

DAYS_TO_ANSWER = timedelta(days=14)


def open_dispute(*, challenge: Claim, moderator: User, note: str = "") -> Claim:
    """The owner's claim, disputed from now on; called when a moderator has found ``challenge`` credible.

    The owner has fourteen days to answer, and hears of it by e-mail and on the site; until it is decided ownership and
    identifiers stay as they are. Raises ``WrongStateError`` where the page has no owner, the challenge does not wait for a decision, or was found credible before.
    """
    with transaction.atomic():
        locked = lock_claim(challenge)
        held = holding([locked.author_id]).select_for_update(of=("self",), no_key=True).first()
        if held is None:
            raise WrongStateError(_("Nobody owns this page now, so there is nobody to ask. Decide the claim itself."))
        if locked.status != ClaimStatus.REVIEW:
            raise WrongStateError(_("This claim does not wait for a moderator."))
        if locked.credible_at is not None:
            raise WrongStateError(_("This challenge was found credible already; the owner has been told."))
        now = timezone.now()
        with act(action="dispute", actor=moderator, role=Role.MODERATOR, subject=held, claim=held, note=note, public=True) as changes:
            changes.update(locked, challenges=held, credible_at=now, answer_due=now + DAYS_TO_ANSWER)
            changes.update(held, status=ClaimStatus.DISPUTED, dispute_free_since=None)
    return held


def settle(challenge: Claim) -> Claim | None:
    """End the dispute that ``challenge`` opened, beside the act that refuses, withdraws or ends it; the owner's claim where that was done.

    The owner's claim holds again and its days without dispute begin anew; an entry of its own tells it on the public history. Nothing
    happens where the challenge opened no dispute, the page has changed hands, or another credible challenge is undecided. Call it
    within ``one_decision``, once ``challenge`` has its new state.
    """
    if challenge.credible_at is None or credible_challenges(challenge.author_id).exclude(pk=challenge.pk).exists():
        return None
    held = holding([challenge.author_id]).select_for_update(of=("self",), no_key=True).filter(status=ClaimStatus.DISPUTED).first()
    if held is None or held.pk == challenge.pk:
        return None
    with act(action="settle", actor=None, role=Role.SYSTEM, subject=held, claim=held, public=True) as changes:
        return changes.update(held, status=ClaimStatus.GRANTED, dispute_free_since=timezone.now())


def answer_challenge(*, claim: Claim, user: User, text: str) -> ClaimMessage:
    """The owner's answer, seen by moderators only. It counts until the dispute is decided, also after the fourteen days: silence decides nothing.

    ``claim`` is the owner's own. Raises ``WrongStateError`` where it is not disputed, ``NotAllowedError``, ``LimitReachedError``.
    """
    with transaction.atomic():
        locked = lock_claim(claim)
        if locked.profile.user_id != user.pk:
            raise NotAllowedError(_("This is somebody else's claim."))
        if locked.status != ClaimStatus.DISPUTED:
            raise WrongStateError(_("This page is not disputed now."))
        return answer_moderator(claim=locked, user=user, text=text)


def answer_due(claim: Claim) -> datetime | None:
    """Until when the owner is asked to answer; None where the page is not disputed. One query."""
    if claim.status != ClaimStatus.DISPUTED:
        return None
    return credible_challenges(claim.author_id).values_list("answer_due", flat=True).first()


def ensure_not_disputed(claim: Claim) -> None:
    """Quiet where identifiers and ownership of the page may change. Raises ``NotAllowedError`` while it is disputed."""
    if claim.status == ClaimStatus.DISPUTED:
        raise NotAllowedError(_("The page is disputed. Until that is decided its owner and identifiers stay as they are."))
