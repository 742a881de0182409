"""Telling somebody something: written beside what caused it, once for each subject, and never from people who are blocked or muted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from collaboration.models import Mute, Notification
from collaboration.notifications.kinds import notification_kinds
from collaboration.safety.blocks import is_blocked_between
from profiles.models import User
from profiles.models.choices import HOLDING

_INSERT: Final = """
    INSERT INTO collaboration_notification (recipient_id, actor_id, kind, subject_key, group_key, payload, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (recipient_id, kind, subject_key) DO NOTHING
"""
KEEP_READ: Final = timedelta(days=180)
KEEP_ANY: Final = timedelta(days=365)


def notify(
    *,
    recipient: User,
    kind: str,
    subject_key: str,
    group_key: str = "",
    payload: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> bool:
    """Tell ``recipient`` of ``subject_key`` ("invitation:12"): whether it was written. Call it in the transaction of what happened.

    The same subject of a kind is told once, whether it was read or not. What shares a ``group_key`` ("conversation:3") is read as one line.
    Nothing is written to somebody about what they did themselves, nor about an ``actor`` whom they muted or where a block stands between
    the two. One statement, and two more with an actor. Raises ``ValueError`` for a kind that nobody registered.
    """
    if kind not in notification_kinds:
        raise ValueError(f"nobody registered the notification kind {kind!r}")
    if actor is not None and (actor.pk == recipient.pk or _is_unwanted(recipient, actor)):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                recipient.pk,
                actor.pk if actor is not None else None,
                kind,
                subject_key,
                group_key or subject_key,
                json.dumps(dict(payload or {}), cls=DjangoJSONEncoder),
                timezone.now(),
            ],
        )
        written: int = cursor.rowcount
    return written == 1


def mark_read(*, recipient: User, kind: str = "", group_key: str = "", through: int | None = None) -> int:
    """Mark what is unread as read: all of it, or one kind, one group, those up to number ``through``. How many became read; one statement.

    Whoever shows the item itself calls this with its group, so that what was seen there is not announced any more.
    """
    unread = Notification.objects.filter(recipient=recipient, read_at__isnull=True)
    if kind:
        unread = unread.filter(kind=kind)
    if group_key:
        unread = unread.filter(group_key=group_key)
    if through is not None:
        unread = unread.filter(pk__lte=through)
    return unread.update(read_at=timezone.now())


def withdraw(*, kind: str, subject_key: str) -> None:
    """Take a notification back that is about nothing any more (an invitation was withdrawn). One statement."""
    Notification.objects.filter(kind=kind, subject_key=subject_key).delete()


def seen_by(user: User) -> QuerySet[Notification]:
    """What ``user`` may still see: without what blocked people did, whenever the block came. Costs no query of its own."""
    return Notification.objects.filter(recipient=user).exclude(Q(actor__blocks__blocked=user) | Q(actor__blocked_by__blocker=user))


def forget_old(*, at: datetime | None = None) -> None:
    """Delete what was read half a year ago or told a year ago. Two statements."""
    now = at or timezone.now()
    Notification.objects.filter(read_at__lt=now - KEEP_READ).delete()
    Notification.objects.filter(created_at__lt=now - KEEP_ANY).delete()


def _is_unwanted(recipient: User, actor: User) -> bool:
    if is_blocked_between(recipient, actor):
        return True
    by_page = Q(author__claims__profile__user=actor, author__claims__status__in=HOLDING)
    return Mute.objects.filter(Q(person=actor) | by_page, muter=recipient).exists()


def on_block(blocker: User, blocked: User) -> None:
    """Reaction to a block: what one of them did is news to the other no longer, and the header counts it no more. One statement."""
    between = Q(recipient=blocker, actor=blocked) | Q(recipient=blocked, actor=blocker)
    Notification.objects.filter(between, read_at__isnull=True).update(read_at=timezone.now())
