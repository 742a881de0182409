"""The work: one publication, whatever number of sources describes it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models.bases import PagedModel, page_slug
from papers.models.choices import WorkType
from papers.models.subjects import Field, Topic, Venue

SEARCH_CONFIGURATION = "collegium"  # English stems over unaccented words; made by the first migration


class Work(PagedModel):
    """One publication.

    ``title`` and ``abstract`` are clean text with mathematics as LaTeX between dollar signs; ``title_html`` and
    ``abstract_html`` hold what was typeset from them once, and are empty where the text has nothing to typeset.
    ``provenance`` maps each field to the "source:record" it came from.
    """

    title = models.TextField(_("title"))
    title_html = models.TextField(_("title, typeset"), blank=True)
    title_key = models.CharField(_("folded title"), max_length=300)
    type = models.CharField(_("type"), max_length=20, choices=WorkType, default=WorkType.OTHER)
    abstract = models.TextField(_("abstract"), blank=True)
    abstract_html = models.TextField(_("abstract, typeset"), blank=True)
    year = models.SmallIntegerField(_("year"), null=True, blank=True)
    month = models.SmallIntegerField(_("month"), null=True, blank=True)
    day = models.SmallIntegerField(_("day"), null=True, blank=True)
    date_key = models.GeneratedField(
        expression=Coalesce(F("year"), Value(0)) * 10000 + Coalesce(F("month"), Value(0)) * 100 + Coalesce(F("day"), Value(0)),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name=_("date as a number"),
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="works", verbose_name=_("venue"), db_index=False
    )
    volume = models.CharField(_("volume"), max_length=60, blank=True)
    issue = models.CharField(_("issue"), max_length=60, blank=True)
    pages = models.CharField(_("pages"), max_length=60, blank=True)
    track = models.CharField(_("track"), max_length=120, blank=True)
    field = models.ForeignKey(
        Field, on_delete=models.SET_NULL, null=True, blank=True, related_name="works", verbose_name=_("field"), db_index=False
    )
    field_basis = models.CharField(_("why this field"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    landing_url = models.TextField(_("landing page"), blank=True)
    pdf_url = models.TextField(_("PDF"), blank=True)
    code_urls = ArrayField(models.TextField(), verbose_name=_("code"), default=list, blank=True)
    has_code = models.BooleanField(_("has code"), default=False)
    cited_by_count = models.PositiveIntegerField(_("citations"), null=True, blank=True)
    cited_by_source = models.CharField(_("whose count"), max_length=30, blank=True)
    cited_by_as_of = models.DateField(_("counted on"), null=True, blank=True)
    is_retracted = models.BooleanField(_("retracted"), default=False)
    retraction_note = models.TextField(_("retraction note"), blank=True)
    author_count = models.PositiveIntegerField(_("authors listed"), default=0)
    authors_truncated = models.BooleanField(_("author list was cut"), default=False)
    affiliations_unaligned = ArrayField(
        models.TextField(), verbose_name=_("affiliations of nobody in particular"), default=list, blank=True
    )
    sources = ArrayField(models.CharField(max_length=30), verbose_name=_("sources"), default=list, blank=True)
    provenance = models.JSONField(_("where each field came from"), default=dict, blank=True)
    created_at = models.DateTimeField(_("first imported"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)
    search = models.GeneratedField(
        expression=SearchVector("title", config=SEARCH_CONFIGURATION, weight="A")
        + SearchVector("abstract", config=SEARCH_CONFIGURATION, weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name=_("search words"),
    )

    topics = models.ManyToManyField(Topic, through="papers.WorkTopic", related_name="works", verbose_name=_("topics"))

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="work_titled"),
            models.CheckConstraint(condition=Q(year__isnull=True) | Q(year__gte=1400, year__lte=2200), name="work_year_plausible"),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(year__isnull=False, month__gte=1, month__lte=12), name="work_month_has_year"
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=True) | Q(month__isnull=False, day__gte=1, day__lte=31), name="work_day_has_month"
            ),
            models.CheckConstraint(condition=Q(cited_by_count__isnull=True) | ~Q(cited_by_source=""), name="work_citations_have_source"),
            models.CheckConstraint(condition=Q(code_urls=[]) | Q(has_code=True), name="work_code_link_means_code"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="work_not_merged_into_itself"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="work_search"),
            models.Index(fields=["title_key"], name="work_title_key"),
            GinIndex(fields=["title_key"], name="work_title_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["-date_key", "-id"], name="work_newest"),
            models.Index(fields=["venue", "year"], name="work_venue_year"),
            models.Index(fields=["field", "year"], name="work_field_year"),
            models.Index(fields=["-date_key", "-id"], name="work_retracted", condition=Q(is_retracted=True)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("papers:paper", args=[self.pk, page_slug(self.title)])


class WorkIdentifier(models.Model):
    """An identifier of a work, normalised: a value stands for one work only."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="identifiers", verbose_name=_("work"))
    scheme = models.CharField(_("scheme"), max_length=30)
    value = models.CharField(_("value"), max_length=500)

    class Meta:
        verbose_name = _("identifier of a work")
        verbose_name_plural = _("identifiers of works")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "value"], name="workidentifier_once"),
            models.CheckConstraint(condition=~Q(scheme="") & ~Q(value=""), name="workidentifier_given"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class WorkSource(models.Model):
    """A source's record of a work, with the fingerprint that tells whether it changed since it was last read."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="source_records", verbose_name=_("work"))
    source = models.CharField(_("source"), max_length=30)
    record_id = models.CharField(_("record"), max_length=300)
    fingerprint = models.BinaryField(_("fingerprint"), max_length=16)
    import_run = models.ForeignKey(  # held by ImportRun's trigger, as for authorships
        "papers.ImportRun",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("import"),
        db_index=False,
        db_constraint=False,
    )
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("source record")
        verbose_name_plural = _("source records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "record_id"], name="worksource_once"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(record_id=""), name="worksource_given"),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.record_id}"
