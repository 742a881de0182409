"""Freezes: made in two steps, the first of which says what would follow."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.admin import ReadOnlyAdmin
from profiles.admin.claims import may_decide, moderator_of
from profiles.admin.forms import DecisionForm, FreezeForm
from profiles.exceptions import IdentityError
from profiles.models import Freeze, TrailEntry
from profiles.models.choices import FreezeKind
from profiles.moderation.freezes import LIFT_CODES, Effect, freeze, lift_freeze, likely_effect
from profiles.moderation.undoing import UNDO_CODES, is_decision, undo_decision


@admin.register(Freeze)
class FreezeAdmin(ReadOnlyAdmin[Freeze]):
    """Freezes, latest first."""

    list_display = ("__str__", "kind", "institution", "reason_code", "frozen_at", "frozen_by", "lifted_at")
    list_select_related = ("institution", "frozen_by")
    list_filter = ("kind",)
    search_help_text = gettext_lazy("A whole domain, or # and a number.")

    def find(self, rows: QuerySet[Freeze], term: str) -> QuerySet[Freeze]:
        """By the domain. Freezes are few."""
        return rows.filter(domain=term.lower())

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who decides may look."""
        return super().has_view_permission(request, obj) or may_decide(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who decides may freeze."""
        return may_decide(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What to freeze; then how many pages would change level; then it is done."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        started = {key: request.GET[key] for key in ("kind", "domain", "institution") if "\x00" not in request.GET.get(key, "\x00")}
        form = FreezeForm(request.POST if request.method == "POST" else None, initial=started, label_suffix="")
        effect: Effect | None = None
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                effect = likely_effect(kind=FreezeKind(given["kind"]), domain=given["domain"], institution=given["institution"])
                if "confirm" in request.POST:
                    made = freeze(
                        kind=FreezeKind(given["kind"]),
                        domain=given["domain"],
                        institution=given["institution"],
                        moderator=moderator_of(request),
                        code=given["code"],
                        note=given["note"],
                    )
                    messages.success(request, _("Frozen. The levels of the pages concerned are computed again."))
                    return HttpResponseRedirect(reverse("admin:profiles_freeze_change", args=[made.pk]))
            except IdentityError as error:
                form.add_error(None, str(error))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Freeze a domain or an institution"),
            "opts": self.opts,
            "form": form,
            "effect": effect,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/freeze/add.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One freeze with its history; what lifting it would change, and the forms that lift it or take an act on it back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        frozen = self.get_object(request, unquote(object_id))
        if frozen is None:
            raise Http404
        if request.method == "POST" and not may_decide(request):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        deed = posted.get("deed", "") if posted is not None else ""
        lift = DecisionForm(
            posted if deed == "lift" else None, prefix="lift", codes=LIFT_CODES, note=_("Note for moderators"), label_suffix=""
        )
        entries = list(_history(frozen))
        latest = next((entry for entry in entries if is_decision(entry) and getattr(entry, "undone_by", None) is None), None)
        undo = DecisionForm(
            posted if deed == "undo" else None, prefix="undo", codes=UNDO_CODES, note=_("Note for moderators"), label_suffix=""
        )
        if posted is not None:
            answer = self._carry_out(request, frozen, lift, undo, latest)
            if answer is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "title": _("Freeze of %(what)s") % {"what": frozen.domain or str(frozen.institution)},
            "opts": self.opts,
            "frozen": frozen,
            "effect": _effect_of_lifting(frozen),
            "lift": lift,
            "undo": undo,
            "latest": latest,
            "entries": entries,
            "can_decide": may_decide(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/freeze/lift.html", context)

    def _carry_out(
        self, request: HttpRequest, frozen: Freeze, lift: DecisionForm, undo: DecisionForm, latest: TrailEntry | None
    ) -> HttpResponse | None:
        moderator = moderator_of(request)
        form = lift if lift.is_bound else undo
        if not form.is_bound or not form.is_valid():
            return None
        given = form.cleaned_data
        try:
            if form is lift:
                lift_freeze(freeze=frozen, moderator=moderator, code=given["code"], note=given["note"])
                said = _("The freeze is lifted. The levels of the pages concerned are computed again.")
            elif latest is not None:
                undo_decision(entry=latest, moderator=moderator, code=given["code"], note=given["note"])
                said = _("The decision is taken back: every row is again what it was.")
            else:
                return None
        except IdentityError as error:
            form.refuse(error)
            return None
        messages.success(request, said)
        still = Freeze.objects.filter(pk=frozen.pk).exists()
        return HttpResponseRedirect(request.path if still else reverse("admin:profiles_freeze_changelist"))


def _history(frozen: Freeze) -> QuerySet[TrailEntry]:
    rows = TrailEntry.objects.filter(subject=Freeze._meta.label, subject_id=frozen.pk)
    return rows.select_related("note", "undone_by").order_by("-pk")


def _effect_of_lifting(frozen: Freeze) -> Effect | None:
    if frozen.lifted_at is not None:
        return None
    return likely_effect(kind=FreezeKind(frozen.kind), domain=frozen.domain, institution=frozen.institution, lift=True)
