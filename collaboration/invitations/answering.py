"""What becomes of an invitation that was sent: accepted, declined, put off, withdrawn, brought to mind once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collaboration.conversations.opening import open_conversation
from collaboration.introductions.ending import take_back_introductions
from collaboration.invitations import notices
from collaboration.invitations.steps import ANSWER_WITHIN, lock_invitation, move
from collaboration.models.conversations import Conversation
from collaboration.models.invitations import DELIVERED, UNANSWERED, DeclineReason, Invitation, InvitationStatus, Part
from collaboration.safety.blocks import is_blocked_between
from papers.refresh import mark_dirty
from profiles.claims.messages import tidy
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, User
from profiles.models.choices import HOLDING

LONGEST_NOTE: Final = 1000
LONGEST_WAIT: Final = timedelta(days=180)
REMIND_AFTER: Final = timedelta(days=7)


def accept_invitation(*, invitation: Invitation, user: User, note: str = "") -> Conversation:
    """The conversation that an accepted invitation opens. Raises ``NotAllowedError``, ``WrongStateError`` for one that no longer waits."""
    with transaction.atomic():
        locked = _before(invitation, user)
        now = timezone.now()
        move(locked, InvitationStatus.ACCEPTED, Part.RECIPIENT, answered_at=now, answer_note=_note(note))
        conversation = open_conversation(invitation=locked)
        notices.seen(locked, user)
        notices.accepted(locked, conversation)
        pages = Claim.objects.filter(profile__user__in=[locked.sender_id, user.pk], status__in=HOLDING).values_list("author_id", flat=True)
        mark_dirty(kind="support", ids=pages, reason="collaboration")
    return conversation


def decline_invitation(*, invitation: Invitation, user: User, reason: str, note: str = "") -> Invitation:
    """The invitation, declined with one of the kind reasons. Raises ``NotAllowedError`` (also without a reason), ``WrongStateError``."""
    if reason not in DeclineReason.values:
        raise NotAllowedError(_("Choose one of the reasons: the sender reads exactly that."))
    with transaction.atomic():
        locked = _before(invitation, user)
        values = {"decline_reason": reason, "answer_note": _note(note), "answered_at": timezone.now()}
        move(locked, InvitationStatus.DECLINED, Part.RECIPIENT, **values)
        notices.seen(locked, user)
        notices.declined(locked)
    return locked


def ask_to_wait(*, invitation: Invitation, user: User, until: date) -> Invitation:
    """The invitation, put off to a day within half a year; it frees the sender's place, and comes back on that day.

    Raises ``NotAllowedError``, ``WrongStateError``.
    """
    now = timezone.now()
    if not now.date() < until <= (now + LONGEST_WAIT).date():
        raise NotAllowedError(_("Choose a day within the next half year."))
    with transaction.atomic():
        locked = _before(invitation, user)
        if locked.status == InvitationStatus.HELD:
            raise WrongStateError(_("You have asked them to wait already. Accept or decline when you are ready."))
        move(locked, InvitationStatus.HELD, Part.RECIPIENT, held_until=until, expires_at=_day(until) + ANSWER_WITHIN)
        notices.seen(locked, user)
        notices.held(locked)
    return locked


def withdraw_invitation(*, invitation: Invitation, user: User) -> Invitation:
    """The invitation, taken back by its sender: withdrawn, or a draft again where it only lay with somebody in between.

    Raises ``NotAllowedError``, ``WrongStateError`` for one that has an answer or has ended.
    """
    with transaction.atomic():
        locked = _own(invitation, user)
        if locked.status not in UNANSWERED:
            raise WrongStateError(_("This invitation has an answer or has ended, so there is nothing left to withdraw."))
        if locked.status == InvitationStatus.INTRODUCING:
            take_back_introductions(locked)
            move(locked, InvitationStatus.DRAFT, Part.SENDER)
        else:
            move(locked, InvitationStatus.WITHDRAWN, Part.SENDER)
            notices.withdrawn(locked)
    return locked


def remind(*, invitation: Invitation, user: User) -> Invitation:
    """Bring an invitation to its recipient's mind, once, a week after it was delivered. Raises ``NotAllowedError``, ``WrongStateError``,
    ``LimitReachedError`` for a second time and before the week is over.
    """
    with transaction.atomic():
        locked = _own(invitation, user)
        if locked.status not in {InvitationStatus.SENT, InvitationStatus.CLOSED} or locked.delivered_at is None:
            raise WrongStateError(_("There is nobody to remind now."))
        if locked.reminded_at is not None:
            raise LimitReachedError(_("You have reminded them once, and once is the most."))
        if (since := may_remind_from(locked)) > timezone.now():
            raise LimitReachedError(
                _("Give them time: you can remind them from %(date)s on.") % {"date": date_format(since, "j F Y")}, until=since
            )
        locked.reminded_at = timezone.now()
        locked.save(update_fields=["reminded_at", "updated_at"])
        if locked.status == InvitationStatus.SENT:  # a closed one looks the same to its sender, and nobody else hears of it
            notices.reminded(locked)
    return locked


def may_remind_from(invitation: Invitation) -> datetime:
    """From when on the one reminder is possible."""
    return (invitation.delivered_at or invitation.created_at) + REMIND_AFTER


def _before(invitation: Invitation, user: User) -> Invitation:
    """An invitation that lies before this account, locked."""
    locked = lock_invitation(invitation.pk)
    if locked.recipient_id != user.pk or is_blocked_between(locked.sender, user):
        raise NotAllowedError(_("This invitation is not before you."))
    if locked.status not in DELIVERED:
        raise WrongStateError(_("This invitation no longer waits for an answer."))
    return locked


def _own(invitation: Invitation, user: User) -> Invitation:
    locked = lock_invitation(invitation.pk)
    if locked.sender_id != user.pk:
        raise NotAllowedError(_("This is somebody else's invitation."))
    return locked


def _note(text: str) -> str:
    return tidy(text)[:LONGEST_NOTE]


def _day(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_current_timezone())
