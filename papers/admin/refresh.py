"""What is out of date, for how long, and what hinders it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.lib.admin import LargeTableAdmin
from papers.models import RefreshRequest
from papers.refresh import backlog, mark_all


@admin.register(RefreshRequest)
class RefreshRequestAdmin(LargeTableAdmin[RefreshRequest]):
    """Dirty rows, oldest first, under a table of the backlog by kind."""

    list_display = ("kind", "object_id", "age", "version", "attempts", "leased_until", "reason", "last_error")
    list_filter = ("kind",)
    ordering = ("pk",)
    actions = ("retry",)
    search_help_text = _("The number of the object, or # and a number of the request.")

    def find(self, rows: QuerySet[RefreshRequest], term: str) -> QuerySet[RefreshRequest]:
        """The requests about one object, whatever its kind."""
        plain = term.isascii() and term.isdigit() and len(term) < 19  # noqa: PLR2004 - digits of the largest key
        kinds = RefreshRequest.objects.order_by("kind").values("kind").distinct()
        return rows.filter(kind__in=kinds, object_id=int(term)) if plain else rows.none()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the backlog above it."""
        return super().changelist_view(request, {**(extra_context or {}), "backlog": backlog()})

    @admin.display(description=_("waiting for"))
    def age(self, row: RefreshRequest) -> str:
        """How long ago the object was marked."""
        return timesince(row.requested_at)

    @admin.action(description=_("Mark again, with a new start for what failed"), permissions=["change"])
    def retry(self, request: HttpRequest, rows: QuerySet[RefreshRequest]) -> None:
        """Mark the objects once more: failed ones are then tried again."""
        marks: dict[str, list[int]] = defaultdict(list)
        for kind, object_id in rows.values_list("kind", "object_id"):
            marks[kind].append(object_id)
        count = mark_all(marks=marks, reason="asked for in the administration")
        said = ngettext("%(count)d object was marked again.", "%(count)d objects were marked again.", count) % {"count": count}
        self.message_user(request, said, messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are not edited; who may change them may mark them again."""
        return obj is None and super().has_change_permission(request, obj)
