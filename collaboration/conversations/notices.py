"""What people are told of conversations: that there is something new, one line for each conversation."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collaboration.models import Cadence
from collaboration.models.conversations import Conversation, Member, Message
from collaboration.notifications.kinds import NotificationKind, Payload, notification_kinds
from collaboration.notifications.sending import mark_read, notify
from config.lib.public_ids import decode_public_id
from profiles.models import User

MESSAGE = "message"


def register_kinds() -> None:
    """One kind. Somebody waits for an answer, so it comes by mail to people who chose nothing, once a day."""
    notification_kinds.register(
        NotificationKind(
            MESSAGE, gettext_lazy("Messages in your conversations"), line=_line, address=_address, cadence=Cadence.DAILY, order=40
        )
    )


def written(message: Message, conversation: Conversation, sender: User, recipient: User) -> None:
    """Tell a member of a new message."""
    profile = getattr(sender, "profile", None)
    payload = {"conversation": conversation.public_id, "topic": conversation.topic, "sender": str(profile or _("Somebody"))}
    notify(
        recipient=recipient,
        kind=MESSAGE,
        subject_key=f"message:{message.pk}",
        group_key=f"conversation:{conversation.pk}",
        payload=payload,
        actor=sender,
    )


def seen(member: Member) -> None:
    """What a member has before them is not announced any more. One statement."""
    mark_read(recipient=member.user, kind=MESSAGE, group_key=f"conversation:{member.conversation_id}")


def _line(payload: Payload, count: int) -> str:
    if count > 1:
        return ngettext("%(count)s new message about %(topic)s", "%(count)s new messages about %(topic)s", count) % {
            **payload,
            "count": count,
        }
    return _("%(sender)s wrote to you about %(topic)s") % payload


def _address(payload: Payload) -> str:
    return reverse("collaboration:conversation", args=[decode_public_id(payload["conversation"])]) + "#latest"
