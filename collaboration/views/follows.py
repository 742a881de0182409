"""Following something, leaving it, and the lists of who follows what."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.following.follows import choose_list, follow, save_search, unfollow
from collaboration.following.searches import read_search
from collaboration.following.targets import KINDS_BY_WORD, Target, find_target, target_of
from collaboration.models import FollowList, SavedSearch
from collaboration.pages.follow_button import button_for
from collaboration.pages.following import followed_page, followers_page
from collaboration.querysets.follows import standing_of
from collaboration.views.common import account_of, way_back
from config.lib.pages import public_page
from config.lib.query_params import QueryParams
from papers.models import Author
from papers.views.standing import addressed, elsewhere
from profiles.claims.shown import shown_claim
from profiles.exceptions import IdentityError

LEAVE: Final = "leave"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_target(request: HttpRequest, word: str, pk: int) -> HttpResponse:
    """Follow or leave something; GET asks first, for people who came here through the log-in. 404 for what cannot be followed."""
    target = find_target(KINDS_BY_WORD.get(word, ""), pk)
    if target is None:
        raise Http404(_("There is nothing to follow at this address."))
    return _answer(request, target)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_search(request: HttpRequest) -> HttpResponse:
    """The same for a search, saved when the first one follows it. The search stands in the address, or in ``query`` of the form."""
    from django.http import QueryDict

    asked = request.GET if request.method != "POST" else QueryDict(request.POST.get("query", "")[:4000])
    query, words = read_search(QueryParams(asked))
    if not query:
        raise Http404(_("This search asks for nothing that could be followed."))
    if request.method != "POST":
        found = SavedSearch.objects.filter(query=query).first()
        target = target_of(found) if found else Target("search", 0, words, f"{reverse('papers:search')}?{query}")
        return _ask(request, target, query=query)
    try:
        return _answer(request, target_of(save_search(query=query, words=words)), query=query)
    except IdentityError as error:
        messages.error(request, str(error))
        return redirect(way_back(request, f"{reverse('papers:search')}?{query}"))


def _answer(request: HttpRequest, target: Target, query: str = "") -> HttpResponse:
    if request.method != "POST":
        return _ask(request, target, query=query)
    user = account_of(request)
    try:
        if request.POST.get("do") == LEAVE:
            unfollow(user=user, target=target)
        else:
            follow(user=user, target=target)
    except IdentityError as error:
        if not getattr(request, "htmx", False):
            messages.error(request, str(error))
        return _after(request, target, query, problem=str(error))
    return _after(request, target, query)


def _after(request: HttpRequest, target: Target, query: str, problem: str = "") -> HttpResponse:
    """The button as it is now where htmx asked, else back to the page that it stood on."""
    back = way_back(request, target.address)
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(back)
    return render(request, "collaboration/_follow.html", {**_button(request, target, back, query), "problem": problem, "focus": True})


def _ask(request: HttpRequest, target: Target, *, query: str) -> HttpResponse:
    return render(request, "collaboration/follow.html", {"target": target, **_button(request, target, target.address, query)})


def _button(request: HttpRequest, target: Target, back: str, query: str) -> dict[str, Any]:
    owner = None
    if target.kind == "author":
        held = shown_claim(Author(pk=target.key))
        owner = held.user_id if held is not None else None
    button = button_for(target, standing_of(target.kind, target.key, request.user, owner=owner), next=back)
    if query:
        from dataclasses import replace

        button = replace(button, action=reverse("collaboration:follow-search"), query=query)
    return {"button": button}


@login_required
@never_cache
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, by kind, with a button to leave each, and the choice of who may see it. Three queries beside the log-in's."""
    user = account_of(request)
    shows = FollowList.objects.filter(user=user, is_public=True).exists()
    params = QueryParams(request.GET)
    return render(
        request, "collaboration/following.html", {**followed_page(user, params, request.path), "shows_list": shows, "is_own": True}
    )


@login_required
@never_cache
@require_POST
def list_choice(request: HttpRequest) -> HttpResponse:
    """Show the list on one's page, or keep it to oneself."""
    shown = request.POST.get("shown") == "1"
    choose_list(user=account_of(request), is_public=shown)
    messages.success(request, _("Your page shows what you follow.") if shown else _("What you follow is yours alone to see."))
    return redirect("collaboration:following")


@public_page
def followed_by(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration
    """What the owner of a page follows, where they show it to the reader; else 404, as if there were no such list."""
    from collaboration.safety.blocks import is_blocked_between
    from papers.querysets.people import authors
    from profiles.models import User

    author = addressed(authors().select_related("merged_into"), request, pk)
    moved = elsewhere(request, author) if author.erased_at or author.merged_into_id else None
    if moved is not None:
        return moved
    held = shown_claim(author)
    owner = User.objects.filter(pk=held.user_id, follow_list__is_public=True).first() if held is not None else None
    if owner is None or is_blocked_between(owner, request.user):
        raise Http404(_("There is no such list."))
    context = followed_page(owner, QueryParams(request.GET), request.path)
    return render(request, "collaboration/following.html", {**context, "person": author, "is_own": False})


@public_page
def followers(request: HttpRequest, word: str, pk: int) -> HttpResponse:
    """How many follow something, and those of them who show that. Four queries."""
    target = find_target(KINDS_BY_WORD.get(word, ""), pk)
    if target is None or target.kind == "search":
        raise Http404(_("There is no such list."))
    return render(request, "collaboration/followers.html", followers_page(target, request.user, QueryParams(request.GET), request.path))
