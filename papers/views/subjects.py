"""The pages of topics and institutions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from config.lib.registries import load_panels
from papers.pages.subject import institution_context, topic_context
from papers.querysets.subjects import institutions, topics
from papers.views.standing import addressed, elsewhere


@public_page
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The page of a topic. Six queries and those of the panels."""
    found = addressed(topics().for_page(), request, pk)
    moved = elsewhere(request, found)
    if moved is not None:
        return moved
    context = topic_context(found, params=QueryParams(request.GET), path=request.path, base_url=site_url(request), viewer=request.user)
    context["panels"] = load_panels("topic", request, found)
    return render(request, "papers/topic.html", context)


@public_page
def institution(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The page of an institution. Six queries and those of the panels."""
    found = addressed(institutions().for_page(), request, pk)
    moved = elsewhere(request, found)
    if moved is not None:
        return moved
    context = institution_context(
        found, params=QueryParams(request.GET), path=request.path, base_url=site_url(request), viewer=request.user
    )
    context["panels"] = load_panels("institution", request, found)
    return render(request, "papers/institution.html", context)
