"""Pages that may mix people, worst first, and the blocks of names that were compared."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from papers.admin.people import with_words
from papers.models import AmbiguityFinding, NameBlock, NameVariant, WordStatistics
from papers.models.bases import page_slug
from papers.names import parse_name
from papers.pages.ambiguity import reason_text


@admin.register(AmbiguityFinding)
class AmbiguityFindingAdmin(ReadOnlyAdmin[AmbiguityFinding]):
    """The list that moderators work through: likeliest first, among equals the page with most works."""

    list_display = ("page_of", "score", "works", "confidence", "why", "split")
    list_select_related = ("author",)
    ordering = ("-score", "-works", "author")
    search_help_text = _("Words of a name, or # and a number.")
    readonly_fields = ("why",)

    def find(self, rows: QuerySet[AmbiguityFinding], term: str) -> QuerySet[AmbiguityFinding]:
        """By the words of a name."""
        return rows.filter(author__in=with_words(NameVariant.objects.all(), term).values("author_id"))

    @admin.display(description=_("page"))
    def page_of(self, finding: AmbiguityFinding) -> SafeString:
        """The page itself."""
        return format_html('<a href="{}">{}</a>', finding.author.get_absolute_url(), finding.author.display_name)

    @admin.display(description=_("confidence"))
    def confidence(self, finding: AmbiguityFinding) -> float | None:
        """How sure the page is."""
        return finding.author.confidence

    @admin.display(description=_("why"))
    def why(self, finding: AmbiguityFinding) -> SafeString:
        """The reasons, heaviest first."""
        return format_html_join(" ", "{}", ((reason_text(reason),) for reason in finding.reasons))

    @admin.display(description=_("whose works are whose"))
    def split(self, finding: AmbiguityFinding) -> SafeString | str:
        """Where the page is taken apart."""
        try:
            address = reverse("profiles:split-propose", args=[finding.author_id, page_slug(finding.author.display_name)])
        except NoReverseMatch:
            return "–"
        return format_html('<a href="{}">{}</a>', address, _("Split"))


@admin.register(NameBlock)
class NameBlockAdmin(ReadOnlyAdmin[NameBlock]):
    """Blocks of names, largest first."""

    list_display = ("key", "mentions", "persons", "method", "clustered_at")
    ordering = ("-mentions", "id")
    search_help_text = _("A name, a block (family name and first initial), or # and a number.")

    def find(self, rows: QuerySet[NameBlock], term: str) -> QuerySet[NameBlock]:
        """The block itself, or that of a name."""
        return rows.filter(key__in={term.strip().lower(), parse_name(term).block})


@admin.register(WordStatistics)
class WordStatisticsAdmin(ReadOnlyAdmin[WordStatistics]):
    """When words were counted over how many works."""

    list_display = ("kind", "total", "works", "computed_at")
    fields = ("kind", "total", "works", "computed_at")
