"""The trust page and its JSON."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from config.lib.pages import gone, public_page
from papers.models import Author
from papers.models.bases import page_slug
from papers.querysets.people import authors
from papers.views.standing import REDIRECT_SECONDS, addressed
from profiles.models import TrustScore
from profiles.trust.page import as_json, trust_context


@public_page
def trust(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The score of a page taken apart. At most ten queries."""
    author, moved = _page(request, pk, "profiles:trust")
    return moved or render(request, "profiles/trust.html", trust_context(author))


@public_page
def trust_json(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration
    """What anybody needs to compute the score again."""
    author, moved = _page(request, pk, "profiles:trust-json")
    if moved is not None:
        return moved
    row = TrustScore.objects.filter(author_id=author.pk).first()
    if row is None:
        raise Http404(_("This page has no score yet."))
    return JsonResponse(as_json(author, row), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _page(request: HttpRequest, pk: int, view: str) -> tuple[Author, HttpResponse | None]:
    """The author, and the answer where the page is elsewhere."""
    author = addressed(authors().select_related("merged_into"), request, pk)
    if author.erased_at is not None:
        return author, gone(request)
    survivor = cast("Author", author.merged_into or author)
    here = reverse(view, args=[survivor.pk, page_slug(survivor.display_name)])
    if here == request.path:
        return author, None
    moved = HttpResponse(status=301, headers={"Location": here, "Cache-Control": f"public, max-age={REDIRECT_SECONDS}"})
    return author, moved
