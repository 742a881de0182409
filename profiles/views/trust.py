"""The trust page and its JSON."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.lib.pages import public_page
from profiles.models import TrustScore
from profiles.trust.page import as_json, trust_context
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere


@public_page
def trust(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The score of a page taken apart. At most ten queries."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:trust")
    return moved or kept_as_asked(render(request, "profiles/trust.html", trust_context(author)), author)


@public_page
def trust_json(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration
    """What anybody needs to compute the score again."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:trust-json")
    if moved is not None:
        return moved
    row = TrustScore.objects.filter(author_id=author.pk).first()
    if row is None:
        raise Http404(_("This page has no score yet."))
    answer = JsonResponse(as_json(author, row), json_dumps_params={"ensure_ascii": False, "indent": 2})
    return kept_as_asked(answer, author)
