"""Proposals about pages at the desk: what each would change, carried out, refused or taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.models import Author
from profiles.admin.claims import SeenByDeciders, may_decide, moderator_of
from profiles.admin.records import key_in
from profiles.exceptions import IdentityError
from profiles.identity.forms import AnswerForm
from profiles.identity.preview import preview_merge, preview_split
from profiles.identity.proposals import accept_proposal, pages_to_merge, refuse_proposal, undo_proposal
from profiles.identity.splitting import groups_from
from profiles.models import Claim, PageProposal, ProposalKind, ProposalStatus
from profiles.moderation.conflicts import bars_on_pages
from profiles.querysets.claims import holding


class DecideForm(AnswerForm):
    """Which of two pages lives on, whose claim ends where both have an owner, and words to whoever proposed it."""

    def __init__(self, *args: Any, pages: tuple[Author, Author] | None = None, two_owners: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pages is not None:
            choices = [(str(page.pk), f"{page.display_name} ({page.public_id})") for page in pages]
            self.fields["survivor"] = forms.ChoiceField(
                label=gettext_lazy("Which page lives on"), choices=choices, initial=choices[0][0], required=False
            )
        if two_owners:
            self.fields["ends"] = forms.BooleanField(
                label=gettext_lazy("The claim on the page that is given up ends. Its claimant is told and can appeal."), required=False
            )
        self.order_fields(["survivor", "ends", "answer"])


@admin.register(PageProposal)
class PageProposalAdmin(SeenByDeciders[PageProposal]):
    """Proposals, latest first, found by page."""

    list_display = ("kind", "status", "page", "other", "reason", "created_at", "decided_at")
    list_select_related = ("page", "other")
    list_filter = ("status", "kind")
    search_help_text = gettext_lazy("The id of a page or of a proposal, or # and a number.")

    def find(self, rows: QuerySet[PageProposal], term: str) -> QuerySet[PageProposal]:
        """By either page's id."""
        key = key_in(term)
        return rows.filter(Q(page_id=key) | Q(other_id=key)) if key is not None else rows.none()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One proposal with what it would change, and the form that decides it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        asked = PageProposal.objects.select_related("page", "other", "proposer").filter(pk=found.pk).first() if found else None
        if asked is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        if posted is not None and not may_decide(request):
            raise PermissionDenied
        shown = _shown(asked)
        pages = (shown["merge"].survivor.author, shown["merge"].given_up.author) if shown["merge"] is not None else None
        two = shown["merge"] is not None and shown["merge"].signs.has_two_owners
        form = DecideForm(posted, pages=pages, two_owners=two, label_suffix="")
        if posted is not None and form.is_valid() and self._decide(request, asked, form, posted.get("verdict", "")):
            return HttpResponseRedirect(request.path)
        keys = [page.pk for page in (asked.page, asked.other) if page is not None]
        context = {
            **self.admin_site.each_context(request),
            "title": asked.get_kind_display(),
            "opts": self.opts,
            "asked": asked,
            "form": form,
            "waits": asked.status == ProposalStatus.OPEN,
            "is_done": asked.status == ProposalStatus.ACCEPTED,
            "can_decide": may_decide(request),
            "bar": next(iter(bars_on_pages(moderator_of(request), keys).values()), ""),
            **shown,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/profiles/pageproposal/decide.html", context)

    def _decide(self, request: HttpRequest, asked: PageProposal, form: DecideForm, verdict: str) -> bool:
        """Whether it was decided. What stands against it is shown in the form."""
        moderator, given = moderator_of(request), form.cleaned_data
        try:
            match verdict:
                case "accept":
                    survivor = Author.objects.filter(pk=int(given["survivor"])).first() if given.get("survivor") else None
                    ends = _claim_given_up(asked, survivor) if given.get("ends") else None
                    accept_proposal(proposal=asked, user=moderator, survivor=survivor, ends=ends, answer=given["answer"])
                    said = _("It is done, and whoever proposed it is told. It can be taken back here.")
                case "refuse":
                    refuse_proposal(proposal=asked, user=moderator, answer=given["answer"])
                    said = _("It stays as it is, and whoever proposed it is told.")
                case "undo":
                    undo_proposal(proposal=asked, user=moderator, answer=given["answer"])
                    said = _("It is taken back: every row is again what it was.")
                case _:
                    form.add_error(None, _("Choose what to do."))
                    return False
        except IdentityError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, said)
        return True


def _claim_given_up(asked: PageProposal, survivor: Author | None) -> Claim | None:
    _kept, gone = pages_to_merge(asked, survivor)
    return holding([gone.pk]).first()


def _shown(asked: PageProposal) -> dict[str, Any]:
    """What it would change, while it waits and its pages are where they were."""
    pages = [page for page in (asked.page, asked.other) if page is not None]
    moved = any(page.merged_into_id is not None or page.erased_at is not None for page in pages)
    waits = asked.status == ProposalStatus.OPEN and not moved
    is_merge = asked.kind == ProposalKind.MERGE
    return {
        "moved": moved and asked.status == ProposalStatus.OPEN,
        "merge": preview_merge(*pages_to_merge(asked)) if waits and is_merge else None,
        "split": preview_split(asked.page, groups_from(asked.groups)) if waits and not is_merge else None,
    }
