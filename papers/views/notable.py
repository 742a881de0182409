"""Recent papers of a field by their score."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from papers.pages.notable import notable_context


@public_page
def notable(request: HttpRequest) -> HttpResponse:
    """Papers of a field and a week or year, by score. Four queries."""
    context = notable_context(QueryParams(request.GET), request.path, site_url(request), request.user)
    return render(request, "papers/notable.html", context)
