"""Figures that are computed in the background and read as they are: one row a page."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from papers.models.people import Author
from papers.models.subjects import Field


class AuthorFigures(models.Model):
    """What an author's page counts and lists, as of ``computed_at``.

    ``by_year`` is a list of [year, works]; ``topics``, ``collaborators``, ``institutions`` are lists of objects with
    ``id``, ``name`` and counts, most important first; each is bounded. ``h_index`` and ``cited_by_count`` are null
    unless ``citations_known`` covers enough of the record.
    """

    author = models.OneToOneField(Author, on_delete=models.CASCADE, primary_key=True, related_name="figures", verbose_name=_("author"))
    works_count = models.PositiveIntegerField(_("works"), default=0)
    first_year = models.SmallIntegerField(_("first year"), null=True)
    last_year = models.SmallIntegerField(_("last year"), null=True)
    topics_count = models.PositiveIntegerField(_("topics"), default=0)
    coauthors_count = models.PositiveIntegerField(_("co-authors"), default=0)
    close_count = models.PositiveIntegerField(_("close collaborators"), default=0)
    h_index = models.PositiveIntegerField(_("h-index"), null=True)
    cited_by_count = models.PositiveIntegerField(_("citations"), null=True)
    citations_known = models.PositiveIntegerField(_("works with a known count"), default=0)
    citation_sources = ArrayField(models.CharField(max_length=30), verbose_name=_("whose counts"), default=list)
    citations_as_of = models.DateField(_("counted on"), null=True)
    field = models.ForeignKey(Field, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("field"))
    field_works = models.PositiveIntegerField(_("works in the field"), default=0)
    by_year = models.JSONField(_("works by year"), default=list)
    topics = models.JSONField(_("topics"), default=list)
    collaborators = models.JSONField(_("close collaborators"), default=list)
    institutions = models.JSONField(_("institutions"), default=list)
    sources = ArrayField(models.CharField(max_length=30), verbose_name=_("sources"), default=list)
    version = models.PositiveSmallIntegerField(_("version of the computation"), default=1)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("figures of an author")
        verbose_name_plural = _("figures of authors")
        indexes: ClassVar = [models.Index(fields=["-works_count", "-author"], name="authorfigures_most_works")]

    def __str__(self) -> str:
        return f"{self.author_id}"


class SubjectFigures(models.Model):
    """What a topic's or an institution's page counts and lists, as of ``computed_at``."""

    kind = models.CharField(_("kind"), max_length=12)  # "topic" or "institution"
    subject_id = models.BigIntegerField(_("subject"))
    works_count = models.PositiveIntegerField(_("works"), default=0)
    authors_count = models.PositiveIntegerField(_("people"), default=0)
    by_year = models.JSONField(_("works by year"), default=list)
    authors = models.JSONField(_("people"), default=list)
    topics = models.JSONField(_("topics"), default=list)
    institutions = models.JSONField(_("institutions"), default=list)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("figures of a topic or institution")
        verbose_name_plural = _("figures of topics and institutions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="subjectfigures_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["topic", "institution"]), name="subjectfigures_known_kind"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-works_count"], name="subjectfigures_largest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
