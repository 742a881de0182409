"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.lib.pages import public_page
from config.lib.query_params import QueryParams
from config.lib.registries import load_panels
from papers.identifiers import is_mistyped_orcid
from papers.pages.search import search_context
from papers.pages.search_state import LONGEST_QUESTION
from papers.search.identifiers import identified


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """People, papers, topics and institutions; 302 to the page that an identifier names, 503 where a search took too long."""
    asked = QueryParams(request.GET).text("q", LONGEST_QUESTION)
    named = identified(asked) if asked else None
    if named is not None and named.url:
        return HttpResponseRedirect(named.url)
    context, is_complete = search_context(QueryParams(request.GET), request.path, request.user)
    if named is not None:
        text = _("%(scheme)s %(value)s is not among the records held here.") % {"scheme": named.scheme, "value": named.value}
        context["empty_text"] = text
    elif is_mistyped_orcid(asked):
        context["empty_text"] = _(
            "%(value)s is no ORCID iD: its last character does not fit the others. One of them is probably mistyped."
        ) % {"value": asked}
    context["panels"] = load_panels("search", request, context["state"]) if is_complete else {}
    response = render(request, "papers/search.html", context, status=200 if is_complete else 503)
    if not is_complete:
        response["Cache-Control"] = "no-store"
    return response
