"""Personal access tokens: what a person's own programs may do in their name."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_LIFE = timedelta(days=366)
"""No token works for longer. The database holds it too."""


class AccessToken(models.Model):
    """One token: a name for its owner, what it may do (keys of ``config.lib.rest.scopes``), and until when.

    ``token_hash`` is the SHA-256 of the token, whose 256 random bits need no slower hash; ``beginning`` its first characters, by which its owner knows it
    again. ``password_mark`` is what the account's password looked like: another password ends the token, as it ends sessions.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens", verbose_name=_("account"), db_index=False
    )
    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    beginning = models.CharField(_("begins with"), max_length=16)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("what it may do"))
    password_mark = models.CharField(_("mark of the password"), max_length=32)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("works until"))
    last_used_on = models.DateField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="accesstoken_name_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(token_hash="") & ~Q(password_mark=""), name="accesstoken_given"),
            models.CheckConstraint(condition=Q(scopes__len__gte=1), name="accesstoken_may_something"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")) & Q(expires_at__lte=F("created_at") + LONGEST_LIFE), name="accesstoken_ends"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="accesstoken_ending")]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.beginning}…"
