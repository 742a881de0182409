"""Works and what sources said of them."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from papers.identifiers import WORK_SCHEMES
from papers.models import Authorship, Work, WorkIdentifier, WorkSource
from papers.models.works import SEARCH_CONFIGURATION

PEOPLE_SHOWN = 100


def identifier_values(term: str) -> dict[str, str]:
    """What a term may be as a work's identifier: scheme to normal form."""
    return {scheme: normal for scheme, normalise in WORK_SCHEMES.items() if (normal := normalise(term)) and "\x00" not in normal}


@admin.register(Work)
class WorkAdmin(ReadOnlyAdmin[Work]):
    """Works, found by identifier or words."""

    list_display = ("title", "year", "type", "venue", "author_count", "is_retracted", "standing", "page")
    list_select_related = ("venue",)
    search_help_text = _("DOI, arXiv or another identifier, words of title and abstract, the id from an address, or # and a number.")
    exclude = ("search", "title_html", "abstract_html")
    readonly_fields = ("identifiers", "records", "people", "topics_named")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        """Without the wide columns that no list shows; a work's own page reads them when it comes to them."""
        return super().get_queryset(request).defer("search")

    def find(self, rows: QuerySet[Work], term: str) -> QuerySet[Work]:
        """By identifier where the term is one that we hold, else by words."""
        works: set[int] = set()
        for scheme, value in identifier_values(term).items():
            works.update(WorkIdentifier.objects.filter(scheme=scheme, value=value).values_list("work_id", flat=True))
        if works:
            return rows.filter(pk__in=works)
        return rows.filter(search=SearchQuery(term, config=SEARCH_CONFIGURATION, search_type="websearch"))

    @admin.display(description=_("standing"))
    def standing(self, work: Work) -> str:
        """Whether the row was merged or erased."""
        return standing_of(work)

    @admin.display(description=_("identifiers"))
    def identifiers(self, work: Work) -> SafeString:
        """Every identifier of the work."""
        return format_html_join(", ", "{}:{}", work.identifiers.order_by("scheme", "value").values_list("scheme", "value"))

    @admin.display(description=_("source records"))
    def records(self, work: Work) -> SafeString:
        """Which source's records describe the work, read when."""
        return format_html_join(
            "", "<div>{}: {} ({:%Y-%m-%d %H:%M})</div>", work.source_records.values_list("source", "record_id", "read_at")
        )

    @admin.display(description=_("topics"))
    def topics_named(self, work: Work) -> SafeString:
        """The work's topics."""
        return format_html_join(", ", "{}", work.topics.order_by("name").values_list("name"))

    @admin.display(description=_("people"))
    def people(self, work: Work) -> SafeString:
        """The first hundred authorships: what the source said, and what was decided."""
        shown = Authorship.objects.filter(work=work).select_related("author").order_by("position", "id")[:PEOPLE_SHOWN]
        lines = format_html_join(
            "",
            '<div>{} <a href="{}">{}</a> → {} ({}, {})</div>',
            (
                (
                    "–" if one.position is None else one.position + 1,
                    reverse("admin:papers_authorship_change", args=[one.pk]),
                    one.raw_name,
                    one.author or "–",
                    one.get_rule_display(),
                    one.get_state_display(),
                )
                for one in shown
            ),
        )
        every = reverse("admin:papers_authorship_changelist")
        return format_html('{}<a href="{}?work__id__exact={}">{}</a>', lines, every, work.pk, _("All authorships of this work"))


def standing_of(row: object) -> str:
    """Whether a row was "merged" or "erased"; "" for one that stands."""
    if getattr(row, "merged_into_id", None):
        return str(_("merged"))
    return str(_("erased")) if getattr(row, "erased_at", None) else ""


@admin.register(WorkIdentifier)
class WorkIdentifierAdmin(ReadOnlyAdmin[WorkIdentifier]):
    """Identifiers of works."""

    list_display = ("scheme", "value", "work")
    list_select_related = ("work",)
    search_help_text = _("An identifier, or # and a number.")

    def find(self, rows: QuerySet[WorkIdentifier], term: str) -> QuerySet[WorkIdentifier]:
        """The identifiers that a term may be."""
        found = rows.none()
        for scheme, value in identifier_values(term).items():
            found |= rows.filter(scheme=scheme, value=value)
        return found


@admin.register(WorkSource)
class WorkSourceAdmin(ReadOnlyAdmin[WorkSource]):
    """Sources' records of works."""

    list_display = ("source", "record_id", "work", "read_at", "import_run")
    list_select_related = ("work", "import_run")
    exclude = ("fingerprint",)
    search_help_text = _("A source and its record as source:record, or # and a number.")

    def find(self, rows: QuerySet[WorkSource], term: str) -> QuerySet[WorkSource]:
        """The record named "source:record"."""
        source, _colon, record = term.partition(":")
        return rows.filter(source=source, record_id=record)
