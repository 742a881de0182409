"""Imports: what was read, when, by whom, and what became of each item."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from papers.models.choices import ImportState, ItemOutcome
from papers.models.works import Work


class ImportRun(models.Model):
    """One reading of one input. ``items_read`` is where a stopped run goes on."""

    format = models.CharField(_("format"), max_length=30, blank=True)
    origin = models.CharField(_("origin"), max_length=500, help_text=_("A file's name or a request to a service."))
    input_key = models.CharField(
        _("input"),
        max_length=64,
        blank=True,
        db_index=True,
        help_text=_("Fingerprint of the input, by which a stopped run is found again."),
    )
    upload = models.FileField(_("file"), upload_to="imports/%Y/%m/", blank=True)
    request = models.JSONField(_("request"), default=dict, blank=True, help_text=_("What to ask a service for."))
    cursor = models.JSONField(_("cursor"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.WAITING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    items_read = models.PositiveBigIntegerField(_("items read"), default=0)
    items_total = models.PositiveBigIntegerField(_("items in all"), null=True, blank=True)
    created = models.PositiveBigIntegerField(_("created"), default=0)
    updated = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    beat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(items_read=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("rejected")),
                name="importrun_every_item_accounted_for",
            ),
        ]
        # What was read under a run names it without a foreign key of its own. It is written in the transaction that counts it in this row,
        # under a lock, so it can only be left behind when the row goes.
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="leaves_nothing_behind",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func="UPDATE papers_authorship SET import_run_id = NULL WHERE import_run_id = OLD.id;"
                " UPDATE papers_worksource SET import_run_id = NULL WHERE import_run_id = OLD.id; RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return f"{self.origin} ({self.get_state_display()})"


class ImportItem(models.Model):
    """What became of one item. Rejected items keep the reason and the beginning of what was read."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items", verbose_name=_("import"), db_index=False)
    ordinal = models.PositiveBigIntegerField(_("place in the input"))
    record_id = models.CharField(_("record"), max_length=300, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ItemOutcome)
    work = models.ForeignKey(
        Work, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("work"), db_index=False
    )
    reason = models.TextField(_("reason"), blank=True)
    excerpt = models.TextField(_("what was read"), blank=True)

    class Meta:
        verbose_name = _("item of an import")
        verbose_name_plural = _("items of imports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "ordinal"], name="importitem_once"),
            models.CheckConstraint(
                condition=~models.Q(outcome=ItemOutcome.REJECTED) | ~models.Q(reason=""), name="importitem_rejection_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal}: {self.outcome}"
