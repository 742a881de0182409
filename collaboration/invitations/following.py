"""What follows for invitations from claims and from blocks. Nobody calls these: they are reactions, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from collaboration.invitations import notices
from collaboration.invitations.sending import deliver_waiting, recall_delivered
from collaboration.invitations.steps import lock_people, move_all
from collaboration.models.introductions import Introduction, IntroductionStatus
from collaboration.models.invitations import DELIVERED, Invitation, InvitationStatus, Part
from profiles.models import Claim, User
from profiles.models.choices import HOLDING
from profiles.trail import Change


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims: a page that got an owner brings what waits there, one that lost its owner keeps it waiting.

    One query, and what each page that changed hands costs.
    """
    gained = {change["pk"] for change in changes if _holds(change, "after") and not _holds(change, "before")}
    lost = {change["pk"] for change in changes if _holds(change, "before") and not _holds(change, "after")}
    if not gained and not lost:
        return
    claims = Claim.objects.filter(pk__in=gained | lost).values_list("pk", "author_id", "profile__user_id")
    for key, author_id, user_id in sorted(claims, key=lambda claim: claim[0] in gained):  # first away from those who go
        if key in lost:
            recall_delivered(author_id=author_id, owner_id=user_id)
        else:
            deliver_waiting(author_id=author_id)


def on_block(blocker: User, blocked: User) -> None:
    """Reaction to a block: what waits between the two closes. The one who is blocked sees their invitation as before, until its time is over.

    Five statements. Profiles are locked as they are for sending, so that nothing is sent past the block.
    """
    lock_people([blocker.pk, blocked.pk])
    between = Invitation.objects.select_for_update(of=("self",), no_key=True)
    own = between.filter(_not_answered(), sender=blocker).filter(Q(recipient=blocked) | Q(author__in=_page_of(blocked)))
    theirs = between.filter(sender=blocked, recipient=blocker, status__in=DELIVERED)
    withdrawn = list(own.order_by("pk").values_list("pk", flat=True))
    closed = list(theirs.order_by("pk").values_list("pk", flat=True))
    move_all(withdrawn, InvitationStatus.WITHDRAWN, Part.SENDER)
    move_all(closed, InvitationStatus.CLOSED, Part.RECIPIENT)
    notices.forget([*withdrawn, *closed])
    Introduction.objects.filter(holder=blocker, invitation__sender=blocked, status=IntroductionStatus.ASKED).update(
        status=IntroductionStatus.DECLINED, ended_at=timezone.now()
    )


def _holds(change: Change, side: str) -> bool:
    values: dict[str, Any] | None = change[side]
    return values is not None and values.get("status") in HOLDING


def _not_answered() -> Q:
    return Q(status__in=[*DELIVERED, InvitationStatus.WAITING])


def _page_of(user: User) -> Any:
    return Claim.objects.filter(profile__user=user, status__in=HOLDING).values("author_id")
