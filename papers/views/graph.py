"""The research graph's own pages: the evidence for a line."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.pages import public_page
from config.lib.query_params import QueryParams
from papers.pages.graph_evidence import evidence_context
from papers.querysets.nodes import named_nodes
from papers.views.standing import NO_PAGE

ENDS = 2


@public_page
def evidence(request: HttpRequest) -> HttpResponse:
    """The works behind a line (``a`` and ``b``, keys of the graph). At most ten queries. 404 unless both ends are to be seen."""
    params = QueryParams(request.GET)
    keys = (params.text("a", 40), params.text("b", 40))
    found = named_nodes(set(keys), request.user)
    if len(found) != ENDS:
        raise Http404(NO_PAGE)
    return render(request, "papers/graph/evidence.html", evidence_context(found[keys[0]], found[keys[1]], request.user))
