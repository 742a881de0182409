"""Institutions and their names."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from papers.admin.people import PartAdmin, with_words
from papers.admin.works import standing_of
from papers.identifiers import normalise_ror
from papers.models import Institution, InstitutionName


@admin.register(Institution)
class InstitutionAdmin(ReadOnlyAdmin[Institution]):
    """Institutions, found by ROR id, domain or name."""

    list_display = ("name", "ror", "country_code", "city", "status", "standing", "page")
    search_help_text = _("ROR id, e-mail domain, words of a name, the id from an address, or # and a number.")
    readonly_fields = ("known_as",)

    def find(self, rows: QuerySet[Institution], term: str) -> QuerySet[Institution]:
        """By ROR id, by domain, else by the words of a name."""
        if ror := normalise_ror(term):
            return rows.filter(ror=ror)
        if "." in term and " " not in term:
            domain = term.lower()
            return rows.filter(Q(domains__contains=[domain]) | Q(site_host=domain))
        return rows.filter(pk__in=with_words(InstitutionName.objects.all(), term).values("institution_id"))

    @admin.display(description=_("standing"))
    def standing(self, institution: Institution) -> str:
        """Whether the row was merged or erased."""
        return standing_of(institution)

    @admin.display(description=_("known as"))
    def known_as(self, institution: Institution) -> SafeString:
        """Every name."""
        return format_html_join(", ", "{} ({})", institution.names.order_by("id").values_list("name", "kind"))


@admin.register(InstitutionName)
class InstitutionNameAdmin(PartAdmin):
    """Names of institutions."""

    list_display = ("name", "key", "kind", "language", "institution")
    list_select_related = ("institution",)
    search_help_text = _("Words of a name, or # and a number.")

    def find(self, rows: QuerySet[InstitutionName], term: str) -> QuerySet[InstitutionName]:
        """By the words of the name."""
        return with_words(rows, term)
