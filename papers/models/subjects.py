"""What works are about and where they appear: fields, topics, venues."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models.bases import PagedModel, page_slug
from papers.models.choices import VenueKind


class Field(models.Model):
    """A field of research at the grain at which people are compared; comes from the versioned mapping in papers.fields."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    domain = models.CharField(_("domain"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering: ClassVar = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """A conference, journal or repository. ``key`` is the source's short key, else the folded name."""

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=500)
    abbreviation = models.CharField(_("abbreviation"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=VenueKind, default=VenueKind.UNKNOWN, blank=True)
    issn = ArrayField(models.CharField(max_length=9), verbose_name=_("ISSN"), default=list, blank=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="venue_once"),
            models.CheckConstraint(condition=~models.Q(key="") & ~models.Q(name=""), name="venue_named"),
        ]

    def __str__(self) -> str:
        return self.abbreviation or self.name


class Topic(PagedModel):
    """Something that works are about. Topics of different sources with the same folded name are one topic."""

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=200)
    identifiers = models.JSONField(_("identifiers"), default=dict, blank=True, help_text=_("Scheme to value, such as openalex or arxiv."))
    field = models.ForeignKey(Field, on_delete=models.SET_NULL, null=True, blank=True, related_name="topics", verbose_name=_("field"))

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="topic_once"),
            models.CheckConstraint(condition=~models.Q(key="") & ~models.Q(name=""), name="topic_named"),
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("id")), name="topic_not_merged_into_itself"),
        ]
        indexes: ClassVar = [GinIndex(fields=["key"], name="topic_key_trigram", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("papers:topic", args=[self.pk, page_slug(self.name)])


class WorkTopic(models.Model):
    """A work is about a topic, according to a source, with its score where the source gives one (0 to 1)."""

    work = models.ForeignKey("papers.Work", on_delete=models.CASCADE, related_name="work_topics", verbose_name=_("work"), db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="work_topics", verbose_name=_("topic"), db_index=False)
    score = models.FloatField(_("score"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=30)

    class Meta:
        verbose_name = _("topic of a work")
        verbose_name_plural = _("topics of works")
        indexes: ClassVar = [models.Index(fields=["topic", "-work"], name="worktopic_of_topic")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work", "topic"], name="worktopic_once"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=1), name="worktopic_score_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.topic_id}"
