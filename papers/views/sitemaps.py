"""The sitemap: an index of parts, each a range of ids, so that no part counts or skips anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from config.lib.pages import public_page, site_url
from config.lib.registries import listed_for_search_engines
from papers.addresses import institution_address, paper_address, researcher_address, topic_address
from papers.querysets.people import authors
from papers.querysets.subjects import institutions, topics
from papers.querysets.works import works

RANGE: Final = 10_000  # ids a part; addresses stay below the protocol's 50,000 and 50 MB
MOST_PARTS: Final = 50_000
_NAMESPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of pages: the rows that everybody may see, the text of their slug, their address, when they changed."""

    rows: Callable[[], QuerySet[Any]]
    text: str
    address: Callable[[int, str], str]
    changed: str = ""


SECTIONS: Final[dict[str, Section]] = {
    "researchers": Section(
        lambda: listed_for_search_engines(authors().visible_to(None).filter(figures__works_count__gt=0)),
        "display_name",
        researcher_address,
        "figures__computed_at",
    ),
    "papers": Section(lambda: works().visible_to(None), "title", paper_address, "updated_at"),
    "topics": Section(lambda: topics().visible_to(None), "name", topic_address),
    "institutions": Section(
        lambda: institutions().visible_to(None).filter(authorship_institutions__isnull=False).distinct(), "name", institution_address
    ),
}


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index. One look at the end of an index for each kind of page, never a count."""
    base = site_url(request)
    lines = [
        f"<sitemap><loc>{escape(base + reverse('papers:sitemap-part', args=[name, part]))}</loc></sitemap>"
        for name, section in SECTIONS.items()
        for part in range(_parts(section))
    ]
    return _xml(f"<sitemapindex {_NAMESPACE}>", lines[:MOST_PARTS], "</sitemapindex>")


@public_page
def sitemap_part(request: HttpRequest, name: str, part: int) -> HttpResponse:
    """The pages whose ids lie in one range. One query. Raises ``Http404`` for a part that the index does not name."""
    section = SECTIONS.get(name)
    if section is None or part > MOST_PARTS:
        raise Http404
    base = site_url(request)
    found = list(_addresses(section, part * RANGE))
    if not found and part:
        raise Http404
    lines = [
        f"<url><loc>{escape(base + address)}</loc>{f'<lastmod>{changed:%Y-%m-%d}</lastmod>' if changed else ''}</url>"
        for address, changed in found
    ]
    return _xml(f"<urlset {_NAMESPACE}>", lines, "</urlset>")


def _parts(section: Section) -> int:
    largest = section.rows().order_by("-pk").values_list("pk", flat=True).first() or 0
    return largest // RANGE + 1


def _addresses(section: Section, start: int) -> Iterator[tuple[str, Any]]:
    fields = ["pk", section.text, *([section.changed] if section.changed else [])]
    for row in section.rows().filter(pk__gte=start, pk__lt=start + RANGE).order_by("pk").values_list(*fields):
        yield section.address(row[0], row[1]), row[2] if section.changed else None


def _xml(opening: str, lines: list[str], closing: str) -> HttpResponse:
    body = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', opening, *lines, closing, ""])
    response = HttpResponse(body, content_type="application/xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=3600)
    return response
