"""Trust in the administration: scores found by score and band, sanctions, and what another formula would do."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.lib.admin import ReadOnlyAdmin
from config.lib.public_ids import decode_public_id
from papers.models import Author
from papers.refresh import mark_dirty
from profiles.admin.claims import may_decide, moderator_of
from profiles.exceptions import IdentityError
from profiles.models import FieldStatistics, Sanction, ShadowScore, SupportEdge, TrustEvent, TrustScore
from profiles.models.choices import ReasonCode
from profiles.models.trust import Band, SanctionKind
from profiles.trust.formula import WEIGHT_D, WEIGHT_I, WEIGHT_N, WEIGHT_Q, WEIGHT_S
from profiles.trust.page import address
from profiles.trust.sanctioning import impose_sanction, lift_sanction
from profiles.trust.whatif import WhatIf, next_formulas_beside, what_if

_RANGE = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?")
SANCTION_CODES = (ReasonCode.ABUSE, ReasonCode.IMPOSTURE, ReasonCode.OTHER_PERSON)


class WhatIfForm(forms.Form):
    """Other weights of the five components, in points."""

    identity = forms.FloatField(label=gettext_lazy("Identity"), min_value=0, max_value=100, initial=100 * WEIGHT_I)
    quality = forms.FloatField(label=gettext_lazy("Record quality"), min_value=0, max_value=100, initial=100 * WEIGHT_Q)
    scholarly = forms.FloatField(label=gettext_lazy("Scholarly record"), min_value=0, max_value=100, initial=100 * WEIGHT_S)
    community = forms.FloatField(label=gettext_lazy("Community"), min_value=0, max_value=100, initial=100 * WEIGHT_N)
    conduct = forms.FloatField(label=gettext_lazy("Conduct"), min_value=0, max_value=100, initial=100 * WEIGHT_D)

    def clean(self) -> dict[str, Any]:
        """The weights add up to a hundred: a score is of a hundred."""
        given = super().clean() or {}
        if len(given) == len(self.fields) and abs(sum(given.values()) - 100) > 1e-6:  # noqa: PLR2004 - rounding
            raise forms.ValidationError(_("The weights add up to %(sum)g, not to 100.") % {"sum": sum(given.values())})
        return given


class SanctionForm(forms.Form):
    """A sanction on a page, with its reason and perhaps an end."""

    author = forms.CharField(label=gettext_lazy("Page"), help_text=gettext_lazy("The id from the page's address."), max_length=20)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SanctionKind.choices)
    code = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[(code.value, code.label) for code in SANCTION_CODES])
    ends_at = forms.DateTimeField(label=gettext_lazy("Ends (UTC), if it does"), required=False, help_text="2027-01-31 00:00")
    note = forms.CharField(
        label=gettext_lazy("Note, for moderators"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )

    def clean_author(self) -> Author:
        """The page of that id."""
        try:
            return Author.objects.get(
                pk=decode_public_id(self.cleaned_data["author"].strip().lower()), merged_into__isnull=True, erased_at__isnull=True
            )
        except (ValueError, Author.DoesNotExist) as error:
            raise forms.ValidationError(_("There is no page with this id.")) from error


@admin.register(TrustScore)
class TrustScoreAdmin(ReadOnlyAdmin[TrustScore]):
    """Scores. A search is a score or a range of scores."""

    list_display = ("author", "shown", "band", "level", "formula_version", "computed_at", "ledger")
    list_select_related = ("author",)
    list_filter = ("band", "level")
    fields = (
        "author",
        "score",
        "shown",
        "band",
        "level",
        "formula_version",
        "components",
        "given",
        "input_hash",
        "computed_at",
        "ledger",
    )
    readonly_fields = fields
    search_help_text = gettext_lazy("A score (42), a range (80-100), the id of a page, or # and a number.")
    actions = ("recompute",)  # type: ignore[assignment]  # the base has none
    change_list_template = "admin/profiles/trustscore/change_list.html"

    def find(self, rows: QuerySet[TrustScore], term: str) -> QuerySet[TrustScore]:
        """By score, or by the page's id."""
        told = _RANGE.fullmatch(term)
        if told:
            low, high = int(told[1]), int(told[2] or told[1])
            bands = [band for band in Band if band >= _band_of(low) and band <= _band_of(high)]
            return rows.filter(band__in=bands, shown__gte=low, shown__lte=high)  # bands too: the index begins with them
        try:
            return rows.filter(author_id=decode_public_id(term.lower()))
        except ValueError:
            return rows.none()

    @admin.action(description=gettext_lazy("Compute these scores again"), permissions=["recompute"])
    def recompute(self, request: HttpRequest, queryset: QuerySet[TrustScore]) -> None:
        """Mark them; workers compute within seconds."""
        marked = mark_dirty(kind="trust", ids=queryset.values_list("author_id", flat=True), reason="everything")
        said = ngettext("%(n)s score will be computed again.", "%(n)s scores will be computed again.", marked) % {"n": marked}
        self.message_user(request, said, messages.SUCCESS)

    def has_recompute_permission(self, request: HttpRequest) -> bool:
        """Who sees scores may have them computed again: it changes nothing but what is out of date."""
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("components and points"))
    def components(self, row: TrustScore) -> str:
        """As stored."""
        return format_html("<pre>{}</pre>", json.dumps(row.parts, indent=2, ensure_ascii=False))

    @admin.display(description=gettext_lazy("inputs"))
    def given(self, row: TrustScore) -> str:
        """As stored."""
        return format_html("<pre>{}</pre>", json.dumps(row.inputs, indent=2, ensure_ascii=False))

    @admin.display(description=gettext_lazy("trust page"))
    def ledger(self, row: TrustScore) -> str:
        """A link to the score taken apart."""
        return format_html('<a href="{}">{}</a>', address(row.author), _("point by point"))

    def get_urls(self) -> list[URLPattern]:
        """The view for another formula, beside the usual ones."""
        own = path("what-if/", self.admin_site.admin_view(self.what_if), name="profiles_trustscore_what_if")
        return [own, *super().get_urls()]

    def what_if(self, request: HttpRequest) -> HttpResponse:
        """How many people would move, and by how much. Changes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = WhatIfForm(request.GET or None, label_suffix="")
        found = None
        if form.is_valid():
            given = form.cleaned_data
            names = ("identity", "quality", "scholarly", "community", "conduct")
            found = what_if(
                (given[names[0]] / 100, given[names[1]] / 100, given[names[2]] / 100, given[names[3]] / 100, given[names[4]] / 100)
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("What another formula would do"),
            "opts": self.opts,
            "form": form,
            "found": _table(found) if found is not None else None,
            "following": [(one.version, one.since, _table(one.moves)) for one in next_formulas_beside()],
        }
        return TemplateResponse(request, "admin/profiles/trustscore/what_if.html", context)


def _table(found: WhatIf) -> dict[str, Any]:
    """Who would move, as the page shows it."""
    return {
        "people": found.people,
        "all_people": found.all_people,
        "mean": found.mean,
        "moves": [(by, found.up[by], found.down[by]) for by in found.up],
        "bands": [(Band(before).label, Band(after).label, n) for (before, after), n in found.bands.items()],
    }


def _band_of(shown: int) -> int:
    return sum(shown > top for top in (14, 34, 59, 84))


@admin.register(TrustEvent)
class TrustEventAdmin(ReadOnlyAdmin[TrustEvent]):
    """Changes of scores, latest first."""

    list_display = ("author", "at", "shown", "band", "level", "reasons", "is_snapshot")
    list_select_related = ("author",)
    search_help_text = gettext_lazy("The id of a page, or # and a number.")

    def find(self, rows: QuerySet[TrustEvent], term: str) -> QuerySet[TrustEvent]:
        """By the page's id."""
        try:
            return rows.filter(author_id=decode_public_id(term.lower()))
        except ValueError:
            return rows.none()


@admin.register(Sanction)
class SanctionAdmin(ReadOnlyAdmin[Sanction]):
    """Sanctions: imposed and lifted here, each with its reason."""

    list_display = ("author", "kind", "imposed_at", "ends_at", "lifted_at", "imposed_by")
    list_select_related = ("author", "imposed_by")
    list_filter = ("kind",)
    change_form_template = "admin/profiles/sanction/change_form.html"
    search_help_text = gettext_lazy("The id of a page, or # and a number.")

    def find(self, rows: QuerySet[Sanction], term: str) -> QuerySet[Sanction]:
        """By the page's id."""
        try:
            return rows.filter(author_id=decode_public_id(term.lower()))
        except ValueError:
            return rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who decides may look."""
        return super().has_view_permission(request, obj) or may_decide(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who decides may impose."""
        return may_decide(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Impose a sanction."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SanctionForm(request.POST or None, label_suffix="")
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                made = impose_sanction(
                    author=given["author"],
                    kind=SanctionKind(given["kind"]),
                    moderator=moderator_of(request),
                    code=ReasonCode(given["code"]),
                    ends_at=given["ends_at"],
                    note=given["note"],
                )
            except IdentityError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Imposed. The score is computed again."))
                return HttpResponseRedirect(reverse("admin:profiles_sanction_change", args=[made.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Impose a sanction"),
            "opts": self.opts,
            "form": form,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/sanction/add.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The sanction; a POST lifts it."""
        if request.method != "POST":
            return super().change_view(request, object_id, form_url, extra_context)
        if not may_decide(request):
            raise PermissionDenied
        sanction = self.get_object(request, object_id)
        if sanction is not None:
            try:
                lift_sanction(
                    sanction=sanction,
                    moderator=moderator_of(request),
                    code=ReasonCode.MISTAKE,
                    note=request.POST.get("note", "")[:2000].replace("\x00", ""),
                )
                messages.success(request, _("Lifted. The score is computed again."))
            except IdentityError as error:
                messages.error(request, str(error))
        return HttpResponseRedirect(request.path)


class FewRowsAdmin(ReadOnlyAdmin[Any]):
    """Computed rows that are only read."""

    search_help_text = gettext_lazy("# and a number.")


admin.site.register(
    FieldStatistics,
    FewRowsAdmin,
    list_display=("field", "version", "n90", "kappa", "authors", "computed_at"),
    list_select_related=("field",),
)
admin.site.register(
    SupportEdge,
    FewRowsAdmin,
    list_display=("source", "target", "kind", "weight", "latest_at"),
    list_select_related=("source", "target"),
)
admin.site.register(
    ShadowScore, FewRowsAdmin, list_display=("author", "formula_version", "shown", "band", "computed_at"), list_select_related=("author",)
)
