"""The research graph: neighbourhoods that are computed in the background and read as they are, and what the stored arrays do not know yet."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SliceKind(models.TextChoices):
    """What a slice is of, as ``papers.graph.document.NodeKind`` spells it."""

    PERSON = "person", _("Person")
    PAPER = "paper", _("Paper")
    TOPIC = "topic", _("Topic")
    INSTITUTION = "institution", _("Institution")


class SliceScope(models.TextChoices):
    """How far a slice looks, as ``papers.graph.document.Scope`` spells it."""

    FULL = "full", _("Whole")
    ONE_HOP = "one-hop", _("First sight")


class GraphSliceQuerySet(models.QuerySet["GraphSlice"]):
    """Slices. Nothing here runs a query before it is iterated."""

    def for_subject(self, kind: str, subject_id: int) -> GraphSliceQuerySet:
        """The slice of that subject, if one is stored."""
        return self.filter(kind=kind, subject_id=subject_id)

    def due(self) -> GraphSliceQuerySet:
        """Those whose time has come to be built again, the longest overdue first."""
        return self.filter(due_at__lte=models.functions.Now()).order_by("due_at", "pk")


class GraphSlice(models.Model):
    """The ranked neighbourhood of one subject, as the document of ``papers.graph.document``, as of ``built_at``.

    ``people`` are the rows of the people in it, so that who is renamed, merged or erased is found. ``works`` counts the subject's works
    when it was built and ``touched`` those that changed since, which tells when a large subject has changed enough. ``fingerprint`` is of
    the content, whenever it was built. ``drawing`` is the figure that pages show, as it was drawn for ``drawn_for`` (a fingerprint of the
    drawing's version, the language and the people's names; see ``papers.pictures``); "" where nothing has drawn it yet. ``last_rank`` is what
    it takes to be shown: the ranks at the last places of the kinds that are full, together.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=SliceKind)
    subject_id = models.BigIntegerField(_("subject"))
    scope = models.CharField(_("scope"), max_length=8, choices=SliceScope, default=SliceScope.FULL)
    document = models.JSONField(_("document"))
    people = ArrayField(models.BigIntegerField(), verbose_name=_("people in it"), default=list)
    works = models.PositiveIntegerField(_("works of the subject"), default=0)
    touched = models.PositiveIntegerField(_("works changed since"), default=0)
    last_rank = models.FloatField(_("rank at the last places"), default=0.0, db_default=0.0)
    fingerprint = models.CharField(_("fingerprint"), max_length=32)
    drawing = models.TextField(_("drawing"), default="", blank=True, db_default="")
    drawn_for = models.CharField(_("drawn for"), max_length=32, default="", blank=True, db_default="")
    built_at = models.DateTimeField(_("built at"))
    due_at = models.DateTimeField(_("to be built again at"))

    objects = GraphSliceQuerySet.as_manager()

    class Meta:
        verbose_name = _("slice of the graph")
        verbose_name_plural = _("slices of the graph")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="graphslice_once"),
            models.CheckConstraint(condition=Q(kind__in=SliceKind.values), name="graphslice_known_kind"),
            models.CheckConstraint(condition=Q(scope__in=SliceScope.values), name="graphslice_known_scope"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="graphslice_due"),
            GinIndex(fields=["people"], name="graphslice_people"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class GraphChange(models.Model):
    """A work whose place in the graph changed since the stored arrays were read from the database: read afresh until the next ones are.

    ``xact`` is the transaction that changed it, which tells whether a snapshot of the database had seen it.
    """

    work_id = models.BigIntegerField(_("work"), primary_key=True)
    at = models.DateTimeField(_("changed at"))
    xact = models.BigIntegerField(_("transaction"), default=0, db_default=0)

    class Meta:
        verbose_name = _("change of the graph")
        verbose_name_plural = _("changes of the graph")
        indexes: ClassVar = [models.Index(fields=["at"], name="graphchange_at")]

    def __str__(self) -> str:
        return f"{self.work_id}"
