"""What time does to invitations: they end, come back after the wait that was asked for, and reach pages that were claimed meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from collaboration.invitations import notices
from collaboration.invitations.sending import deliver_waiting, recall_orphans
from collaboration.invitations.steps import ANSWER_WITHIN, lock_invitation, move
from collaboration.models.introductions import UNDER_WAY, Introduction, IntroductionStatus
from collaboration.models.invitations import DELIVERED, UNANSWERED, CollaborationChoice, Invitation, InvitationStatus, Part
from profiles.models import Claim
from profiles.models.choices import HOLDING

AT_ONCE: Final = 500


def keep_time(*, now: datetime | None = None) -> int:
    """Do what is due; returns how many invitations moved. Each is a transaction of its own: what a killed run left, the next one does."""
    moment = now or timezone.now()
    moved = sum(_come_back(pk, moment) for pk in _first(_due_back(moment)))
    moved += sum(_end(pk, moment) for pk in _first(Invitation.objects.filter(status__in=UNANSWERED, expires_at__lte=moment)))
    moved += sum(recall_orphans(author_id=author_id) for author_id in _left_alone())
    return moved + sum(deliver_waiting(author_id=author_id) for author_id in _claimed_meanwhile())


def _first(rows: QuerySet[Invitation]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _due_back(moment: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(status=InvitationStatus.HELD, held_until__lte=moment.date())


def _come_back(pk: int, moment: datetime) -> int:
    with transaction.atomic():
        locked = lock_invitation(pk)
        if locked.status != InvitationStatus.HELD or locked.held_until is None or locked.held_until > moment.date():
            return 0
        move(locked, InvitationStatus.SENT, Part.SYSTEM, expires_at=moment + ANSWER_WITHIN)
        notices.came_back(locked)
    return 1


def _end(pk: int, moment: datetime) -> int:
    with transaction.atomic():
        locked = lock_invitation(pk)
        if locked.status not in UNANSWERED or locked.expires_at is None or locked.expires_at > moment:
            return 0
        if locked.status == InvitationStatus.INTRODUCING:
            number = _end_introduction(locked, moment)
            move(locked, InvitationStatus.DRAFT, Part.SYSTEM)
            notices.not_introduced(locked, number)
        else:
            move(locked, InvitationStatus.EXPIRED, Part.SYSTEM)
            notices.forget([locked.pk])
            notices.ended(locked)
    return 1


def _end_introduction(locked: Invitation, moment: datetime) -> int:
    under_way = Introduction.objects.filter(invitation=locked, status__in=UNDER_WAY)
    number = under_way.values_list("pk", flat=True).first() or 0
    under_way.update(status=IntroductionStatus.EXPIRED, ended_at=moment)
    return number


def _left_alone() -> list[int]:
    """Pages at which something lay before an account that is gone without having given the page up."""
    rows = Invitation.objects.filter(status__in=DELIVERED, recipient__isnull=True).order_by("author_id")
    return list(rows.values_list("author_id", flat=True).distinct()[:AT_ONCE])


def _claimed_meanwhile() -> list[int]:
    """Pages with an owner who takes invitations, at which something still waits."""
    refuses = CollaborationChoice.objects.filter(user=OuterRef("profile__user"), takes_invitations=False)
    held = Claim.objects.filter(author=OuterRef("author"), status__in=HOLDING).exclude(Exists(refuses))
    rows = Invitation.objects.filter(Q(status=InvitationStatus.WAITING), Exists(held)).order_by("author_id")
    return list(rows.values_list("author_id", flat=True).distinct()[:AT_ONCE])
