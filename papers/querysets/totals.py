"""How much is held, roughly, without counting whole tables on a page."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from config.lib.registries import wishes_of
from papers.models import Author, AuthorFigures, Institution, SubjectFigures, Topic, Work

COUNTED_BELOW: Final = 20_000  # smaller tables are counted, for a newly filled one has no estimate yet

_TABLES: Final[dict[str, QuerySet[Any]]] = {
    "papers_work": Work.objects.all(),
    "papers_author": Author.objects.all(),
    "papers_institution": Institution.objects.all(),
    "papers_topic": Topic.objects.all(),
}
_ESTIMATES = """
    SELECT wanted.name, greatest(class.reltuples, 0)::bigint
    FROM unnest(%s::text[]) AS wanted(name) JOIN pg_class AS class ON class.oid = to_regclass(wanted.name)
"""


def table_sizes() -> dict[str, int]:
    """Rows by table ("papers_work", …): PostgreSQL's own estimates, and exact counts where they are small.

    One query for the estimates, and a bounded one for each table that the estimate calls small: five at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATES, [list(_TABLES)])
        sizes: dict[str, int] = dict(cursor.fetchall())
    for table, rows in _TABLES.items():
        if sizes.get(table, 0) < COUNTED_BELOW:
            counted = rows.order_by()[:COUNTED_BELOW].count()
            sizes[table] = counted if counted < COUNTED_BELOW else max(sizes.get(table, 0), counted)
    return sizes


SPARE = 20  # how many of the best filled pages may ask to be found less before there are too few to show


def well_filled_authors(limit: int) -> list[AuthorFigures]:
    """The figures of authors with most works, with author and field, without those who ask to be found less. Two queries along indexes."""
    found = list(
        AuthorFigures.objects.filter(author__merged_into__isnull=True, author__erased_at__isnull=True, works_count__gt=0)
        .select_related("author", "field")
        .order_by("-works_count", "author_id")[: limit + SPARE]
    )
    wishes = wishes_of("papers.Author", [figures.author_id for figures in found])
    return [figures for figures in found if figures.author_id not in wishes][:limit]


def largest_topics(limit: int) -> list[tuple[int, str]]:
    """(id, name) of the topics with most works. Two queries along indexes."""
    ids = list(SubjectFigures.objects.filter(kind="topic").order_by("-works_count").values_list("subject_id", flat=True)[:limit])
    names = dict(Topic.objects.filter(pk__in=ids, merged_into__isnull=True, erased_at__isnull=True).values_list("pk", "name"))
    return [(key, names[key]) for key in ids if key in names]


class SourceHeld(NamedTuple):
    """A source of records: how many of its records are held, of a large one about how many."""

    key: str
    records: int
    is_estimate: bool


def sources_held() -> list[SourceHeld]:
    """All sources of records, by walking the index from one to the next: cheap at any size.

    One query. Up to ``COUNTED_BELOW`` records are counted along the index; beyond, PostgreSQL's own statistics say about how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, {"most": COUNTED_BELOW})
        return [SourceHeld(key, max(counted, estimate), counted == COUNTED_BELOW) for key, counted, estimate in cursor.fetchall()]


_SOURCES = """
    WITH RECURSIVE walk(source) AS (
        (SELECT source FROM papers_worksource ORDER BY source LIMIT 1)
        UNION ALL
        SELECT (SELECT source FROM papers_worksource WHERE source > walk.source ORDER BY source LIMIT 1) FROM walk WHERE walk.source IS NOT NULL
    )
    SELECT walk.source,
           (SELECT count(*) FROM (SELECT FROM papers_worksource AS record WHERE record.source = walk.source LIMIT %(most)s) AS first),
           coalesce((SELECT class.reltuples * frequent.share
                     FROM pg_class AS class, pg_stats AS stats,
                          unnest(stats.most_common_vals::text::text[], stats.most_common_freqs) AS frequent(source, share)
                     WHERE class.oid = 'papers_worksource'::regclass AND stats.schemaname = current_schema()
                       AND stats.tablename = 'papers_worksource' AND stats.attname = 'source' AND frequent.source = walk.source), 0)::bigint
    FROM walk WHERE walk.source IS NOT NULL ORDER BY walk.source
"""
