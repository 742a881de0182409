"""Which mails people do not want."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MailOptOut(models.Model):
    """Somebody wants no mails of a kind. Essential mails (codes, changes of the account) are sent all the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_opt_outs", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=60)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("mail not wanted")
        verbose_name_plural = _("mails not wanted")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="mailoptout_once"),
            models.CheckConstraint(condition=~models.Q(kind=""), name="mailoptout_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
