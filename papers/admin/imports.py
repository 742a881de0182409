"""Imports: started, followed and stopped here, done by workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config.lib.admin import LargeTableAdmin
from papers.admin.import_forms import StartImportForm
from papers.admin.people import PartAdmin
from papers.ingest.runs import start_import, stop_run
from papers.models import ImportItem, ImportRun, ImportState, ItemOutcome
from papers.sources import understand

REFRESH_SECONDS = 3
REJECTED_SHOWN = 100
ACTIVE = (ImportState.WAITING, ImportState.RUNNING)


@admin.register(ImportRun)
class ImportRunAdmin(LargeTableAdmin[ImportRun]):
    """Imports, latest first. Adding one starts it; its page follows it until it has ended."""

    list_display = ("origin", "format", "state", "items_read", "created", "updated", "unchanged", "rejected", "started_by", "created_at")
    list_select_related = ("started_by",)
    list_filter = ("state",)
    search_help_text = _("The beginning of a file's name or of a request, or # and a number.")
    actions = None
    fields = (
        ("state", "format"),
        "origin",
        "request",
        ("created_at", "started_at", "beat_at", "finished_at"),
        "started_by",
        "error",
    )
    add_fieldsets = (
        (_("From a file"), {"fields": ("file", "read_as")}),
        (_("From a service"), {"fields": ("ask", "ask_for", "at_most")}),
    )
    change_form_template = "admin/papers/importrun/change_form.html"

    def find(self, rows: QuerySet[ImportRun], term: str) -> QuerySet[ImportRun]:
        """By the beginning of the origin. Runs are few: a scan of them is quick."""
        return rows.filter(origin__istartswith=term)

    # --- Starting -------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: ImportRun | None = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """The form that starts an import where there is none yet."""
        return StartImportForm if obj is None else super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: HttpRequest, obj: ImportRun | None = None) -> Any:
        """The two ways to start, or what is known of a run."""
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def save_model(self, request: HttpRequest, obj: ImportRun, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Start the run; a worker is told once this request's transaction is committed."""
        cleaned = form.cleaned_data
        if cleaned.get("file"):
            run = start_import(
                origin=cleaned["file"].name, format=cleaned.get("read_as", ""), upload=cleaned["file"], started_by=request.user
            )
        else:
            source, question, value, _limit = understand(cleaned["request"])
            run = start_import(
                origin=f"{source.label}: {question.key} {value}", format=source.key, request=cleaned["request"], started_by=request.user
            )
        obj.pk = run.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: ImportRun, post_url_continue: str | None = None) -> HttpResponse:
        """Go and follow the run."""
        return HttpResponseRedirect(reverse("admin:papers_importrun_change", args=[obj.pk]))

    # --- Following ------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The run's page, which loads itself again every few seconds while the run is going, unless asked not to (?still=1)."""
        run = self.get_object(request, object_id)
        following = run is not None and run.state in ACTIVE
        response = super().change_view(request, object_id, form_url, {**(extra_context or {}), **(self._progress(run) if run else {})})
        if following and "still" not in request.GET:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def _progress(self, run: ImportRun) -> dict[str, Any]:
        rejected = ImportItem.objects.filter(run=run, outcome=ItemOutcome.REJECTED).order_by("ordinal")
        return {
            "run": run,
            "is_active": run.state in ACTIVE,
            "refresh_seconds": REFRESH_SECONDS,
            "rejected_items": list(rejected[:REJECTED_SHOWN]) if run.rejected else [],
            "rejected_shown": REJECTED_SHOWN,
        }

    def get_urls(self) -> list[URLPattern]:
        """Django's own, and those that stop a run and give its rejected items."""
        own = [
            path("<int:run_id>/stop/", self.admin_site.admin_view(require_POST(self.stop)), name="papers_importrun_stop"),
            path("<int:run_id>/rejected.jsonl", self.admin_site.admin_view(self.rejected), name="papers_importrun_rejected"),
        ]
        return own + super().get_urls()

    def stop(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Ask a run to end after its present batch; who may start imports may stop them."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        run = self._run(run_id)
        if stop_run(run=run):
            self.log_change(request, run, "Stopped.")
            self.message_user(request, _("The import ends after its present batch. What was written stays."), messages.SUCCESS)
        else:
            self.message_user(request, _("This import had ended already."), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:papers_importrun_change", args=[run.pk]))

    def rejected(self, request: HttpRequest, run_id: int) -> StreamingHttpResponse:
        """Every rejected item with its reason, as JSON lines."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = StreamingHttpResponse(_rejected_lines(self._run(run_id)), content_type="application/x-ndjson")
        response["Content-Disposition"] = f'attachment; filename="import-{run_id}-rejected.jsonl"'
        return response

    def _run(self, run_id: int) -> ImportRun:
        run = ImportRun.objects.filter(pk=run_id).first()
        if run is None:
            raise Http404
        return run

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A run is a record of what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _rejected_lines(run: ImportRun) -> Iterator[bytes]:
    rows = ImportItem.objects.filter(run=run, outcome=ItemOutcome.REJECTED).order_by("ordinal")
    for row in rows.values("ordinal", "record_id", "reason", "excerpt").iterator():
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


@admin.register(ImportItem)
class ImportItemAdmin(PartAdmin):
    """What became of each item. Best reached from its import, in the order of the input."""

    list_display = ("ordinal", "run", "outcome", "record_id", "work", "reason")
    list_select_related = ("run", "work")
    list_filter = ("outcome",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Lists may be narrowed to one run, which is indexed."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """In the order of the input for one run, which its unique constraint serves; else latest first."""
        return ("ordinal",) if "run__id__exact" in request.GET else ("-pk",)
