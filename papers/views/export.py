"""References to download: of one paper, of an author's works."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from config.lib.pages import gone
from papers.exports import FORMATS, Export, export_author_works, export_work
from papers.models import Author, Work
from papers.querysets.works import works
from papers.views.standing import REDIRECT_SECONDS, addressed


@require_safe
def paper_export(request: HttpRequest, pk: int, format: str) -> HttpResponseBase:  # noqa: A002 - the word in the address
    """A paper's reference in one format, to download; with "?text" to read and copy in the browser. Six queries."""
    _check(format)
    work = addressed(works().defer("search"), request, pk)
    elsewhere = _elsewhere(request, work, "papers:paper-export", format)
    return elsewhere or _download(export_work(work, format), as_text="text" in request.GET)


@require_safe
def author_export(request: HttpRequest, pk: int, format: str) -> HttpResponseBase:  # noqa: A002 - the word in the address
    """The references of an author's works in one format, 5,000 at most, sent while they are read."""
    _check(format)
    author = addressed(Author.objects.all(), request, pk)
    elsewhere = _elsewhere(request, author, "papers:author-export", format)
    return elsewhere or _download(export_author_works(author, format))


def _check(format: str) -> None:  # noqa: A002 - the word in the address
    if format not in FORMATS:
        raise Http404


def _elsewhere(request: HttpRequest, subject: Work | Author, view: str, format: str) -> HttpResponse | None:  # noqa: A002 - the word in the address
    """410 for what was erased, 301 to the survivor of a merge, None for what stands here."""
    if subject.erased_at is not None:
        return gone(request)
    if subject.merged_into_id is None:
        return None
    response = HttpResponsePermanentRedirect(reverse(view, args=[subject.merged_into_id, format]))
    patch_cache_control(response, public=True, max_age=REDIRECT_SECONDS)
    return response


def _download(export: Export, *, as_text: bool = False) -> StreamingHttpResponse:
    response = StreamingHttpResponse(export.pieces, content_type="text/plain; charset=utf-8" if as_text else export.content_type)
    response["Content-Disposition"] = "inline" if as_text else f'attachment; filename="{export.filename}"'
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, public=True, max_age=300)
    return response
