"""Writing in a conversation, reading it, and what else somebody does with their part in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.conversations import notices
from collaboration.models import Measure, MeasureKind
from collaboration.models.conversations import Conversation, Member, Message, MessageLink
from collaboration.querysets.conversations import membership
from config.lib.markdown import is_web_address, render_markdown
from config.lib.query_params import clean_text
from profiles.claims.messages import tidy
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import User

LONGEST: Final = 20_000
MOST_LINKS: Final = 5
LONGEST_LABEL: Final = 60
LONGEST_URL: Final = 500
MOST_AN_HOUR: Final = 120

Link = tuple[str, str]
"""What a link leads to in words, and its address."""


def write_message(*, conversation: Conversation, user: User, text: str, token: uuid.UUID, links: Sequence[Link] = ()) -> Message:
    """The message, with the next number of its conversation; the same ``token`` gives the same message. At most twelve statements.

    Raises ``NotAllowedError`` for whoever has no part in it, for an empty message and for one that is too long, ``WrongStateError`` where the
    other has left, ``LimitReachedError`` beyond 120 messages an hour. The conversation is locked, so numbers have no gaps.
    """
    body = tidy(text)
    kept = _links(links)
    if not body and not kept:
        raise NotAllowedError(_("Write something first."))
    if len(body) > LONGEST:
        raise NotAllowedError(_("A message may have 20,000 characters; this one has %(count)s.") % {"count": len(body)})
    with transaction.atomic():
        locked = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        mine = membership(locked.pk, user)
        if mine is None:
            raise NotAllowedError(_("You have no part in this conversation."))
        known = Message.objects.filter(conversation=locked, token=token).first()
        if known is not None:
            return known
        others = list(Member.objects.filter(conversation=locked).exclude(user=user).select_related("user"))
        _ensure_may_write(locked, user, others)
        message = _keep(locked, user, body, token, kept)
        Member.objects.filter(pk=mine.pk).update(read_to=Greatest("read_to", message.number))
        for other in others:
            if not other.is_muted:
                notices.written(message, locked, user, other.user)
    return message


def mark_read(*, member: Member, number: int) -> bool:
    """Note that somebody has had the messages up to ``number`` before them; whether that is news. Never goes back, however many
    devices say so at once. One statement, and one more where it is news.
    """
    moved = Member.objects.filter(pk=member.pk, read_to__lt=number, conversation__messages_count__gte=number).update(
        read_to=Greatest(F("read_to"), number)
    )
    if moved:
        notices.seen(member)
    return bool(moved)


def set_muted(*, member: Member, muted: bool) -> None:
    """Whether new messages are announced to this member. One statement."""
    Member.objects.filter(pk=member.pk).update(is_muted=muted)


def leave(*, member: Member) -> None:
    """Leave a conversation for good: it is gone from one's pages, and the other reads that nobody is there any more. Two statements."""
    Member.objects.filter(pk=member.pk, left_at__isnull=True).update(left_at=timezone.now())
    notices.seen(member)


def _keep(conversation: Conversation, user: User, body: str, token: uuid.UUID, links: Sequence[Link]) -> Message:
    number, now = conversation.messages_count + 1, timezone.now()
    message = Message.objects.create(
        conversation=conversation,
        number=number,
        sender=user,
        body=body,
        body_html=str(render_markdown(body, is_letter=True)),
        token=token,
        written_at=now,
    )
    MessageLink.objects.bulk_create(
        [MessageLink(message=message, place=place, label=label, url=url) for place, (label, url) in enumerate(links)]
    )
    Conversation.objects.filter(pk=conversation.pk).update(messages_count=number, last_message_at=now)
    return message


def _ensure_may_write(conversation: Conversation, user: User, others: Sequence[Member]) -> None:
    if all(other.left_at is not None for other in others):
        raise WrongStateError(_("Nobody else is in this conversation any more, so nobody would read it."))
    now = timezone.now()
    kept_from_it = Measure.objects.filter(
        person=user, kind__in=[MeasureKind.NO_CONTACT, MeasureKind.SUSPENDED], lifted_at__isnull=True
    ).exclude(ends_at__lte=now)
    if kept_from_it.exists():
        raise NotAllowedError(
            _("The moderators have taken from your account the right to write to others. You were told why, and can appeal.")
        )
    lately = Message.objects.filter(conversation=conversation, sender=user, written_at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_AN_HOUR:
        raise LimitReachedError(_("You wrote %(count)s messages within an hour. Take a breath, and go on later.") % {"count": MOST_AN_HOUR})


def _links(links: Sequence[Link]) -> list[Link]:
    """The links as they are kept. Raises ``NotAllowedError`` for what leads nowhere on the web and for too many."""
    kept = [(clean_text(label, LONGEST_LABEL) or clean_text(url, LONGEST_LABEL), url.strip()) for label, url in links if url.strip()]
    if len(kept) > MOST_LINKS:
        raise NotAllowedError(_("A message takes %(most)s links.") % {"most": MOST_LINKS})
    for _label, url in kept:
        if not is_web_address(url) or len(url) > LONGEST_URL or any(sign.isspace() or not sign.isprintable() for sign in url):
            raise NotAllowedError(_("An address begins with https:// or http:// and has no spaces."))
    return kept
