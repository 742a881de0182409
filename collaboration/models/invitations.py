"""Invitations to work together, as charters: what about, what kind of work, what is asked, by when. And who may have how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author, Work
from profiles.models.choices import Level, WorkKind


class InvitationStatus(models.TextChoices):
    """Where an invitation stands."""

    DRAFT = "draft", _("Draft")
    INTRODUCING = "introducing", _("With somebody who may introduce you")
    WAITING = "waiting", _("Waiting until somebody claims the page")
    SENT = "sent", _("Waiting for an answer")
    HELD = "held", _("Asked to wait")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Ended without an answer")
    CLOSED = "closed", _("Closed by a block")


OPEN: Final = (InvitationStatus.INTRODUCING, InvitationStatus.WAITING, InvitationStatus.SENT, InvitationStatus.CLOSED)
"""States that take one of the sender's places. A closed one is among them so that a block cannot be told from silence."""
DELIVERED: Final = (InvitationStatus.SENT, InvitationStatus.HELD)
"""States in which it lies before the owner of the page."""
UNANSWERED: Final = (*OPEN, InvitationStatus.HELD)
"""States in which there may be no second invitation of the same sender to the same page."""
ENDED: Final = (InvitationStatus.ACCEPTED, InvitationStatus.DECLINED, InvitationStatus.WITHDRAWN, InvitationStatus.EXPIRED)

TRANSITIONS: Final[Mapping[InvitationStatus, tuple[InvitationStatus, ...]]] = {
    InvitationStatus.DRAFT: (
        InvitationStatus.INTRODUCING,
        InvitationStatus.WAITING,
        InvitationStatus.SENT,
        InvitationStatus.WITHDRAWN,  # thrown away after somebody was asked for an introduction
    ),
    InvitationStatus.INTRODUCING: (
        InvitationStatus.DRAFT,  # no introduction came of it
        InvitationStatus.WAITING,
        InvitationStatus.SENT,
        InvitationStatus.CLOSED,
    ),
    InvitationStatus.WAITING: (
        InvitationStatus.SENT,  # the page was claimed
        InvitationStatus.WITHDRAWN,
        InvitationStatus.EXPIRED,
        InvitationStatus.CLOSED,
    ),
    InvitationStatus.SENT: (
        InvitationStatus.HELD,
        InvitationStatus.ACCEPTED,
        InvitationStatus.DECLINED,
        InvitationStatus.WITHDRAWN,
        InvitationStatus.EXPIRED,
        InvitationStatus.CLOSED,
        InvitationStatus.WAITING,  # the page lost its owner
    ),
    InvitationStatus.HELD: (
        InvitationStatus.SENT,  # the time that was asked for is over
        InvitationStatus.ACCEPTED,
        InvitationStatus.DECLINED,
        InvitationStatus.WITHDRAWN,
        InvitationStatus.EXPIRED,
        InvitationStatus.CLOSED,
        InvitationStatus.WAITING,
    ),
    InvitationStatus.CLOSED: (InvitationStatus.WITHDRAWN, InvitationStatus.EXPIRED),
    InvitationStatus.ACCEPTED: (),
    InvitationStatus.DECLINED: (),
    InvitationStatus.WITHDRAWN: (),
    InvitationStatus.EXPIRED: (),
}
"""The only changes of state there are. A trigger in the database holds them too."""


class DeclineReason(models.TextChoices):
    """Why somebody declines, in words that hurt nobody. The sender reads exactly these."""

    NO_TIME = "no-time", _("It interests me, but I have no time for it now.")
    COMMITTED = "committed", _("I am committed to something close to this already.")
    OTHER_TOPIC = "other-topic", _("I no longer work on this, or not at present.")
    NOT_THE_ONE = "not-the-one", _("Somebody else would be a better partner for this than I am.")
    NOTHING_NEW = "nothing-new", _("I am not taking on anything new at present.")
    RATHER_NOT = "rather-not", _("I would rather not. Please do not take it as a judgement of your work.")


class Part(models.TextChoices):
    """In which part somebody changed an invitation."""

    SENDER = "sender", _("Sender")
    RECIPIENT = "recipient", _("Recipient")
    INTRODUCER = "introducer", _("Somebody in between")
    SYSTEM = "system", _("Collegium")


class Invitation(models.Model):
    """One invitation to the person behind an author page. ``recipient`` is that person's account once the page has an owner.

    ``sent_at`` is when it left its sender's hands, which counts towards the week; ``delivered_at`` when it lay before an owner;
    ``expires_at`` when it ends without an answer, ``held_until`` the day to which the recipient asked to wait.
    """

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations_sent", verbose_name=_("sender"), db_index=False
    )
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("author page"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations_received",
        verbose_name=_("recipient"),
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=12, choices=InvitationStatus, default=InvitationStatus.DRAFT)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    kind = models.CharField(_("kind of work"), max_length=12, choices=WorkKind, blank=True)
    ask = models.TextField(_("what is asked"), max_length=4000, blank=True)
    ask_html = models.TextField(_("what is asked, rendered"), blank=True, editable=False)
    by_when = models.DateField(_("by when"), null=True, blank=True)
    works = models.ManyToManyField(Work, related_name="+", verbose_name=_("works referred to"), blank=True)
    decline_reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason, blank=True)
    answer_note = models.TextField(_("words with the answer"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    held_until = models.DateField(_("to wait until"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "author"], condition=Q(status=InvitationStatus.DRAFT), name="invitation_one_draft"),
            models.UniqueConstraint(fields=["sender", "author"], condition=Q(status__in=UNANSWERED), name="invitation_one_unanswered"),
            models.CheckConstraint(condition=Q(status__in=InvitationStatus.values), name="invitation_known_status"),
            models.CheckConstraint(
                condition=Q(status__in=[InvitationStatus.DRAFT, InvitationStatus.WITHDRAWN])
                | (~Q(topic="") & ~Q(ask="") & ~Q(kind="") & Q(sent_at__isnull=False)),
                name="invitation_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DELIVERED) | Q(delivered_at__isnull=False), name="invitation_delivered_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InvitationStatus.DRAFT, InvitationStatus.INTRODUCING, InvitationStatus.WAITING])
                | Q(recipient__isnull=True),
                name="invitation_undelivered_to_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InvitationStatus.ACCEPTED, InvitationStatus.DECLINED]) | Q(answered_at__isnull=False),
                name="invitation_answered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=InvitationStatus.DECLINED) | ~Q(decline_reason=""), name="invitation_declined_has_reason"
            ),
            models.CheckConstraint(condition=~Q(status=InvitationStatus.HELD) | Q(held_until__isnull=False), name="invitation_held_until"),
            models.CheckConstraint(condition=~Q(status__in=UNANSWERED) | Q(expires_at__isnull=False), name="invitation_ends_some_day"),
            models.CheckConstraint(condition=Q(recipient__isnull=True) | ~Q(sender=F("recipient")), name="invitation_not_to_oneself"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sender", "-updated_at"], name="invitation_by_sender"),
            models.Index(fields=["recipient", "-delivered_at"], condition=Q(recipient__isnull=False), name="invitation_by_recipient"),
            models.Index(fields=["author"], condition=Q(status=InvitationStatus.WAITING), name="invitation_waiting"),
            models.Index(fields=["expires_at"], condition=Q(status__in=UNANSWERED), name="invitation_ending"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="known_transitions",
                field="status",
                transitions=[(str(before), str(after)) for before, following in TRANSITIONS.items() for after in following],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("collaboration:invitation", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class InvitationEvent(models.Model):
    """One step of an invitation: when it came to which state, and in which part whoever moved it acted. It only ever grows."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="events", verbose_name=_("invitation"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    status = models.CharField(_("came to"), max_length=12, choices=InvitationStatus)
    part = models.CharField(_("by"), max_length=12, choices=Part)

    class Meta:
        verbose_name = _("step of an invitation")
        verbose_name_plural = _("steps of invitations")
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.invitation_id}: {self.status}"


class InvitationLimit(models.Model):
    """How many invitations somebody at a verification level may have. The operator changes these rows; where one is missing, ours holds.

    After ``declines`` refusals in a row both numbers are halved, rounded down, for ``halved_days``.
    """

    level = models.PositiveSmallIntegerField(_("verification level"), choices=Level, primary_key=True)
    open_at_once = models.PositiveSmallIntegerField(_("open at once"))
    new_a_week = models.PositiveSmallIntegerField(_("new in seven days"), default=10)
    declines = models.PositiveSmallIntegerField(_("declines in a row that halve it"), default=3)
    halved_days = models.PositiveSmallIntegerField(_("days for which it is halved"), default=30)

    class Meta:
        verbose_name = _("limit of invitations")
        verbose_name_plural = _("limits of invitations")
        ordering: ClassVar = ["level"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="invitationlimit_known_level"),
            models.CheckConstraint(condition=Q(declines__gte=1), name="invitationlimit_declines_given"),
        ]

    def __str__(self) -> str:
        return f"L{self.level}: {self.open_at_once}"


class CollaborationChoice(models.Model):
    """What somebody lets others ask of them. Without a row: invitations may come, introductions may not be asked for."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="collaboration_choice",
        verbose_name=_("account"),
    )
    takes_invitations = models.BooleanField(_("takes invitations"), default=True)
    introduces = models.BooleanField(_("may be asked for introductions"), default=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("what may be asked of somebody")
        verbose_name_plural = _("what may be asked of people")

    def __str__(self) -> str:
        return f"#{self.user_id}"
