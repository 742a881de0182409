"""The desk: the queue of what waits for moderators, and the case of one claim with everything that bears on it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.lib.admin import ModelT, ReadOnlyAdmin
from profiles.admin.deeds import Deed, deeds_for
from profiles.admin.forms import DecisionForm
from profiles.exceptions import IdentityError
from profiles.models import Claim, User
from profiles.models.choices import REFUSAL_CODES
from profiles.moderation.casefile import case_file
from profiles.moderation.decisions import approve_claim, refuse_claim
from profiles.moderation.desk import PER_PAGE, desk
from profiles.querysets.desk import DeskKind
from profiles.querysets.identity import waiting_counts
from profiles.querysets.moderation import DECIDE

LAST_PAGE = 1000


class SeenByDeciders(ReadOnlyAdmin[ModelT]):
    """Rows that whoever decides on claims may look at, beside those who were given leave."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who decides may look."""
        return super().has_view_permission(request, obj) or may_decide(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or may_decide(request)


@admin.register(Claim)
class ClaimAdmin(SeenByDeciders[Claim]):
    """Claims, latest first; each with its case. What waits for a decision is at the desk."""

    list_display = ("public_id", "author", "profile", "status", "reason_code", "started_at", "submitted_at", "decided_at")
    list_select_related = ("author", "profile")
    list_filter = ("status",)
    search_help_text = gettext_lazy("A claim's or a page's id, a claimant's whole e-mail address, or # and a number.")
    change_list_template = "admin/profiles/claim/change_list.html"

    def find(self, rows: QuerySet[Claim], term: str) -> QuerySet[Claim]:
        """By the claimant's address, or the page's id."""
        found = rows.filter(profile__user__in=User.objects.filter(email__in={term, term.lower()}))
        key = self._key_of(term)
        return found | rows.filter(author_id=key) if key is not None else found

    def get_urls(self) -> list[URLPattern]:
        """Django's own, and the desk."""
        return [path("desk/", self.admin_site.admin_view(self.desk), name="profiles_claim_desk"), *super().get_urls()]

    # --- The desk -------------------------------------------------------------------------------------------------

    def desk(self, request: HttpRequest) -> HttpResponse:
        """What waits, oldest first; chosen claims can be approved or refused together."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kind = request.GET.get("kind", "")
        kind = kind if kind in DeskKind.values else ""
        form = BulkForm(request.POST if request.method == "POST" else None, label_suffix="")
        if request.method == "POST":
            if not may_decide(request):
                raise PermissionDenied
            if form.is_valid() and self._decide_together(request, form):
                return HttpResponseRedirect(request.get_full_path())
        shown = desk(moderator=moderator_of(request), kind=kind, page=_page_number(request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Desk"),
            "opts": self.opts,
            "desk": shown,
            "elsewhere": waiting_counts(),
            "kind": kind,
            "form": form,
            "chosen": set(request.POST.getlist("claim")),
            "can_decide": may_decide(request),
            "per_page": PER_PAGE,
        }
        return TemplateResponse(request, "admin/profiles/claim/desk.html", context)

    def _decide_together(self, request: HttpRequest, form: BulkForm) -> bool:
        """Decide each chosen claim by itself, in its own transaction; whether any was decided. Each that could not be is named with the reason."""
        keys = {int(key) for key in request.POST.getlist("claim") if key.isascii() and key.isdigit() and len(key) < 19}  # noqa: PLR2004 - digits of the largest key
        claims = list(
            Claim.objects.filter(pk__in=sorted(keys)[: 2 * PER_PAGE]).select_related("profile", "author").order_by("submitted_at", "pk")
        )
        if not claims:
            form.add_error(None, _("Choose at least one claim."))
            return False
        done = 0
        for claim in claims:
            try:
                form.decide(claim, moderator_of(request))
            except IdentityError as error:
                messages.error(request, f"{claim.author.display_name} ({claim.public_id}): {error}")
            else:
                done += 1
        if done:
            messages.success(request, ngettext("%(count)d claim was decided.", "%(count)d claims were decided.", done) % {"count": done})
        return True

    # --- A case ---------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case of a claim. A form that was sent is carried out, or shown again with what stands against it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        claim = self.get_object(request, unquote(object_id))
        case = case_file(claim.pk, moderator_of(request)) if claim is not None else None
        if case is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        undo = _number(request.GET.get("undo", ""))
        deeds = deeds_for(case, moderator_of(request), posted, undo) if may_decide(request) else []
        if posted is not None:
            if not may_decide(request):
                raise PermissionDenied
            answer = self._carry_out(request, deeds, posted.get("deed", ""))
            if answer is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "title": _("Claim on %(page)s") % {"page": case.claim.author.display_name},
            "opts": self.opts,
            "case": case,
            "deeds": deeds,
            "can_decide": may_decide(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/claim/case.html", context)

    def _carry_out(self, request: HttpRequest, deeds: list[Deed], key: str) -> HttpResponse | None:
        """Where to go once it is done; None where the page is shown again."""
        deed = next((deed for deed in deeds if deed.key == key), None)
        if deed is None:
            messages.error(request, _("This can no longer be done: the case has changed. Here it is as it is now."))
            return HttpResponseRedirect(request.path)
        if not deed.carry_out():
            return None
        messages.success(request, deed.done)
        return HttpResponseRedirect(request.path)


class BulkForm(DecisionForm):
    """Approve or refuse several claims for one reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        codes = REFUSAL_CODES
        super().__init__(*args, codes=codes, note=_("Words to each claimant (refusing), or note for moderators (granting)"), **kwargs)
        self.fields["code"].required = False
        self.fields["code"].label = _("Reason for refusing")
        self.verdict = self.data.get("verdict", "") if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        """A verdict, and for refusing a reason."""
        cleaned = super().clean() or {}
        if self.verdict not in {"approve", "refuse"}:
            self.add_error(None, _("Choose whether to grant or to refuse."))
        elif self.verdict == "refuse" and not cleaned.get("code"):
            self.add_error("code", _("Choose a reason."))
        return cleaned

    def decide(self, claim: Claim, moderator: User) -> None:
        """Decide one claim. Raises ``IdentityError``."""
        code, note = self.cleaned_data["code"], self.cleaned_data["note"]
        if self.verdict == "approve":
            approve_claim(claim=claim, moderator=moderator, note=note)
        else:
            refuse_claim(claim=claim, moderator=moderator, code=code, note=note)


def may_decide(request: HttpRequest) -> bool:
    """Whether the account of the request decides on claims."""
    return moderator_of(request).has_perm(DECIDE)


def moderator_of(request: HttpRequest) -> User:
    """The account of the request."""
    return cast("User", request.user)  # the administration lets nobody else in


def _page_number(request: HttpRequest) -> int:
    return min(max(_number(request.GET.get("p", "")) or 1, 1), LAST_PAGE)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - digits of the largest key
