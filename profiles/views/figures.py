"""The figures of a page taken apart."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from config.lib.pages import public_page, site_url
from config.lib.registries import WITHHOLD_FIGURES, wishes_of
from papers.addresses import researcher_address
from papers.models import AuthorFigures
from papers.pages.author_figures import author_figures_context
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere


@public_page
def figures(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """What an author's h-index, citations and novelty were computed from, and how; nothing where the person withholds them. Four queries."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:figures")
    if moved is not None:
        return moved
    is_withheld = WITHHOLD_FIGURES in wishes_of("papers.Author", [author.pk]).get(author.pk, frozenset())
    stored = None if is_withheld else AuthorFigures.objects.filter(pk=author.pk).first()
    address = researcher_address(author.pk, author.display_name)
    context = {
        "author": author,
        "page_url": address,
        "canonical_url": f"{site_url(request)}{address}figures/",
        "json_url": reverse("papers_api:author-figures", args=[author.pk]),
        "is_withheld": is_withheld,
        **author_figures_context(author, stored, request.user),
    }
    return kept_as_asked(render(request, "profiles/figures.html", context), author)
