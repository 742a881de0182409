"""The texts that claimant, owner and moderators write to each other about a claim. Rows of their own, so that they can be erased."""

from __future__ import annotations

import re
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, ClaimMessage, User
from profiles.models.choices import HOLDING, OPEN, MessageKind, Role

LONGEST: Final = 5000
MOST_ANSWERS: Final = 20  # from one claimant on one claim
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")


def tidy(text: str) -> str:
    """A text of several lines without control characters. Safe to hand to PostgreSQL."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def write_message(*, claim: Claim, sender: User | None, kind: MessageKind, role: Role, text: str) -> ClaimMessage:
    """A text, kept with the claim. Raises ``NotAllowedError`` for an empty one and for one beyond 5,000 characters. One statement."""
    body = tidy(text)
    if not body:
        raise NotAllowedError(_("Write something first."))
    if len(body) > LONGEST:
        raise NotAllowedError(_("A text may have 5,000 characters; this one has %(count)s.") % {"count": len(body)})
    return ClaimMessage.objects.create(claim=claim, kind=kind, role=role, sender=sender, body=body)


def answer_moderator(*, claim: Claim, user: User, text: str) -> ClaimMessage:
    """The claimant's answer to a question, or something more to say, while the claim is not decided.

    Raises ``NotAllowedError`` for somebody else, ``WrongStateError`` once it is decided, ``LimitReachedError`` after twenty.
    """
    with transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("profile").get(pk=claim.pk)
        if locked.profile.user_id != user.pk:
            raise NotAllowedError(_("This is somebody else's claim."))
        if locked.status not in {*OPEN, *HOLDING}:
            raise WrongStateError(_("This claim has been decided or has ended. If you disagree with the decision, appeal against it."))
        if ClaimMessage.objects.filter(claim=locked, sender=user, kind=MessageKind.ANSWER).count() >= MOST_ANSWERS:
            raise LimitReachedError(_("You have written %(count)s times about this claim, which is the most.") % {"count": MOST_ANSWERS})
        role = Role.OWNER if locked.status in HOLDING else Role.CLAIMANT
        return write_message(claim=locked, sender=user, kind=MessageKind.ANSWER, role=role, text=text)
