"""The research graph's own pages: the explorer, its files, the evidence for a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from config.lib.pages import public_page, site_url
from config.lib.query_params import QueryParams
from papers.graph.files import FORMATS, Linked
from papers.pages.explorer import explorer_context
from papers.pages.explorer_picture import picture_file
from papers.pages.explorer_state import ExplorerState
from papers.pages.exploring import Exploration, explore
from papers.pages.graph_evidence import evidence_context
from papers.pictures import edge_address, node_address
from papers.querysets.nodes import named_nodes
from papers.views.standing import NO_PAGE

ENDS: Final = 2
LIVE: Final = "X-Explorer"  # a script that draws by itself asks for the page without its pictures


@public_page
def explorer(request: HttpRequest) -> HttpResponse:
    """The explorer. At most six queries, ten more for a search, four for each of up to three slices that nobody looked at before."""
    context = explorer_context(QueryParams(request.GET), request.user, live=request.headers.get(LIVE) == "live")
    response = render(request, "papers/graph/explorer.html", context)
    patch_vary_headers(response, [LIVE])
    return response


@require_safe
def explorer_file(request: HttpRequest, format: str) -> HttpResponseBase:  # noqa: A002 - the word in the address
    """What the explorer shows as a file: JSON, GraphML, CSV or SVG. The queries of the explorer."""
    if format not in FORMATS and format != "svg":
        raise Http404(NO_PAGE)
    params = QueryParams(request.GET)
    found = explore(ExplorerState.read(params), params, request.user)
    base = site_url(request)
    if format == "svg":
        return _file(request, iter([picture_file(found, base)]), "image/svg+xml; charset=utf-8", "graph.svg")
    made = FORMATS[format]
    linked = Linked(
        found.shown,
        lambda node: base + node_address(node),
        lambda edge: base + edge_address(edge.a, edge.b),
        f"{base}{reverse('papers:graph')}{_state(found)}",
    )
    return _file(request, made.write(linked), made.content_type, f"graph-{made.key}" if "." in made.key else f"graph.{made.key}")


def _state(found: Exploration) -> str:
    return found.state.query()


def _file(request: HttpRequest, pieces: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse((piece.encode() for piece in pieces), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Cookie"])
    if request.user.is_authenticated:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=60)
    return response


@public_page
def evidence(request: HttpRequest) -> HttpResponse:
    """The works behind a line (``a`` and ``b``, keys of the graph). At most ten queries. 404 unless both ends are to be seen."""
    params = QueryParams(request.GET)
    keys = (params.text("a", 40), params.text("b", 40))
    found = named_nodes(set(keys), request.user)
    if len(found) != ENDS:
        raise Http404(NO_PAGE)
    return render(request, "papers/graph/evidence.html", evidence_context(found[keys[0]], found[keys[1]], request.user))
