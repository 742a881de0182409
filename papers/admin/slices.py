"""Slices of the research graph: how fresh they are, what waits, and building them again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.lib.admin import LargeTableAdmin
from papers.admin.people import PartAdmin
from papers.graph.document import NodeKind
from papers.models import GraphChange, GraphSlice
from papers.refresh import mark_all
from papers.slices.marking import KINDS, freshness, want_arrays


@admin.register(GraphSlice)
class GraphSliceAdmin(LargeTableAdmin[GraphSlice]):
    """Stored slices, with their backlog above them. They are never edited: who may change them may have them built again."""

    change_list_template = "admin/papers/graphslice/change_list.html"
    list_display = ("kind", "subject_id", "scope", "built_at", "due_at", "works", "touched")
    list_filter = ("kind", "scope")
    actions = ("build_again", "rebuild_arrays")
    search_help_text = _("# and the number of a slice.")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with what is stored and what waits above it."""
        return super().changelist_view(request, {**(extra_context or {}), "freshness": freshness()})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is edited; the permission stands for the actions."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description=_("Build these slices again"), permissions=["change"])
    def build_again(self, request: HttpRequest, rows: QuerySet[GraphSlice]) -> None:
        """Mark the chosen slices; the ones that stand are served meanwhile."""
        marks: dict[str, list[int]] = defaultdict(list)
        for kind, subject_id in rows.values_list("kind", "subject_id"):
            marks[KINDS[NodeKind(kind)]].append(subject_id)
        count = mark_all(marks=marks, reason="asked for in the administration")
        said = ngettext("%(count)d slice will be built again.", "%(count)d slices will be built again.", count) % {"count": count}
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Rebuild the whole graph from the database"), permissions=["change"])
    def rebuild_arrays(self, request: HttpRequest, _rows: QuerySet[GraphSlice]) -> None:
        """Mark the arrays, whatever rows were chosen."""
        want_arrays(reason="asked for in the administration")
        self.message_user(request, _("The graph will be read from the database anew."), messages.SUCCESS)


@admin.register(GraphChange)
class GraphChangeAdmin(PartAdmin):
    """Works that the arrays of the graph do not know as they are."""

    list_display = ("work_id", "at", "xact")
    search_help_text = _("# and a work's number.")
