"""Which other pages may be the same person's: those under a name that fits, most works first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from papers.models import Author, NameVariant
from papers.names import compatible, parse_name
from papers.querysets.people import authors
from profiles.models import User

MOST_CANDIDATES: Final = 12
_READ: Final = 200
_NEAR: Final = """
    SELECT variant.author_id, array_agg(variant.name), coalesce(max(figures.works_count), 0) AS works
    FROM papers_namevariant AS variant LEFT JOIN papers_authorfigures AS figures ON figures.author_id = variant.author_id
    WHERE variant.block = ANY(%s) AND variant.is_published AND variant.visibility <> 'hidden' AND variant.author_id <> %s
    GROUP BY variant.author_id ORDER BY works DESC, variant.author_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class NearPage:
    """A page under a name that fits, and how many works were counted there last."""

    author: Author
    works: int


def near_pages(author: Author, viewer: User | None) -> list[NearPage]:
    """Up to twelve pages that may be the same person's, as the viewer may see them. Three queries."""
    own = list(NameVariant.objects.filter(author=author, is_published=True).values_list("name", "block"))
    if not own:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [sorted({block for _name, block in own}), author.pk, _READ])
        found = cursor.fetchall()
    mine = [parse_name(name) for name, _block in own]
    fitting = {key: works for key, names, works in found if any(compatible(one, parse_name(name)) for one in mine for name in names)}
    shown = {row.pk: row for row in authors().visible_to(viewer).filter(pk__in=list(fitting)[:MOST_CANDIDATES])}
    return [NearPage(shown[key], works) for key, works in fitting.items() if key in shown]
