"""What of invitations, introductions and conversations belongs to an account: taken along, and erased with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collaboration.models.conversations import Member, Message, MessageLink
from collaboration.models.introductions import Introduction, IntroductionWord
from collaboration.models.invitations import CollaborationChoice, Invitation, InvitationStatus
from config.lib.public_ids import encode_public_id
from config.lib.registries import PersonalPart
from profiles.models import User
from profiles.privacy.parts import CHUNK, of_user

Rows = Iterator[Mapping[str, Any]]
_WRITTEN = ("topic", "kind", "ask", "by_when")
_DATES = ("created_at", "sent_at", "delivered_at", "answered_at", "expires_at", "held_until", "reminded_at")


def parts() -> tuple[PersonalPart, ...]:
    """What the archive of an account holds of this, in order."""
    return (
        PersonalPart(
            "collaboration-choices",
            _("What you let others ask of you"),
            of_user(CollaborationChoice, "user", "takes_invitations", "introduces", "updated_at"),
            order=410,
        ),
        PersonalPart("invitations", _("Invitations that you wrote, and those that you were sent"), invitations, erase_answers, order=420),
        PersonalPart(
            "introductions", _("Introductions that you asked for, and those that you were asked for"), introductions, erase_words, order=430
        ),
        PersonalPart("conversations", _("Your conversations"), conversations, order=440),
        PersonalPart("conversation-messages", _("The messages of your conversations"), messages, erase_messages, order=450),
    )


def invitations(user: User) -> Rows:
    """What somebody sent, drafts too, and what was brought before them. A block is nobody's business: closed ones read as they did before."""
    rows = Invitation.objects.filter(Q(sender=user) | Q(recipient=user) & ~Q(status=InvitationStatus.CLOSED)).select_related("author")
    for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
        closed = row.status == InvitationStatus.CLOSED
        yield {
            "id": row.public_id,
            "by_you": row.sender_id == user.pk,
            "page": encode_public_id(row.author_id),
            "page_name": row.author.display_name,
            "status": InvitationStatus.SENT.value if closed else row.status,
            **{name: getattr(row, name) for name in _WRITTEN},
            "reason": row.decline_reason,
            "words_with_the_answer": row.answer_note,
            **{name: getattr(row, name) for name in _DATES},
        }


def introductions(user: User) -> Rows:
    """Requests that somebody made, and the words with which they passed others' on."""
    for row in Introduction.objects.filter(invitation__sender=user).order_by("pk").iterator(chunk_size=CHUNK):
        yield {"asked_by_you": True, "invitation": encode_public_id(row.invitation_id), "text": row.note, "at": row.asked_at}
    words = IntroductionWord.objects.filter(user=user).select_related("introduction").order_by("pk")
    for word in words.iterator(chunk_size=CHUNK):
        at = word.passed_at
        yield {"asked_by_you": False, "invitation": encode_public_id(word.introduction.invitation_id), "text": word.text, "at": at}


def conversations(user: User) -> Rows:
    """Somebody's part in each conversation, also in those that they left."""
    for row in Member.objects.filter(user=user).select_related("conversation").order_by("pk").iterator(chunk_size=CHUNK):
        yield {
            "id": row.conversation.public_id,
            "topic": row.conversation.topic,
            "joined_at": row.joined_at,
            "left_at": row.left_at,
            "muted": row.is_muted,
            "read_to": row.read_to,
        }


def messages(user: User) -> Rows:
    """Every message of the conversations that somebody is in, those of the others too: they were written to them. After one has left, one's own."""
    present = Member.objects.filter(user=user, left_at__isnull=True).values("conversation")
    rows = Message.objects.filter(Q(conversation__in=present) | Q(sender=user)).prefetch_related("links")
    for row in rows.order_by("conversation", "number").iterator(chunk_size=CHUNK):
        yield {
            "conversation": encode_public_id(row.conversation_id),
            "number": row.number,
            "by_you": row.sender_id == user.pk,
            "text": row.body,
            "links": [{"label": link.label, "url": link.url} for link in row.links.all()],
            "written": row.written_at,
        }


def erase_answers(user: User) -> None:
    """The words with answers that somebody gave; invitations that they wrote go with the account."""
    Invitation.objects.filter(recipient=user).exclude(answer_note="").update(answer_note="")


def erase_words(user: User) -> None:
    """The words with which somebody passed introductions on; their own requests go with their invitations."""
    IntroductionWord.objects.filter(user=user).update(text="")


def erase_messages(user: User) -> None:
    """The text of what somebody wrote; that there was a message stays, so that the other's copy makes sense."""
    own = Message.objects.filter(sender=user, erased_at__isnull=True)
    MessageLink.objects.filter(message__in=own.values("pk")).delete()
    own.update(body="", body_html="", erased_at=timezone.now())
