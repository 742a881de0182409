"""Reads over invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from collaboration.models import Block
from collaboration.models.introductions import Introduction, IntroductionStatus
from collaboration.models.invitations import UNANSWERED, Invitation, InvitationStatus
from profiles.models import User

BOXES: Final = ("received", "sent", "waiting", "drafts", "asked")
"""The lists of somebody's invitations: to them, from them, from them at pages that nobody owns, begun, and to be passed on by them."""

_NEVER_SEEN: Final = (InvitationStatus.DRAFT, InvitationStatus.INTRODUCING, InvitationStatus.WAITING, InvitationStatus.CLOSED)


def not_between_blocked(rows: QuerySet[Any], user: User, other: str) -> QuerySet[Any]:
    """``rows`` without those whose ``other`` account blocked ``user`` or is blocked by them. Costs no query of its own."""
    account = OuterRef(other)
    return rows.exclude(Exists(Block.objects.filter(Q(blocker=user.pk, blocked=account) | Q(blocked=user.pk, blocker=account))))


def before(user: User) -> QuerySet[Invitation]:
    """What somebody wrote, and what lies or lay before them from people who are not blocked. Costs no query of its own."""
    theirs = not_between_blocked(Invitation.objects.filter(recipient=user).exclude(status__in=_NEVER_SEEN), user, "sender")
    return Invitation.objects.filter(Q(sender=user) | Q(pk__in=theirs.values("pk")))


def received_by(user: User) -> QuerySet[Invitation]:
    """What was ever delivered to somebody, from people who are not blocked, latest first."""
    rows = Invitation.objects.filter(recipient=user).exclude(status__in=_NEVER_SEEN)
    return not_between_blocked(rows, user, "sender").select_related("author", "conversation").order_by("-delivered_at", "-pk")


def sent_by(user: User) -> QuerySet[Invitation]:
    """What somebody sent to people, or gave to others to pass on; latest first. Those who blocked them or whom they blocked stay: it is their own."""
    rows = Invitation.objects.filter(sender=user).exclude(status__in=[InvitationStatus.DRAFT, InvitationStatus.WAITING])
    return rows.select_related("author", "conversation").order_by("-sent_at", "-pk")


def waiting_of(user: User) -> QuerySet[Invitation]:
    """What somebody sent to pages that nobody owns, latest first."""
    return Invitation.objects.filter(sender=user, status=InvitationStatus.WAITING).select_related("author").order_by("-sent_at", "-pk")


def drafts_of(user: User) -> QuerySet[Invitation]:
    """What somebody has begun, last changed first."""
    return Invitation.objects.filter(sender=user, status=InvitationStatus.DRAFT).select_related("author").order_by("-updated_at", "-pk")


def asked_of(user: User) -> QuerySet[Introduction]:
    """The introductions that somebody is asked for now, oldest first."""
    rows = Introduction.objects.filter(holder=user, status=IntroductionStatus.ASKED)
    shown = not_between_blocked(rows, user, "invitation__sender")
    return shown.select_related("invitation__author").order_by("asked_at", "pk")


def box(user: User, name: str) -> QuerySet[Any]:
    """One of ``BOXES``."""
    boxes = {"received": received_by, "sent": sent_by, "waiting": waiting_of, "drafts": drafts_of, "asked": asked_of}
    return boxes[name](user)


def counts(user: User) -> dict[str, int]:
    """How many wait in each box for somebody to do something: unanswered ones, drafts, requests. Two queries."""
    mine = Invitation.objects.filter(Q(sender=user) | Q(recipient=user, status=InvitationStatus.SENT))
    rows: Sequence[tuple[str, int, int | None]] = list(
        mine.filter(status__in=[*UNANSWERED, InvitationStatus.DRAFT]).values_list("status", "sender_id", "recipient_id")[:1000]
    )
    received = not_between_blocked(Invitation.objects.filter(recipient=user, status=InvitationStatus.SENT), user, "sender")
    own = [status for status, sender, _recipient in rows if sender == user.pk]
    return {
        "received": received.count() if any(recipient == user.pk for _status, _sender, recipient in rows) else 0,
        "sent": sum(status not in {InvitationStatus.DRAFT, InvitationStatus.WAITING} for status in own),
        "waiting": own.count(InvitationStatus.WAITING),
        "drafts": own.count(InvitationStatus.DRAFT),
        "asked": asked_of(user).count(),
    }
