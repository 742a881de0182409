"""The paper page and its references in the formats of reference managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from config.lib.registries import load_panels
from papers.pages.paper import paper_context
from papers.querysets.works import works
from papers.views.standing import addressed, elsewhere


@public_page
def paper(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The page of a work. At most eight queries and those of the panels, also for three thousand authors."""
    work = addressed(works().for_page(), request, pk)
    moved = elsewhere(request, work)
    if moved is not None:
        return moved
    context = paper_context(work, params=QueryParams(request.GET), path=request.path, base_url=site_url(request), viewer=request.user)
    context["panels"] = load_panels("paper", request, work)
    return render(request, "papers/paper.html", context)
