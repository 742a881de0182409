"""Figures that are computed in the background and read as they are: one row a page."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from papers.models.choices import WhyNot
from papers.models.people import Author
from papers.models.subjects import Field
from papers.models.works import Work


class AuthorFigures(models.Model):
    """What an author's page counts and lists, as of ``computed_at``.

    ``by_year`` is a list of [year, works]; ``topics``, ``collaborators``, ``institutions`` are lists of objects with
    ``id``, ``name`` and counts, most important first; each is bounded. ``h_index`` and ``cited_by_count`` are null
    unless ``citations_known`` covers enough of the record; ``citations_withheld`` and ``novelty_withheld`` then say why ("" where
    they are stated). ``citations_by_year`` is a list of [year, citations of the works of that year, works with a count].
    ``novelty`` is a mean over the ``novelty_works`` works that have one, 0 to 1, with its interval.
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
    i10_index = models.PositiveIntegerField(_("i10-index"), null=True)
    citations_by_year = models.JSONField(_("citations by year"), default=list)
    citations_withheld = models.CharField(_("why no citations"), max_length=12, blank=True, default="", db_default="")
    novelty = models.FloatField(_("novelty"), null=True)
    novelty_low = models.FloatField(_("novelty, lower end"), null=True)
    novelty_high = models.FloatField(_("novelty, upper end"), null=True)
    novelty_works = models.PositiveIntegerField(_("works with a novelty"), default=0, db_default=0)
    novelty_withheld = models.CharField(_("why no novelty"), max_length=12, blank=True, default="", db_default="")
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


class WorkFigures(models.Model):
    """The score of a work, its parts, and what each was computed from, as of ``as_of``.

    Parts are 0 to 1 and null where they are not stated; ``citations_withheld`` and ``novelty_withheld`` then say why. A rank is kept as the
    peers ``below``, those that are ``equal`` (itself included) and all of them, so that anybody can do the sum again. Definitions
    are in ``papers.metrics``. Field and year are those of the work when this was computed.
    """

    work = models.OneToOneField(Work, on_delete=models.CASCADE, primary_key=True, related_name="figures", verbose_name=_("work"))
    score = models.FloatField(_("score"), null=True)
    field = models.ForeignKey(Field, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("field"), db_index=False)
    year = models.SmallIntegerField(_("year"), null=True)
    week = models.DateField(_("Monday of the week"), null=True)

    citations = models.PositiveIntegerField(_("citations"), null=True)
    citations_source = models.CharField(_("whose count"), max_length=30, blank=True)
    citations_as_of = models.DateField(_("counted on"), null=True)
    citations_below = models.PositiveIntegerField(_("peers with fewer"), default=0)
    citations_equal = models.PositiveIntegerField(_("peers with as many"), default=0)
    citations_peers = models.PositiveIntegerField(_("peers with a count"), default=0)
    citations_cell = models.PositiveIntegerField(_("works of the field, year and type"), default=0)
    citations_part = models.FloatField(_("citations, as a part"), null=True)
    citations_withheld = models.PositiveSmallIntegerField(_("why no citations"), choices=WhyNot, default=WhyNot.STATED)

    topics_count = models.PositiveSmallIntegerField(_("topics"), default=0)
    years_before = models.PositiveIntegerField(_("papers with topics in the five years before"), default=0)
    surprise = models.FloatField(_("surprise"), null=True)
    novelty_below = models.PositiveIntegerField(_("peers with less"), default=0)
    novelty_equal = models.PositiveIntegerField(_("peers with as much"), default=0)
    novelty_peers = models.PositiveIntegerField(_("peers with a novelty"), default=0)
    novelty_part = models.FloatField(_("novelty, as a part"), null=True)
    novelty_withheld = models.PositiveSmallIntegerField(_("why no novelty"), choices=WhyNot, default=WhyNot.STATED)

    age_days = models.IntegerField(_("age in days"), null=True)
    recency_part = models.FloatField(_("recency, as a part"), null=True)
    known = models.PositiveSmallIntegerField(_("what is known, as bits"), default=0)
    completeness_part = models.FloatField(_("completeness, as a part"), default=0.0)

    as_of = models.DateField(_("ages are counted to"))
    version = models.PositiveSmallIntegerField(_("version of the computation"), default=1)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("figures of a work")
        verbose_name_plural = _("figures of works")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=100), name="workfigures_score_range"
            ),
            models.CheckConstraint(
                condition=models.Q(citations_part__isnull=True, citations_withheld__gt=0)
                | models.Q(citations_part__gte=0, citations_part__lte=1, citations_withheld=0),
                name="workfigures_citations_or_why_not",
            ),
            models.CheckConstraint(
                condition=models.Q(novelty_part__isnull=True, novelty_withheld__gt=0)
                | models.Q(novelty_part__gte=0, novelty_part__lte=1, novelty_withheld=0),
                name="workfigures_novelty_or_why_not",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["field", "year", "-score", "-work"], name="workfigures_of_year"),
            models.Index(fields=["field", "week", "-score", "-work"], name="workfigures_of_week", condition=models.Q(week__isnull=False)),
            models.Index(  # what the years before a changed work hold is read from here alone
                fields=["year", "work"], include=["topics_count"], name="workfigures_with_topics", condition=models.Q(topics_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}"


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
