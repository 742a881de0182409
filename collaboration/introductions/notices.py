"""What people are told of introductions. A request that was declined is told to nobody."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.invitations.notices import ENDED, group_of, name_of
from collaboration.models import Cadence
from collaboration.models.introductions import Introduction
from collaboration.notifications.kinds import NotificationKind, Payload, notification_kinds
from collaboration.notifications.sending import notify, withdraw
from config.lib.public_ids import decode_public_id

ASKED = "introduction"


def register_kinds() -> None:
    """One kind: somebody asks for an introduction."""
    notification_kinds.register(
        NotificationKind(ASKED, gettext_lazy("Requests to introduce people"), line=_line, address=_address, cadence=Cadence.DAILY, order=50)
    )


def asked(introduction: Introduction) -> None:
    """Tell the person who has it now."""
    invitation = introduction.invitation
    if introduction.holder is None:
        return
    payload = {
        "introduction": introduction.public_id,
        "sender": name_of(invitation.sender),
        "page": invitation.author.display_name,
        "topic": invitation.topic,
    }
    notify(
        recipient=introduction.holder,
        kind=ASKED,
        subject_key=f"introduction:{introduction.pk}:{introduction.place}",
        payload=payload,
        actor=invitation.sender,
    )


def settled(introduction: Introduction) -> None:
    """Take back what the person who had it was told: there is nothing to do for them any more. One statement."""
    withdraw(kind=ASKED, subject_key=f"introduction:{introduction.pk}:{introduction.place}")


def passed_on(introduction: Introduction) -> None:
    """Tell whoever asked."""
    invitation = introduction.invitation
    payload = {
        "invitation": invitation.public_id,
        "topic": invitation.topic,
        "page": invitation.author.display_name,
        "step": "introduced",
    }
    notify(
        recipient=invitation.sender,
        kind=ENDED,
        subject_key=f"introduction:{introduction.pk}:passed-on",
        group_key=group_of(payload),
        payload=payload,
    )


def _line(payload: Payload, _count: int) -> str:
    return _("%(sender)s asks you to introduce them to %(page)s: %(topic)s") % payload


def _address(payload: Payload) -> str:
    return reverse("collaboration:introduction", args=[decode_public_id(payload["introduction"])])
