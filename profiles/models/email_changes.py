"""Changes of what an account is reached and known by. They wait three days, so that the person behind it can stop them."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

CHANGE_WAIT = timedelta(hours=72)
"""How long such a change waits. The database holds it too."""


class ChangeKind(models.TextChoices):
    """What is to change."""

    EMAIL = "email", _("Another main e-mail address")
    EMAIL_REMOVAL = "email-removal", _("An e-mail address removed")
    ORCID = "orcid", _("Another ORCID iD")
    ORCID_REMOVAL = "orcid-removal", _("The ORCID iD disconnected")


class AccountChange(models.Model):
    """One change that was asked for: it waits, and is then done, stopped, or given up because it no longer fits.

    ``token_hash`` is the SHA-256 of the token in the mail to the old address, which stops it without a login.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_changes", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=16, choices=ChangeKind)
    old_value = models.CharField(_("from"), max_length=254)
    new_value = models.CharField(_("to"), max_length=254, blank=True)
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    asked_at = models.DateTimeField(_("asked"))
    takes_effect_at = models.DateTimeField(_("takes effect"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(takes_effect_at__gte=F("asked_at") + CHANGE_WAIT), name="accountchange_waits"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("takes_effect_at")), name="accountchange_not_before_its_time"
            ),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True), name="accountchange_one_end"),
            models.CheckConstraint(
                condition=Q(kind__in=["email", "orcid"]) & ~Q(new_value="") | Q(kind__in=["email-removal", "orcid-removal"], new_value=""),
                name="accountchange_to_something",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "old_value"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="accountchange_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["takes_effect_at"], condition=Q(done_at__isnull=True, cancelled_at__isnull=True), name="accountchange_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_kind_display()}"

    @property
    def is_waiting(self) -> bool:
        """Neither done nor stopped."""
        return self.done_at is None and self.cancelled_at is None
