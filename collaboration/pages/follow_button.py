"""The follow button with its count, on the pages of people, topics, institutions and searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from collaboration.following.searches import canonical_query
from collaboration.following.targets import WORDS_IN_ADDRESSES, Target, target_of
from collaboration.querysets.follows import Standing, standing_of, standing_of_search
from papers.models import Author, Institution, Topic
from papers.models.bases import page_slug
from papers.pages.search_state import SearchState
from profiles.claims.shown import shown_claim


@dataclass(frozen=True, slots=True)
class FollowButton:
    """What ``collaboration/_follow.html`` reads. ``page_key`` and ``page_slug`` name the person whose list of what they follow is shown, if any."""

    kind: str
    name: str
    action: str
    next: str
    count: int
    is_following: bool
    followers_url: str = ""
    list_url: str = ""
    query: str = ""


def follow_panel(request: HttpRequest, subject: Author | Topic | Institution) -> Mapping[str, Any] | None:
    """The button on a page. One query; on a person's page it rests on the claim that the header has read."""
    target = target_of(subject)
    held = shown_claim(subject) if isinstance(subject, Author) else None
    owner = held.user_id if held is not None else None
    is_own = owner is not None and owner == request.user.pk
    standing = standing_of(target.kind, target.key, request.user, owner=owner)
    return {"button": button_for(target, standing, next=request.get_full_path()), "is_own": is_own}


def follow_search_panel(request: HttpRequest, state: SearchState) -> Mapping[str, Any] | None:
    """The button of a search that asks for papers. One query, none where nothing is asked."""
    query = canonical_query(state)
    if not query or state.kind not in {"", "papers"}:
        return None
    standing, _key = standing_of_search(query, request.user)
    action = reverse("collaboration:follow-search")
    return {"button": FollowButton("search", "", action, request.get_full_path(), standing.count, standing.is_following, query=query)}


def button_for(target: Target, standing: Standing, *, next: str) -> FollowButton:  # noqa: A002 - the name of the field in the form
    """The button of a target as it stands. ``next`` is where a reader without scripts goes back to."""
    word = WORDS_IN_ADDRESSES[target.kind]
    shows = target.kind == "author" and standing.shows_list
    return FollowButton(
        kind=target.kind,
        name=target.name,
        action=target.follow_address,
        next=next,
        count=standing.count,
        is_following=standing.is_following,
        followers_url=reverse("collaboration:followers", args=[word, target.key]) if standing.count and target.kind != "search" else "",
        list_url=reverse("collaboration:followed-by", args=[target.key, page_slug(target.name)]) if shows else "",
    )


def atom_link_panel(request: HttpRequest, subject: Author | Topic | Institution) -> Mapping[str, Any]:
    """The link by which a program finds the Atom feed of the page. No query."""
    target = target_of(subject)
    return {
        "url": request.build_absolute_uri(reverse("collaboration:atom", args=[WORDS_IN_ADDRESSES[target.kind], target.key])),
        "name": target.name,
    }


def atom_search_panel(request: HttpRequest, state: SearchState) -> Mapping[str, Any] | None:
    """The same for a search. No query."""
    query = canonical_query(state)
    if not query:
        return None
    return {"url": request.build_absolute_uri(f"{reverse('collaboration:atom-search')}?{query}"), "name": state.q}
