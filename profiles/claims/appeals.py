"""Appeals of claimants against a refusal or a revocation; another moderator decides them (``profiles.moderation``)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.granting import lock_claim
from profiles.claims.messages import write_message
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Appeal, Claim, User
from profiles.models.choices import AppealStatus, ClaimStatus, MessageKind, Role
from profiles.querysets.claims import appeals_against_last_decision, open_claims
from profiles.trail import act

TIME_TO_APPEAL = timedelta(days=14)


def appeal_until(claim: Claim) -> datetime | None:
    """Until when an appeal can be made, whether or not that is past; None for a claim that was not decided against its claimant."""
    if claim.status not in {ClaimStatus.REFUSED, ClaimStatus.REVOKED} or claim.decided_at is None:
        return None
    return claim.decided_at + TIME_TO_APPEAL


def open_appeal(*, claim: Claim, user: User, text: str) -> Appeal:
    """An appeal against the decision on ``claim``. One for each decision, within fourteen days, with a reason.

    Raises ``NotAllowedError`` for somebody else's claim, no text, or a new claim on the page under way; ``WrongStateError`` where nothing was
    decided against the claimant or an appeal was made; ``LimitReachedError`` after the fourteen days.
    """
    with transaction.atomic():
        locked = lock_claim(claim)
        if locked.profile.user_id != user.pk:
            raise NotAllowedError(_("This is somebody else's claim."))
        until = appeal_until(locked)
        if until is None:
            raise WrongStateError(_("Only a refusal or a revocation can be appealed against."))
        if until < timezone.now():
            raise LimitReachedError(_("An appeal is possible within fourteen days of the decision, and they are over."), until=until)
        if appeals_against_last_decision(locked).exists():
            raise WrongStateError(_("You have appealed against this decision already."))
        if open_claims(locked.profile_id).filter(author_id=locked.author_id).exists():
            raise NotAllowedError(_("You have begun a new claim on this page. Withdraw it first, or leave the old decision as it is."))
        appeal = Appeal(claim=locked, against=locked.status, opened_at=timezone.now())
        write_message(claim=locked, sender=user, kind=MessageKind.APPEAL, role=Role.CLAIMANT, text=text)
        with act(action="appeal", actor=user, role=Role.CLAIMANT, subject=appeal, claim=locked) as changes:
            changes.create(appeal)
    return appeal


def withdraw_appeal(*, appeal: Appeal, user: User) -> Appeal:
    """The appeal, taken back by who made it. Raises ``NotAllowedError``, ``WrongStateError`` once it is decided."""
    with transaction.atomic():
        locked = lock_claim(appeal.claim)
        if locked.profile.user_id != user.pk:
            raise NotAllowedError(_("This is somebody else's claim."))
        current = Appeal.objects.select_for_update().get(pk=appeal.pk)
        if current.status != AppealStatus.OPEN:
            raise WrongStateError(_("This appeal has been decided already."))
        with act(action="withdraw-appeal", actor=user, role=Role.CLAIMANT, subject=current, claim=locked) as changes:
            changes.update(current, status=AppealStatus.WITHDRAWN, decided_at=timezone.now())
    return current
