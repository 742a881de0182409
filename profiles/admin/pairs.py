"""The review queue of uncertain pairs, worked through by keyboard: one pair at a time, most valuable first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.admin import ReadOnlyAdmin
from papers.models import AuthorChange, IdentityConstraint, UncertainPair
from profiles.admin.claims import may_decide, moderator_of
from profiles.exceptions import IdentityError
from profiles.identity.pairs import decide_pair, next_pair, take_back_pair


class ForModerators(ReadOnlyAdmin[Any]):
    """Rows that whoever decides may look at."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or may_decide(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or may_decide(request)


@admin.register(UncertainPair)
class UncertainPairAdmin(ForModerators):
    """Pairs, waiting and decided; what waits is worked through in the queue."""

    list_display = ("one", "other", "block", "probability", "value", "verdict", "decided_at")
    list_select_related = ("one", "other")
    list_filter = ("verdict",)
    search_help_text = gettext_lazy("# and a number.")
    change_list_template = "admin/papers/uncertainpair/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Django's own, and the queue."""
        return [path("queue/", self.admin_site.admin_view(self.queue), name="papers_uncertainpair_queue"), *super().get_urls()]

    def queue(self, request: HttpRequest) -> HttpResponse:
        """The pair that comes next; an answer that was sent is kept, and the next pair follows. About twenty queries."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            if not may_decide(request):
                raise PermissionDenied
            return self._answered(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Uncertain pairs"),
            "opts": self.opts,
            "shown": next_pair(moderator_of(request), first=_number(request.GET.get("pair", ""))),
            "can_decide": may_decide(request),
        }
        return TemplateResponse(request, "admin/papers/uncertainpair/queue.html", context)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        moderator = moderator_of(request)
        address = reverse("admin:papers_uncertainpair_queue")
        try:
            if request.POST.get("verdict") == "undo":
                back = take_back_pair(moderator=moderator)
                messages.success(request, _("Taken back. Here is the pair again."))
                return HttpResponseRedirect(f"{address}?pair={back.pk}")
            pair = UncertainPair.objects.filter(pk=_number(request.POST.get("pair", "")) or 0).first()
            if pair is None:
                messages.error(request, _("This pair is gone. Here is the next one."))
            else:
                decide_pair(pair=pair, moderator=moderator, verdict=request.POST.get("verdict", ""))
        except IdentityError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(address)


@admin.register(IdentityConstraint)
class IdentityConstraintAdmin(ForModerators):
    """What people said about who is who, and no run may break."""

    list_display = ("one", "other", "kind", "origin", "decided_at")
    list_select_related = ("one", "other")
    list_filter = ("kind", "origin")


@admin.register(AuthorChange)
class AuthorChangeAdmin(ForModerators):
    """Every change of an author id, by people and by rules. It only grows."""

    list_display = ("at", "kind", "old_author", "new_author", "by_person", "rule", "entry", "undoes")
    list_select_related = ("undoes",)
    list_filter = ("kind", "by_person")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - digits of the largest key
