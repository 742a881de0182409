"""What people are told of invitations, on the site and by as much mail as they want. People without an account are never told anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collaboration.models import Cadence, Notification
from collaboration.models.conversations import Conversation
from collaboration.models.invitations import Invitation
from collaboration.notifications.kinds import NotificationKind, Payload, notification_kinds
from collaboration.notifications.sending import mark_read, notify
from config.lib.public_ids import decode_public_id
from profiles.models import User

RECEIVED, ANSWERED, ENDED = "invitation", "invitation-answer", "invitation-ended"


def register_kinds() -> None:
    """The three kinds of news about invitations. Only what waits for an answer comes by mail to people who chose nothing."""
    notification_kinds.register(
        NotificationKind(
            RECEIVED, gettext_lazy("Invitations to work together"), line=_received_line, address=_address, cadence=Cadence.DAILY, order=10
        )
    )
    notification_kinds.register(
        NotificationKind(
            ANSWERED, gettext_lazy("Answers to your invitations"), line=_answered_line, address=_address, cadence=Cadence.DAILY, order=20
        )
    )
    notification_kinds.register(
        NotificationKind(ENDED, gettext_lazy("Invitations that were delivered or ended"), line=_ended_line, address=_address, order=30)
    )


def name_of(user: User) -> str:
    """What somebody is called here. Asks nothing of an account that came with its profile."""
    profile = getattr(user, "profile", None)
    return str(profile) if profile is not None and profile.display_name else _("Somebody")


def received(invitation: Invitation) -> None:
    """Tell the recipient."""
    _tell(invitation.recipient, RECEIVED, f"invitation:{invitation.pk}", _payload(invitation), actor=invitation.sender)


def delivered(invitations: Sequence[Invitation], owner: User) -> None:
    """Tell a new owner of what waited for them, in one line, and each sender that it arrived."""
    for invitation in invitations:
        _tell(
            owner,
            RECEIVED,
            f"invitation:{invitation.pk}",
            {**_payload(invitation), "waited": True},
            actor=invitation.sender,
            group=_waited(invitation),
        )
        _tell(invitation.sender, ENDED, f"invitation:{invitation.pk}:delivered", {**_payload(invitation), "step": "delivered"}, actor=owner)


def reminded(invitation: Invitation) -> None:
    """Tell the recipient once more."""
    payload = {**_payload(invitation), "again": True}
    _tell(invitation.recipient, RECEIVED, f"invitation:{invitation.pk}:reminder", payload, actor=invitation.sender)


def came_back(invitation: Invitation) -> None:
    """Tell the recipient that the time they asked for is over."""
    payload = {**_payload(invitation), "back": True}
    _tell(invitation.recipient, RECEIVED, f"invitation:{invitation.pk}:back:{invitation.held_until}", payload, actor=invitation.sender)


def accepted(invitation: Invitation, conversation: Conversation) -> None:
    """Tell the sender, with the way to the conversation."""
    payload = {**_payload(invitation), "step": "accepted", "conversation": conversation.public_id}
    _tell(invitation.sender, ANSWERED, f"invitation:{invitation.pk}:answer", payload, actor=invitation.recipient)


def declined(invitation: Invitation) -> None:
    """Tell the sender."""
    payload = {**_payload(invitation), "step": "declined"}
    _tell(invitation.sender, ANSWERED, f"invitation:{invitation.pk}:answer", payload, actor=invitation.recipient)


def held(invitation: Invitation) -> None:
    """Tell the sender that they are asked to wait."""
    payload = {**_payload(invitation), "step": "held", "until": invitation.held_until}
    _tell(invitation.sender, ANSWERED, f"invitation:{invitation.pk}:held:{invitation.held_until}", payload, actor=invitation.recipient)


def ended(invitation: Invitation) -> None:
    """Tell the sender that no answer came."""
    _tell(invitation.sender, ENDED, f"invitation:{invitation.pk}:ended", {**_payload(invitation), "step": "ended"})


def not_introduced(invitation: Invitation, number: int) -> None:
    """Tell the sender that nobody passed it on, without who did not."""
    _tell(invitation.sender, ENDED, f"introduction:{number}:ended", {**_payload(invitation), "step": "not-introduced"})


def withdrawn(invitation: Invitation) -> None:
    """Take back what the recipient was told."""
    forget([invitation.pk])


def forget(ids: Sequence[int]) -> None:
    """Take back what recipients were told of these invitations: nothing waits for an answer any more. One statement, none for no ids."""
    told = Q(subject_key__in=[f"invitation:{key}" for key in ids])
    for key in ids:
        told |= Q(subject_key__startswith=f"invitation:{key}:")
    if ids:
        Notification.objects.filter(told, kind=RECEIVED).delete()


def _tell(recipient: User | None, kind: str, subject: str, payload: Payload, *, actor: User | None = None, group: str = "") -> None:
    if recipient is not None and recipient.is_active:
        notify(recipient=recipient, kind=kind, subject_key=subject, group_key=group or group_of(payload), payload=payload, actor=actor)


def group_of(payload: Payload) -> str:
    """Under what all news of one invitation is gathered."""
    return f"invitation:{payload['invitation']}"


def seen(invitation: Invitation, user: User) -> None:
    """Who looks at an invitation needs no news of it any more. Two statements at most."""
    mark_read(recipient=user, group_key=group_of({"invitation": invitation.public_id}))
    if invitation.recipient_id == user.pk:
        mark_read(recipient=user, group_key=_waited(invitation))


def _waited(invitation: Invitation) -> str:
    """Under what the invitations are gathered that waited for a new owner."""
    return f"waited:{invitation.author_id}"


def _payload(invitation: Invitation) -> dict[str, Any]:
    return {
        "invitation": invitation.public_id,
        "topic": invitation.topic,
        "sender": name_of(invitation.sender),
        "page": invitation.author.display_name,
    }


def _address(payload: Payload) -> str:
    if conversation := payload.get("conversation"):
        return reverse("collaboration:conversation", args=[decode_public_id(conversation)])
    return reverse("collaboration:invitation", args=[decode_public_id(payload["invitation"])])


def _received_line(payload: Payload, count: int) -> str:
    if count > 1 and payload.get("waited"):
        return ngettext("%(count)s invitation waits for you", "%(count)s invitations wait for you", count) % {"count": count}
    if payload.get("again"):
        said = _("%(sender)s reminds you of their invitation: %(topic)s")
    elif payload.get("back"):
        said = _("The time that you asked for is over: %(sender)s invited you to work on %(topic)s")
    elif payload.get("waited"):
        said = _("%(sender)s had invited you before you claimed your page: %(topic)s")
    else:
        said = _("%(sender)s invites you to work together: %(topic)s")
    return said % payload


def _answered_line(payload: Payload, _count: int) -> str:
    match payload.get("step"):
        case "accepted":
            return _("%(page)s accepted your invitation: %(topic)s") % payload
        case "declined":
            return _("%(page)s declined your invitation, with a reason: %(topic)s") % payload
        case _:
            until = date_format(dt.date.fromisoformat(str(payload["until"])), "j F Y")
            return _("%(page)s asks you to wait until %(until)s: %(topic)s") % {**payload, "until": until}


def _ended_line(payload: Payload, _count: int) -> str:
    match payload.get("step"):
        case "delivered":
            return _("%(page)s has claimed the page, and your invitation has arrived: %(topic)s") % payload
        case "introduced":
            return _("Your invitation to %(page)s was passed on: %(topic)s") % payload
        case "not-introduced":
            return _("No introduction to %(page)s came about. Your invitation is a draft again: %(topic)s") % payload
    return _("Your invitation to %(page)s ended without an answer: %(topic)s") % payload
