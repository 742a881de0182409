"""A conversation as one of its members sees it, and rows of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collaboration.models.conversations import Conversation, Member, Message
from collaboration.querysets.people import Known, known, nobody
from papers.pages.parts import Link
from profiles.models import User

LATEST: Final = 50  # messages that a page shows


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message. ``is_new``: it came after what its reader had before them last time."""

    key: int
    number: int
    name: str
    is_mine: bool
    is_new: bool
    is_erased: bool
    body: SafeString
    links: Sequence[Link]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else in a conversation."""

    person: Known
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation in the list."""

    url: str
    topic: str
    people: Sequence[Known]
    unread: int
    latest_at: datetime
    is_muted: bool
    is_over: bool


def shown_messages(
    mine: Member, user: User, *, after: int | None = None, before: int | None = None, limit: int = LATEST
) -> list[ShownMessage]:
    """Messages in order: those after one, or the last before one, or the last of all. Three queries, two where there is none."""
    rows = Message.objects.filter(conversation=mine.conversation).prefetch_related("links")
    if after is not None:
        found = list(rows.filter(number__gt=after).order_by("number")[:limit])
    else:
        last = rows.filter(number__lt=before) if before is not None else rows
        found = list(reversed(last.order_by("-number")[:limit]))
    people = known({row.sender_id for row in found})
    return [_shown(row, user, people.get(row.sender_id or 0, nobody()), mine.read_to) for row in found]


def shown_others(mine: Member) -> list[Other]:
    """Everybody else in the conversation. Two queries."""
    rows = list(Member.objects.filter(conversation=mine.conversation_id).exclude(pk=mine.pk).order_by("pk"))
    people = known([row.user_id for row in rows])
    return [Other(people.get(row.user_id, nobody()), row.left_at) for row in rows]


def conversation_rows(mine: Sequence[Member], user: User) -> list[ConversationRow]:
    """Rows of the list. Two queries."""
    members = list(Member.objects.filter(conversation__in=[row.conversation_id for row in mine]).exclude(user=user).order_by("pk"))
    people = known([row.user_id for row in members])
    return [_row(row, [other for other in members if other.conversation_id == row.conversation_id], people) for row in mine]


def _row(mine: Member, others: Sequence[Member], people: Mapping[int, Known]) -> ConversationRow:
    conversation: Conversation = mine.conversation
    return ConversationRow(
        url=conversation.get_absolute_url(),
        topic=conversation.topic,
        people=[people.get(other.user_id, nobody()) for other in others],
        unread=max(0, conversation.messages_count - mine.read_to),
        latest_at=conversation.last_message_at,
        is_muted=mine.is_muted,
        is_over=all(other.left_at is not None for other in others),
    )


def _shown(row: Message, user: User, sender: Known, read_to: int) -> ShownMessage:
    mine = row.sender_id == user.pk
    return ShownMessage(
        key=row.pk,
        number=row.number,
        name=_("You") if mine else sender.name,
        is_mine=mine,
        is_new=not mine and row.number > read_to,
        is_erased=row.erased_at is not None,
        body=SafeString(row.body_html),
        links=[Link(link.label, link.url) for link in row.links.all()],
        written_at=row.written_at,
    )
