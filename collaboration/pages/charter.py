"""What the form of an invitation offers: works to refer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef

from papers.models import Author, Authorship, Work
from papers.querysets.works import works
from papers.search.found import SearchTookTooLongError, bounded_search
from papers.search.papers import PaperFilters, find_papers

OF_THEM, OF_ME, FOUND = 6, 4, 8
TITLE_SHOWN: Final = 140


def offered_works(author: Author, own_page: int | None, chosen: Sequence[int], found: Sequence[int] = ()) -> list[tuple[int, str]]:
    """Works to choose from: those chosen already, those found (``found_works``), the latest of this person's, and joint and own ones.

    Pairs of key and what the form shows. At most three queries.
    """
    keys = list(dict.fromkeys([*chosen, *found, *_latest(author.pk, OF_THEM, with_author=own_page), *_latest(own_page, OF_ME)]))
    titles = {row.pk: row for row in works().filter(pk__in=keys, merged_into__isnull=True, erased_at__isnull=True).only("title", "year")}
    return [(key, _line(titles[key])) for key in keys if key in titles]


def found_works(asked: str) -> Sequence[int]:
    """The works that these words find, the best first, at most eight; none for no words, or where the search takes too long. At most two queries."""
    if not asked:
        return ()
    try:
        with bounded_search():
            return find_papers(asked, PaperFilters()).ids[:FOUND]
    except SearchTookTooLongError:
        return ()


def _latest(author_id: int | None, count: int, *, with_author: int | None = None) -> Sequence[int]:
    """The latest works of a page, joint ones with another page first."""
    if author_id is None:
        return ()
    rows = Work.objects.filter(authorships__author=author_id, merged_into__isnull=True, erased_at__isnull=True)
    joint = Exists(Authorship.objects.filter(work=OuterRef("pk"), author=with_author)) if with_author is not None else None
    if joint is not None:
        return list(rows.annotate(is_joint=joint).order_by("-is_joint", "-date_key", "-pk").values_list("pk", flat=True)[:count])
    return list(rows.order_by("-date_key", "-pk").values_list("pk", flat=True)[:count])


def _line(work: Work) -> str:
    title = work.title if len(work.title) <= TITLE_SHOWN else work.title[: TITLE_SHOWN - 1] + "…"
    return f"{title} ({work.year})" if work.year else title
