"""The queue of reports, each with its case, and what moderators can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import MeasureKind, Report, ReportStatus, SafetyAppeal
from collaboration.safety import deciding
from collaboration.safety.casefile import Case, case_of
from profiles.admin.claims import SeenByDeciders, may_decide, moderator_of
from profiles.exceptions import IdentityError
from profiles.models import User
from profiles.models.trust import SanctionKind

MOST_DAYS = 3650


class UpholdForm(forms.Form):
    """What follows from the report."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure"), choices=[("", gettext_lazy("None")), *MeasureKind.choices], required=False)
    days = forms.IntegerField(
        label=gettext_lazy("For how many days (empty: until it is lifted)"), min_value=1, max_value=MOST_DAYS, required=False
    )
    sanction = forms.ChoiceField(
        label=gettext_lazy("Sanction on the page (it lowers the trust score)"),
        choices=[("", gettext_lazy("None")), *SanctionKind.choices],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note for moderators"), widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), max_length=2000, required=False
    )

    def consequence(self) -> deciding.Consequence:
        """The form as what the service takes."""
        cleaned = self.cleaned_data
        return deciding.Consequence(
            MeasureKind(cleaned["measure"]) if cleaned["measure"] else None,
            cleaned["days"],
            SanctionKind(cleaned["sanction"]) if cleaned["sanction"] else None,
        )


@admin.register(Report)
class ReportAdmin(SeenByDeciders[Report]):
    """Reports: those that wait come first, oldest on top. Who decides here is a moderator, with the second factor."""

    list_display = ("public_id", "category", "status", "subject", "author", "created_at", "decided_at")
    list_select_related = ("author",)
    list_filter = ("status", "category")
    search_help_text = gettext_lazy("The id of a report, a person's whole e-mail address, or # and a number.")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits has no date of its decision, and stands first."""
        return ("-decided_at", "created_at")

    def find(self, rows: QuerySet[Report], term: str) -> QuerySet[Report]:
        """By the address of who is reported."""
        return rows.filter(reported__in=User.objects.filter(email__in={term, term.lower()}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case of a report, and the forms that decide it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        report = Report.objects.select_related("reporter", "reported", "author").filter(pk=found.pk).first() if found else None
        if report is None:
            raise Http404
        if report.reported_id == request.user.pk:  # who reported a moderator is not theirs to read
            raise PermissionDenied
        case = case_of(report, moderator_of(request))
        form = UpholdForm(request.POST if request.POST.get("do") == "uphold" else None, label_suffix="")
        if request.method == "POST":
            if not may_decide(request):
                raise PermissionDenied
            if self._carry_out(request, case, form):
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{report.get_category_display()} ({report.public_id})",
            "opts": self.opts,
            "case": case,
            "form": form,
            "waits": report.status == ReportStatus.OPEN,
            "can_decide": may_decide(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/collaboration/report/case.html", context)

    def _carry_out(self, request: HttpRequest, case: Case, form: UpholdForm) -> bool:
        """Whether something was decided; what stands against it is said on the page."""
        run = self._deed(request, case, form)
        if run is None:
            return False
        try:
            run()
        except IdentityError as error:
            messages.error(request, str(error))
            return False
        messages.success(request, _("Done, and whom it concerns is told."))
        return True

    def _deed(self, request: HttpRequest, case: Case, form: UpholdForm) -> Callable[[], object] | None:
        moderator, note = moderator_of(request), request.POST.get("note", "")[:2000].replace("\x00", "")
        what, _dash, number = request.POST.get("do", "").partition("-")
        if what == "uphold":
            if not form.is_valid():
                return None
            return lambda: deciding.uphold_report(
                report=case.report, moderator=moderator, consequence=form.consequence(), note=form.cleaned_data["note"]
            )
        if what == "dismiss":
            return lambda: deciding.dismiss_report(report=case.report, moderator=moderator, note=note)
        deed = _on_what_followed(case, what, number, moderator, note)
        if deed is None:
            messages.error(request, _("This can no longer be done: the case has changed. Here it is as it is now."))
        return deed


def _on_what_followed(case: Case, what: str, number: str, moderator: User, note: str) -> Callable[[], object] | None:
    """The deed on a measure, an entry of the history or an appeal of this case; None where it is not there any more."""
    measure = next((one for one in case.measures if what == "lift" and str(one.pk) == number), None)
    if measure is not None:
        return lambda: deciding.lift_measure(measure=measure, moderator=moderator, note=note)
    entry = next((one for one, can_undo in case.history if what == "undo" and can_undo and str(one.pk) == number), None)
    if entry is not None:
        return lambda: deciding.undo_decision(entry=entry, moderator=moderator, note=note)
    appeal = next((one for one in case.appeals if what in {"grant", "refuse"} and str(one.pk) == number), None)
    if appeal is not None:
        return lambda: deciding.decide_appeal(found=appeal, moderator=moderator, uphold=what == "grant", note=note)
    return None


@admin.register(SafetyAppeal)
class SafetyAppealAdmin(SeenByDeciders[SafetyAppeal]):
    """Appeals; each is decided in the case of its report, or here where a rule set the measure."""

    list_display = ("pk", "status", "measure", "report", "opened_at", "decided_at")
    list_select_related = ("measure", "report")
    list_filter = ("status",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The appeal with its text and two buttons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        if request.method == "POST":
            if not may_decide(request):
                raise PermissionDenied
            try:
                deciding.decide_appeal(found=found, moderator=moderator_of(request), uphold=request.POST.get("do") == "grant")
            except IdentityError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Done, and whom it concerns is told."))
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": str(found),
            "opts": self.opts,
            "appeal": found,
            "can_decide": may_decide(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/collaboration/report/appeal.html", context)
