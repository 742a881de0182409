"""Mails on their way out. A row is written with what caused it; a worker sends it and erases its text."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailStatus(models.TextChoices):
    """How far a mail has come."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    UNWANTED = "unwanted", _("Not wanted by its reader")


class OutgoingMail(models.Model):
    """One mail to one address, rendered. ``key`` names what it is about: a second mail of the same key is not written.

    The text is erased when the mail is sent or given up, since codes and links stand in it; the address some weeks later.
    """

    key = models.CharField(_("key"), max_length=120, null=True, blank=True, unique=True)  # NULL is no key, and repeats
    kind = models.CharField(_("kind"), max_length=60)
    to = models.EmailField(_("to"), max_length=254, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="mails", verbose_name=_("account")
    )
    is_essential = models.BooleanField(_("sent whatever the reader turned off"), default=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=MailStatus, default=MailStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("not before"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(status="waiting") | ~Q(to="") & ~Q(text=""), name="outgoingmail_can_be_sent"),
            models.CheckConstraint(condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent"), name="outgoingmail_sent_when"),
            models.CheckConstraint(condition=Q(status="waiting") | Q(text="", html=""), name="outgoingmail_text_erased"),
            models.CheckConstraint(condition=Q(is_essential=True) | Q(user__isnull=False), name="outgoingmail_reader_can_refuse"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="waiting"), name="outgoingmail_due"),
            models.Index(fields=["created_at"], name="outgoingmail_age"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.kind}"
