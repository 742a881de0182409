"""Proposals as who made them and the owners of the pages see them. Moderators decide in the administration, behind their second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from config.lib.paging import open_pager
from config.lib.query_params import QueryParams
from profiles.exceptions import IdentityError, NotAllowedError
from profiles.identity.forms import AnswerForm
from profiles.identity.preview import preview_merge, preview_split
from profiles.identity.proposals import (
    accept_proposal,
    may_accept,
    may_refuse,
    pages_to_merge,
    refuse_proposal,
    undo_proposal,
    withdraw_proposal,
)
from profiles.identity.splitting import groups_from
from profiles.identity.undoing import may_take_back
from profiles.models import PageProposal, ProposalKind, ProposalStatus, User
from profiles.models.choices import Role
from profiles.querysets.claims import holding
from profiles.querysets.identity import proposals_about, proposals_of, standing_acts
from profiles.querysets.moderation import DECIDE
from profiles.views.typed import writing_needs_login

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 50


@never_cache
@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What the reader proposed, twenty a page, and what others propose about their own page. Six queries."""
    user: Any = request.user
    params = QueryParams(request.GET)
    page = params.number("page", 1, MOST_PAGES) or 1
    rows = list(proposals_of(user.pk)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    pager = open_pager(
        page=page,
        size=PAGE_SIZE,
        shown=len(rows[:PAGE_SIZE]),
        has_more=len(rows) > PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda number: reverse("profiles:proposals") + (f"?page={number}" if number > 1 else ""),
    )
    own = list(_owned_by(user).values_list("author_id", flat=True))
    about = [one for one in proposals_about(own)[:PAGE_SIZE] if one.proposer_id != user.pk] if own else []
    context = {"proposals": rows[:PAGE_SIZE], "about": about, "pager": pager, "ignored": params.close()}
    return render(request, "profiles/identity/proposals.html", context)


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal with what it would change, for who made it, the owners of its pages, and moderators; 404 for everybody else. At most 40 queries."""
    user: Any = request.user
    found = PageProposal.objects.select_related("page__merged_into", "other__merged_into", "proposer").filter(pk=pk).first()
    if found is None or not _may_see(found, user):
        raise Http404(_("There is no page at this address."))
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = _carried_out(found, user, request.POST.get("action", ""), form.cleaned_data["answer"])
        except IdentityError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect("profiles:proposal", pk=found.pk)
    return render(request, "profiles/identity/proposal.html", proposal_context(found, user, form))


def proposal_context(found: PageProposal, user: User, form: AnswerForm) -> dict[str, Any]:
    """What the page of a proposal shows: what would change while it waits, and what this reader can do."""
    waits = found.status == ProposalStatus.OPEN
    merge = split = None
    if waits and found.kind == ProposalKind.MERGE and found.other is not None and not _is_moved(found):
        merge = preview_merge(*pages_to_merge(found))
    elif waits and found.kind == ProposalKind.SPLIT:
        split = preview_split(found.page, groups_from(found.groups))
    return {
        "proposal": found,
        "is_moved": waits and _is_moved(found),
        "merge": merge,
        "split": split,
        "form": form,
        "is_own": found.proposer_id == user.pk,
        "can_accept": waits and _is_owner(lambda: may_accept(proposal=found, user=user)),
        "can_refuse": waits and found.proposer_id != user.pk and _is_owner(lambda: may_refuse(proposal=found, user=user)),
        "can_undo": found.status == ProposalStatus.ACCEPTED and _is_owner(lambda: _may_undo(found, user)),
        "desk_url": reverse("admin:profiles_pageproposal_change", args=[found.pk]) if user.is_staff and user.has_perm(DECIDE) else "",
    }


def _carried_out(found: PageProposal, user: User, action: str, answer: str) -> str:
    match action:
        case "withdraw":
            withdraw_proposal(proposal=found, user=user)
            return _("The proposal is withdrawn.")
        case "accept" if may_accept(proposal=found, user=user) == Role.OWNER:
            accept_proposal(proposal=found, user=user, answer=answer)
            return _("It is done. You can take it back on this page.")
        case "refuse" if may_refuse(proposal=found, user=user) == Role.OWNER:
            refuse_proposal(proposal=found, user=user, answer=answer)
            return _("It stays as it is, and whoever proposed it is told.")
        case "undo" if _may_undo(found, user) == Role.OWNER:
            undo_proposal(proposal=found, user=user, answer=answer)
            return _("It is taken back: everything is as it was before.")
    raise NotAllowedError(_("Moderators decide this in the administration."))


def _may_undo(found: PageProposal, user: User) -> Role:
    if found.decision is None:
        raise NotAllowedError(_("This was not carried out, or it has been taken back already."))
    return may_take_back(user=user, acts=list(standing_acts(found.decision)))


def _is_owner(asked: Callable[[], Role]) -> bool:
    try:
        return asked() == Role.OWNER
    except IdentityError:
        return False


def _is_moved(found: PageProposal) -> bool:
    """Whether one of the pages was merged or erased since."""
    pages = [found.page, *([found.other] if found.other is not None else [])]
    return any(page.merged_into_id is not None or page.erased_at is not None for page in pages)


def _may_see(found: PageProposal, user: User) -> bool:
    if found.proposer_id == user.pk or user.has_perm(DECIDE):
        return True
    keys = {key for page in (found.page, found.other) if page is not None for key in (page.pk, page.merged_into_id) if key}
    return holding(keys).filter(profile__user_id=user.pk).exists()


def _owned_by(user: User) -> Any:
    from profiles.models import Claim
    from profiles.models.choices import HOLDING

    return Claim.objects.filter(profile__user=user, status__in=HOLDING)
