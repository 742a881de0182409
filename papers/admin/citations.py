"""Citations, and references to works that are not here yet."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from papers.admin.people import PartAdmin
from papers.admin.works import identifier_values
from papers.models import Citation, PendingReference


@admin.register(Citation)
class CitationAdmin(PartAdmin):
    """Who cites whom."""

    list_display = ("citing", "cited", "source")
    list_select_related = ("citing", "cited")


@admin.register(PendingReference)
class PendingReferenceAdmin(PartAdmin):
    """References that wait for their work."""

    list_display = ("citing", "scheme", "value", "source")
    list_select_related = ("citing",)
    search_help_text = _("The identifier of the cited work, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the identifier that is waited for."""
        found = rows.none()
        for scheme, value in identifier_values(term).items():
            found |= rows.filter(scheme=scheme, value=value)
        return found
