"""The researcher page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import gone, public_page, site_url
from config.lib.query_params import QueryParams
from config.lib.registries import NOINDEX, WITHHOLD_FIGURES, load_panels
from papers.querysets.author_page import author_for_page
from papers.views.standing import elsewhere
from profiles.pages import researcher_context, withhold_figures
from profiles.privacy.choices import keep_out_of_search, wishes_of_page
from profiles.views.addresses import author_below


@public_page
def researcher(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The page of an author: header, figures, collaborators and works. Four queries, one of them this app's own, and those of other panels."""
    found = author_for_page(pk, request.user)
    if found is None:
        return elsewhere(request, author_below(request, pk)) or gone(request)
    moved = elsewhere(request, found.author)
    if moved is not None:
        return moved
    context = researcher_context(
        found,
        params=QueryParams(request.GET),
        path=request.path,
        base_url=site_url(request),
        viewer=request.user,
    )
    wishes = wishes_of_page(found.author)
    if WITHHOLD_FIGURES in wishes:
        withhold_figures(context)
    context["noindex"] = NOINDEX in wishes
    context["panels"] = load_panels("researcher", request, found.author)
    if WITHHOLD_FIGURES in wishes:  # the picture counts joint papers
        context["panels"]["main"] = [pair for pair in context["panels"].get("main", []) if pair[0].key != "graph-of-researcher"]
    return keep_out_of_search(render(request, "profiles/researcher.html", context), wishes)
