"""Computed figures."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from papers.admin.people import PartAdmin
from papers.models import AuthorFigures, SubjectFigures, WorkFigures


@admin.register(AuthorFigures)
class AuthorFiguresAdmin(PartAdmin):
    """What was counted over authors' works."""

    list_display = ("author", "works_count", "h_index", "cited_by_count", "field", "version", "computed_at")
    list_select_related = ("author", "field")
    search_help_text = _("# and an author's number.")


@admin.register(WorkFigures)
class WorkFiguresAdmin(PartAdmin):
    """Scores of works, with their parts."""

    list_display = ("work", "score", "citations_part", "novelty_part", "field", "year", "version", "computed_at")
    list_select_related = ("work", "field")
    search_help_text = _("# and a work's number.")


@admin.register(SubjectFigures)
class SubjectFiguresAdmin(PartAdmin):
    """What was counted for topics and institutions."""

    list_display = ("kind", "subject_id", "works_count", "authors_count", "computed_at")
