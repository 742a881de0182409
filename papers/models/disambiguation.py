"""What disambiguation keeps beside the authors themselves: blocks of names, and what speaks against a page."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from papers.models.people import Author


class NameBlock(models.Model):
    """A block of names that are compared with each other, so that it can be marked as out of date.

    ``key`` is that of ``papers.names`` (family name and first initial). The counts are as of ``clustered_at``, which is
    empty until it has been clustered for the first time; ``method`` names the engine's version.
    """

    key = models.CharField(_("block"), max_length=200, unique=True)
    mentions = models.PositiveIntegerField(_("mentions"), default=0, db_default=0)
    persons = models.PositiveIntegerField(_("persons"), default=0, db_default=0)
    method = models.CharField(_("method"), max_length=40, blank=True, default="", db_default="")
    clustered_at = models.DateTimeField(_("clustered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("block of names")
        verbose_name_plural = _("blocks of names")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(key=""), name="nameblock_given")]
        indexes: ClassVar = [models.Index(fields=["-mentions", "id"], name="nameblock_largest")]

    def __str__(self) -> str:
        return self.key


class WordStatistics(models.Model):
    """In how many documents of the whole collection words stand, so that a few works can be weighed as a part of it.

    ``kind`` is "text" (titles, keywords and abstracts of works), "places" (affiliations of mentions) or "surroundings" (affiliations of works); ``total`` is how many
    documents were counted, of ``works`` works that there were. ``words`` are joined by spaces, ``counts`` are theirs as 32-bit numbers;
    words of a single document are left out.
    """

    kind = models.CharField(_("kind"), max_length=12, primary_key=True)
    total = models.PositiveIntegerField(_("documents"))
    works = models.PositiveIntegerField(_("works"))
    words = models.TextField(_("words"))
    counts = models.BinaryField(_("counts"))
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("frequencies of words")
        verbose_name_plural = _("frequencies of words")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["text", "places", "surroundings"]), name="wordstatistics_known_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class AmbiguityFinding(models.Model):
    """What speaks for a page being several people's: one row for each page of which something does.

    ``score`` (0 to 1) is how likely that is. ``reasons`` are objects with ``kind`` (a code), ``weight`` and ``details``, heaviest
    first; ``groups`` are objects with ``works`` (how many), ``first_year`` and ``last_year``, ``examples`` (work ids), ``coauthors``,
    ``affiliations`` and ``words``, largest first. They hold codes and names from records: sentences are made when they are shown.
    """

    author = models.OneToOneField(
        Author, on_delete=models.CASCADE, primary_key=True, related_name="ambiguity", verbose_name=_("author page")
    )
    score = models.FloatField(_("likelihood"))
    works = models.PositiveIntegerField(_("works"), default=0)
    reasons = models.JSONField(_("reasons"), default=list)
    groups = models.JSONField(_("groups"), default=list)
    method = models.CharField(_("method"), max_length=40)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("page that may mix people")
        verbose_name_plural = _("pages that may mix people")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="ambiguityfinding_likelihood"),
        ]
        indexes: ClassVar = [models.Index(fields=["-score", "-works", "author"], name="ambiguityfinding_worst")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.score:.2f}"
