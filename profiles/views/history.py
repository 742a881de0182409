"""The public history of a page."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from config.lib.pages import public_page, site_url
from config.lib.paging import open_pager
from config.lib.query_params import QueryParams
from papers.models.bases import page_slug
from profiles.claims.history import events_of
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere

PAGE_SIZE: Final = 30
MOST_PAGES: Final = 100


@public_page
def history(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """What was decided about a page, newest first, thirty a page. Three queries."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:history")
    if moved is not None:
        return moved
    params = QueryParams(request.GET)
    page = params.number("page", 1, MOST_PAGES) or 1
    address = reverse("profiles:history", args=[author.pk, page_slug(author.display_name)])
    found = events_of(author, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1)
    pager = open_pager(
        page=page,
        size=PAGE_SIZE,
        shown=min(len(found), PAGE_SIZE),
        has_more=len(found) > PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda number: address + (f"?page={number}" if number > 1 else ""),
    )
    context = {
        "author": author,
        "events": found[:PAGE_SIZE],
        "pager": pager,
        "ignored": params.close(),
        "canonical_url": site_url(request) + address + (f"?page={page}" if page > 1 else ""),
    }
    return kept_as_asked(render(request, "profiles/claims/history.html", context), author)
