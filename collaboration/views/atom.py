"""Atom feeds of what is public: the latest works of a person, a topic, an institution, or that a search finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from collaboration.following.searches import canonical_query, names_of_filters, words_of
from collaboration.following.targets import KINDS_BY_WORD, PAGED, find_target
from collaboration.querysets.feed import Sources, feed_works
from config.lib.pages import gone, public_page, site_url
from config.lib.query_params import QueryParams
from papers.pages.rows import WorkRow, rows_of
from papers.pages.search_state import SearchState
from papers.search.found import SearchTookTooLongError, bounded_search
from papers.search.papers import find_papers

ENTRIES: Final = 30
NOTHING_YET: Final = datetime(2000, 1, 1, tzinfo=UTC)
CONTENT_TYPE: Final = "application/atom+xml; charset=utf-8"


class _WorksFeed(Atom1Feed):
    """A feed that is the same for as long as nothing comes, also while it is empty: its ETag saves the transfer."""

    def latest_post_date(self) -> datetime:
        """When the latest entry came."""
        return super().latest_post_date() if self.items else NOTHING_YET


@public_page
def atom(request: HttpRequest, word: str, pk: int) -> HttpResponse:
    """The latest works of something with a page, in the order in which they came. Four queries. 410 erased, 301 merged."""
    kind = KINDS_BY_WORD.get(word, "")
    target = find_target(kind, pk) if kind in PAGED else None
    if target is None:
        if kind in PAGED and PAGED[kind].objects.filter(pk=pk, erased_at__isnull=False).exists():
            return gone(request)
        raise Http404(_("There is no feed at this address."))
    if target.key != pk:
        return HttpResponsePermanentRedirect(reverse("collaboration:atom", args=[word, target.key]))
    works = [work for work in feed_works(Sources(kind=target.kind, key=target.key), None, limit=ENTRIES) if work.is_shown]
    came = {work.id: work.came_at for work in works}
    return _feed(request, target.name, target.address, rows_of([work.id for work in works]), came)


@public_page
def atom_search(request: HttpRequest) -> HttpResponse:
    """The newest works that a search finds. Seven queries at most; 404 for a search that asks nothing, 503 for one that took too long."""
    state = SearchState.read(QueryParams(request.GET))
    names = names_of_filters(state)
    query = canonical_query(state)
    if not query or any(key and name not in names for name, key in state.narrowing_keys()):
        raise Http404(_("There is no feed at this address."))
    try:
        with bounded_search():
            found = find_papers(state.q, state.paper_filters, order="newest").ids[:ENTRIES]
    except SearchTookTooLongError:
        response = HttpResponse(_("This search took too long."), status=503, content_type="text/plain; charset=utf-8")
        response["Cache-Control"] = "no-store"
        return response
    return _feed(request, words_of(state, names), f"{reverse('papers:search')}?{query}", rows_of(found), _came(found))


def _came(works: list[int]) -> dict[int, datetime]:
    from papers.models import Work

    return dict(Work.objects.filter(pk__in=works).values_list("pk", "created_at"))


def _feed(request: HttpRequest, name: str, address: str, rows: list[WorkRow], came: dict[int, datetime]) -> HttpResponse:
    base = site_url(request)
    feed = _WorksFeed(
        title=_("%(name)s: new works") % {"name": name},
        link=base + address,
        description="",
        subtitle=_("Works as they come to the records of Collegium."),
        feed_url=base + request.get_full_path(),
        feed_guid=base + request.get_full_path(),
    )
    for row in rows:
        names = [one.name for one in row.listed]
        feed.add_item(
            title=row.title,
            link=base + row.url,
            description=row.abstract,
            unique_id=base + row.url.rsplit("/", 2)[0] + "/",  # without the slug, which may change
            updateddate=came[row.id],
            pubdate=came[row.id],
            author_name=", ".join([*names, row.more_text] if row.more_text else names) or None,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=CONTENT_TYPE)
