"""The paper page and its references in the formats of reference managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from config.lib.registries import load_panels
from papers.addresses import paper_address
from papers.pages.paper import paper_context
from papers.pages.score_page import score_context
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


@public_page
def paper_figures(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The score of a work taken apart. Two queries."""
    work = addressed(works().only("id", "title", "title_html", "merged_into", "erased_at"), request, pk)
    address = paper_address(work.pk, work.title)
    if work.merged_into_id is not None or work.erased_at is not None:
        return elsewhere(request, work) or HttpResponsePermanentRedirect(address)
    if request.path != f"{address}figures/":
        return HttpResponsePermanentRedirect(f"{address}figures/")
    context = {
        "work": work,
        "work_url": address,
        "canonical_url": f"{site_url(request)}{address}figures/",
        "json_url": reverse("papers_api:work-figures", args=[work.pk]),
        **score_context(work),
    }
    return render(request, "papers/score.html", context)
