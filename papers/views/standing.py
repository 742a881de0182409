"""Whether a page stands where it was asked for: merged and erased rows, and slugs that are not the present ones."""

from __future__ import annotations

from typing import Any, Final, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from config.lib.pages import gone
from papers.identity.changes import where_it_went
from papers.models import Author
from papers.models.bases import PagedModel
from papers.querysets.visibility import narrowed

NO_PAGE: Final = _("There is no page at this address.")
REDIRECT_SECONDS: Final = 300  # short: a merge can be undone, and a name can change back

ModelT = TypeVar("ModelT", bound=Model)


def addressed(rows: QuerySet[ModelT], request: HttpRequest, key: int) -> ModelT:
    """The row of that key, merged and erased ones too. Raises ``Http404`` where there is none for this viewer. One query.

    An author whose row is gone, as when the split that made it was taken back, counts as merged into where its works went: some five queries.
    """
    found: Any = narrowed(rows, request.user).filter(pk=key).first()
    if found is None and issubclass(rows.model, Author):
        found = _formerly(request, key)
    if found is None:
        raise Http404(NO_PAGE)
    return cast("ModelT", found)


def _formerly(request: HttpRequest, key: int) -> Author | None:
    """What stands for an author whose row is gone; None where there is a row, for others than this viewer, or never was one."""
    went = None if Author.objects.filter(pk=key).exists() else where_it_went(key)
    survivor = narrowed(Author.objects.filter(pk=went), request.user).first() if went is not None else None
    return None if survivor is None else Author(pk=key, display_name=survivor.display_name, merged_into=survivor)


def elsewhere(request: HttpRequest, subject: PagedModel) -> HttpResponse | None:
    """The answer where the page is not here: 410 erased, 301 merged or another slug. None where it is.

    A merged row costs a query for its survivor. The query string goes along.
    """
    if subject.erased_at is not None:
        return gone(request)
    target: Any = subject.merged_into or subject
    address: str = target.get_absolute_url()
    if address == request.path:
        return None
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    patch_cache_control(response, public=True, max_age=REDIRECT_SECONDS)
    return response
