"""The researcher page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from config.lib.registries import load_panels
from papers.querysets.people import authors_for_page
from papers.views.standing import addressed, elsewhere
from profiles.pages import researcher_context


@public_page
def researcher(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The page of an author: header, figures, collaborators and works. Five queries and those of the panels."""
    author = addressed(authors_for_page(), request, pk)
    moved = elsewhere(request, author)
    if moved is not None:
        return moved
    context = researcher_context(
        author,
        params=QueryParams(request.GET),
        path=request.path,
        base_url=site_url(request),
        viewer=request.user,
    )
    context["panels"] = load_panels("researcher", request, author)
    return render(request, "profiles/researcher.html", context)
