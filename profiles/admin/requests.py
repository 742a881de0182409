"""Requests by people without an account, answered at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.claims import SeenByDeciders, may_decide, moderator_of
from profiles.admin.forms import DecisionForm
from profiles.admin.records import key_in
from profiles.exceptions import IdentityError, NoteNeededError
from profiles.models import PublicRequest
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.moderation.conflicts import bars_on_pages
from profiles.moderation.requests import answer_request

EFFECTS = {
    RequestKind.NOT_MINE: (
        gettext_lazy("Granting takes the work off this page for good."),
        gettext_lazy("Refusing confirms it there."),
    ),
    RequestKind.OPT_OUT: (gettext_lazy("Granting keeps the page out of search engines."), gettext_lazy("Refusing changes nothing.")),
    RequestKind.CORRECTION: (
        gettext_lazy("Correct the record first; granting only says that it is done."),
        gettext_lazy("Refusing changes nothing."),
    ),
}


@admin.register(PublicRequest)
class PublicRequestAdmin(SeenByDeciders[PublicRequest]):
    """Requests, latest first, found by page."""

    list_display = ("kind", "status", "author", "created_at", "confirmed_at", "decided_at")
    list_select_related = ("author",)
    list_filter = ("status", "kind")
    search_help_text = gettext_lazy("The id of a page, or # and a number.")

    def find(self, rows: QuerySet[PublicRequest], term: str) -> QuerySet[PublicRequest]:
        """By the page's id."""
        key = key_in(term)
        return rows.filter(author_id=key) if key is not None else rows.none()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One request with what it is about, and the form that answers it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        asked = PublicRequest.objects.select_related("author", "authorship__work").filter(pk=found.pk).first() if found else None
        if asked is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        if posted is not None and not may_decide(request):
            raise PermissionDenied
        form = DecisionForm(posted, note=_("To whoever asked"), label_suffix="")
        if posted is not None and self._answer(request, asked, form, posted.get("verdict", "")):
            return HttpResponseRedirect(request.path)
        granting, refusing = EFFECTS[RequestKind(asked.kind)]
        context = {
            **self.admin_site.each_context(request),
            "title": asked.get_kind_display(),
            "opts": self.opts,
            "asked": asked,
            "form": form,
            "granting": granting,
            "refusing": refusing,
            "waits": asked.status == RequestStatus.OPEN,
            "can_decide": may_decide(request),
            "bar": bars_on_pages(moderator_of(request), [asked.author_id]).get(asked.author_id, ""),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/publicrequest/answer.html", context)

    def _answer(self, request: HttpRequest, asked: PublicRequest, form: DecisionForm, verdict: str) -> bool:
        if not form.is_valid():
            return False
        if verdict not in {"grant", "refuse"}:
            form.add_error(None, _("Choose whether to grant or to refuse."))
            return False
        try:
            answer_request(request=asked, moderator=moderator_of(request), grant=verdict == "grant", note=form.cleaned_data["note"])
        except NoteNeededError as error:
            form.refuse(error, "note")
        except IdentityError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The request is answered, and whoever asked is told."))
            return True
        return False
