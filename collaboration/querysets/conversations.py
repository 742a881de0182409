"""Reads over conversations."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from collaboration.models import Block
from collaboration.models.conversations import Member
from profiles.models import User


def memberships_of(user: User) -> QuerySet[Member]:
    """Somebody's part in the conversations that they have not left, latest first. Conversations with people
    who are blocked are left out. One query when iterated, with each conversation.
    """
    rows = Member.objects.filter(user=user, left_at__isnull=True).select_related("conversation")
    blocked = Block.objects.filter(
        Q(blocker=user.pk, blocked=OuterRef("user")) | Q(blocked=user.pk, blocker=OuterRef("user")),
    )
    hidden = Member.objects.filter(Exists(blocked), conversation=OuterRef("conversation")).exclude(user=user)
    return rows.exclude(Exists(hidden)).order_by("-conversation__last_message_at", "-conversation_id")


def membership(conversation_id: int, user: User) -> Member | None:
    """Somebody's part in one conversation, or None where they have none, left, or are blocked from whom they talked with. One query."""
    return memberships_of(user).filter(conversation=conversation_id).select_related("conversation__invitation__author").first()


def unread_conversations(user: User) -> int:
    """How many conversations have messages that somebody has not had before them. One query."""
    return memberships_of(user).filter(conversation__messages_count__gt=F("read_to")).count()
