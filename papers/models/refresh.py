"""Dirty rows: what has to be recomputed, why, and who is at it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class RefreshRequest(models.Model):
    """One object of one registered kind is out of date.

    A further mark raises ``version``. A worker leases rows until ``leased_until``, recomputes, and deletes a row only
    where the version has not moved meanwhile; a lease that runs out gives the row to the next worker, so a worker
    that is killed loses nothing.
    """

    kind = models.CharField(_("kind"), max_length=40)
    object_id = models.BigIntegerField(_("object"))
    version = models.BigIntegerField(_("version"), default=1)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    requested_at = models.DateTimeField(_("marked at"))
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("refresh request")
        verbose_name_plural = _("refresh requests")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object_id"], name="refreshrequest_once")]
        indexes: ClassVar = [models.Index(fields=["kind", "requested_at"], name="refreshrequest_oldest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
