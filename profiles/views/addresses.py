"""Pages below a researcher's page move with it, and are as public as it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from config.lib.pages import gone
from papers.models import Author
from papers.models.bases import page_slug
from papers.querysets.people import authors
from papers.views.standing import REDIRECT_SECONDS, addressed
from profiles.privacy.choices import keep_out_of_search, wishes_of_choice


def author_below(request: HttpRequest, pk: int) -> Author:
    """The author whose page the address is below, with the survivor of a merge and what its person asked. Raises ``Http404``. One query."""
    return addressed(authors().select_related("merged_into", "choice"), request, pk)


def kept_as_asked(response: HttpResponse, author: Author) -> HttpResponse:
    """The response, kept from search engines where the author's own page is. Asks nothing of an author from ``author_below``."""
    choice = getattr(author, "choice", None)
    return keep_out_of_search(response, wishes_of_choice(choice)) if choice is not None else response


def page_elsewhere(request: HttpRequest, author: Author, view: str) -> HttpResponse | None:
    """410 for an erased author; the same view of the survivor, or with the present slug. None where it is here, and for what is sent here.

    A merged author costs a query for the survivor, unless it came along. The query string goes with it.
    """
    if author.erased_at is not None:
        return gone(request)
    target: Any = author.merged_into or author
    address = reverse(view, args=[target.pk, page_slug(target.display_name)])
    sent = request.method not in {"GET", "HEAD"}
    if address == request.path or (sent and target is author):
        return None
    query = request.META.get("QUERY_STRING", "")
    response = redirect(f"{address}?{query}" if query else address, permanent=not sent)
    patch_cache_control(response, max_age=REDIRECT_SECONDS)
    return response
