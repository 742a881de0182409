"""Who cites whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from papers.models.works import Work


class Citation(models.Model):
    """A work cites another that we hold."""

    citing = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="references", verbose_name=_("citing work"), db_index=False)
    cited = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="citations", verbose_name=_("cited work"))
    source = models.CharField(_("source"), max_length=30)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["citing", "cited"], name="citation_once"),
            models.CheckConstraint(condition=~Q(citing=F("cited")), name="citation_not_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.citing_id} cites {self.cited_id}"


class PendingReference(models.Model):
    """A reference to a work that we do not hold yet; it becomes a citation when that work arrives."""

    citing = models.ForeignKey(
        Work, on_delete=models.CASCADE, related_name="pending_references", verbose_name=_("citing work"), db_index=False
    )
    scheme = models.CharField(_("scheme"), max_length=30)
    value = models.CharField(_("value"), max_length=500)
    source = models.CharField(_("source"), max_length=30)

    class Meta:
        verbose_name = _("pending reference")
        verbose_name_plural = _("pending references")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["citing", "scheme", "value"], name="pendingreference_once"),
            models.CheckConstraint(condition=~Q(scheme="") & ~Q(value=""), name="pendingreference_given"),
        ]
        indexes: ClassVar = [models.Index(fields=["scheme", "value"], name="pendingreference_target")]

    def __str__(self) -> str:
        return f"{self.citing_id} cites {self.scheme}:{self.value}"
