"""What happened that somebody should know, where they have read it, and what of it they want by mail."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """Something happened. ``subject_key`` names what ("invitation:12"): the same thing is told once.

    ``group_key`` gathers what is read as one line ("conversation:3"); it is the subject's key where nothing is gathered.
    ``actor`` is who did it, where a person did: what a blocked or muted person does is told to nobody who blocked or muted them.
    ``payload`` holds plain values for the kind's words. Rows are of ``collaboration.notifications.kinds``.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("account"), db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("who did it")
    )
    kind = models.CharField(_("kind"), max_length=40)
    subject_key = models.CharField(_("about"), max_length=120)
    group_key = models.CharField(_("gathered under"), max_length=120)
    payload = models.JSONField(_("facts"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("told by mail"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "kind", "subject_key"], name="notification_once"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(subject_key="") & ~Q(group_key=""), name="notification_about_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-id"], name="notification_of_account"),
            models.Index(fields=["recipient", "kind", "group_key"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(
                fields=["recipient", "kind"], condition=Q(read_at__isnull=True, mailed_at__isnull=True), name="notification_unmailed"
            ),
            models.Index(fields=["created_at"], name="notification_age"),
            models.Index(
                fields=["subject_key"], opclasses=["varchar_pattern_ops"], name="notification_of_subject"
            ),  # also by how it begins
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind} {self.subject_key}"


class Cadence(models.TextChoices):
    """How often mail may come."""

    OFF = "off", _("No mail")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class MailPreference(models.Model):
    """How often somebody wants one kind of news by mail. Without a row: as the kind says."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences", verbose_name=_("account"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=40)
    cadence = models.CharField(_("how often"), max_length=6, choices=Cadence)

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="mailpreference_once"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="mailpreference_known_cadence"),
            models.CheckConstraint(condition=~Q(kind=""), name="mailpreference_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} {self.cadence}"


class Digest(models.Model):
    """When somebody's last digest of a cadence was written. Its row is what two workers, or two runs, go through one after the other."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests", verbose_name=_("account"), db_index=False
    )
    cadence = models.CharField(_("how often"), max_length=6, choices=Cadence)
    written_at = models.DateTimeField(_("last written"))

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "cadence"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.cadence}"
