"""What the figures of works are made of, read as arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.lib.bulk import read_blocks, read_columns
from papers.figures.reading import read_rows
from papers.metrics.novelty import MOST_TOPICS
from papers.metrics.percentiles import Ints
from papers.metrics.works import NO_DAY
from papers.models import WorkType

TYPES: Final = tuple(WorkType.values)
PERSISTENT: Final = ("doi", "arxiv", "pmid", "pmcid", "isbn", "acl", "openreview")
"""Identifiers that outlast the service that we read them from."""

Columns = dict[str, NDArray[Any]]

SHOWN: Final = "work.merged_into_id IS NULL AND work.erased_at IS NULL"
_WORKS: Final = f"""
    SELECT work.id, coalesce(work.year, -1),
           CASE WHEN work.year IS NULL THEN {NO_DAY}
                ELSE make_date(work.year, coalesce(work.month, 7),
                               CASE WHEN work.month IS NULL THEN 1
                                    ELSE least(coalesce(work.day, 15), extract(day FROM make_date(work.year, work.month, 1) + interval '1 month - 1 day')::int) END)
                     - date '2000-01-01' END,
           (work.day IS NOT NULL)::int, coalesce(work.field_id, -1), coalesce(array_position(%(types)s::text[], work.type::text), 0),
           coalesce(array_position(%(sources)s::text[], work.cited_by_source::text), 0), coalesce(work.cited_by_count, -1),
           (EXISTS (SELECT FROM papers_workidentifier AS named WHERE named.work_id = work.id AND named.scheme = ANY(%(schemes)s)))::int
           + 2 * (work.abstract <> '')::int + 4 * (work.year IS NOT NULL)::int + 8 * (work.venue_id IS NOT NULL)::int
           + 16 * (work.author_count > 0 AND NOT work.authors_truncated)::int
           + 32 * (work.affiliations_unaligned <> '{{}}'
                   OR EXISTS (SELECT FROM papers_authorship AS place WHERE place.work_id = work.id AND place.raw_affiliations <> '{{}}'))::int,
           coalesce(work.cited_by_as_of - date '2000-01-01', {NO_DAY})
    FROM papers_work AS work
    WHERE {SHOWN}{{narrowed}}
"""  # noqa: S608 - put together from our own words
_WORK_COLUMNS: Final = {
    "ids": "i8",
    "years": "i2",
    "days": "i4",
    "has_day": "i2",
    "fields": "i8",
    "types": "i2",
    "sources": "i2",
    "counts": "i4",
    "known": "i2",
    "counted_on": "i4",
}
_TOPICS: Final = "SELECT id FROM papers_topic WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"
_LINKS: Final = "SELECT work_id, topic_id FROM papers_worktopic"
_LINKS_OF_SOME: Final = """
    SELECT about.work_id, about.topic_id FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
    WHERE topic.merged_into_id IS NULL AND topic.erased_at IS NULL AND about.work_id = ANY(%(ids)s)
"""


def count_sources(works: Collection[int] | None = None) -> list[str]:
    """Who counted citations, of these works or of all, in order."""
    chosen = " AND id = ANY(%(works)s)" if works is not None else ""
    statement = f"SELECT DISTINCT cited_by_source FROM papers_work WHERE cited_by_source <> ''{chosen} ORDER BY 1"  # noqa: S608
    return [row[0] for row in read_rows(statement, works=list(works or ()))]


def works(sources: Sequence[str], ids: Collection[int] | None = None) -> Columns:
    """The shown works, or those among ``ids``, as arrays named like ``WorkInputs``; ``sources`` are places in the list given, from 1 on.

    ``counted_on`` is the day of the citation count. In no order.
    """
    narrowed = " AND work.id = ANY(%(ids)s)" if ids is not None else ""
    given = {"types": list(TYPES), "sources": list(sources), "schemes": list(PERSISTENT), "ids": list(ids or ())}
    return read_columns(_WORKS.replace("{narrowed}", narrowed), _WORK_COLUMNS, given)


def topics() -> Ints:
    """The topics that count, ascending: none that was merged or erased."""
    return read_columns(_TOPICS, {"topic": "i8"})["topic"]


def topic_links() -> Iterator[tuple[Ints, Ints]]:
    """(work, topic) of all works in pieces, in no order; of all topics, whatever became of them."""
    for block in read_blocks(_LINKS, {"work": "i8", "topic": "i8"}):
        yield block["work"], block["topic"]


def topic_links_of(ids: Collection[int]) -> tuple[Ints, Ints]:
    """(work, topic) of these works, without topics that were merged or erased. In no order."""
    found = read_columns(_LINKS_OF_SOME, {"work": "i8", "topic": "i8"}, {"ids": list(ids)})
    return found["work"], found["topic"]


def links_of_topics(topics: Collection[int], first: int, last: int, without: Collection[int] = ()) -> tuple[Ints, Ints, Ints]:
    """(work, topic, year) of the works of the years from ``first`` to ``last`` that are about any of these topics, those in ``without`` aside.

    The works as they stood when they were last computed: one query over two indexes alone. Works with too many topics are left out.
    """
    statement = f"""
        SELECT about.work_id, about.topic_id, figures.year
        FROM papers_worktopic AS about JOIN papers_workfigures AS figures ON figures.work_id = about.work_id
        WHERE about.topic_id = ANY(%(topics)s) AND figures.year BETWEEN %(first)s AND %(last)s
          AND figures.topics_count > 0 AND figures.topics_count <= {MOST_TOPICS} AND figures.work_id <> ALL(%(without)s)
    """  # noqa: S608
    given = {"topics": list(topics), "first": first, "last": last, "without": list(without)}
    found = read_columns(statement, {"work": "i8", "topic": "i8", "year": "i8"}, given)
    return found["work"], found["topic"], found["year"]


def works_with_topics(first: int, last: int, without: Collection[int] = ()) -> dict[int, int]:
    """For each of these years how many works had a topic when they were last computed, those in ``without`` aside. One walk along an index."""
    return dict(
        read_rows(
            """
            SELECT year, count(*) FROM papers_workfigures
            WHERE year BETWEEN %(first)s AND %(last)s AND topics_count > 0 AND work_id <> ALL(%(without)s) GROUP BY year
            """,
            first=first,
            last=last,
            without=list(without),
        )
    )


def citation_peers(fields: Collection[int], years: Collection[int], sources: Sequence[str]) -> Columns:
    """How many shown works of these fields and years have each type, source and count (-1 where it is not known)."""
    statement = f"""
        SELECT work.field_id, work.year, coalesce(array_position(%(types)s::text[], work.type::text), 0),
               coalesce(array_position(%(sources)s::text[], work.cited_by_source::text), 0), coalesce(work.cited_by_count, -1), count(*)
        FROM papers_work AS work WHERE work.field_id = ANY(%(fields)s) AND work.year = ANY(%(years)s) AND {SHOWN}
        GROUP BY 1, 2, 3, 4, 5
    """  # noqa: S608
    columns = dict.fromkeys(("fields", "years", "types", "sources", "counts", "weights"), "i8")
    given = {"types": list(TYPES), "sources": list(sources), "fields": list(fields), "years": list(years)}
    return read_columns(statement, columns, given)


def novelty_peers(fields: Collection[int], years: Collection[int], without: Collection[int]) -> Columns:
    """How many shown works of these fields and years, those in ``without`` aside, have each number of topics and surprise."""
    statement = f"""
        SELECT figures.field_id, figures.year, figures.topics_count, figures.surprise, count(*)
        FROM papers_workfigures AS figures JOIN papers_work AS work ON work.id = figures.work_id
        WHERE figures.field_id = ANY(%(fields)s) AND figures.year = ANY(%(years)s) AND figures.surprise IS NOT NULL AND {SHOWN}
          AND figures.work_id <> ALL(%(without)s)
        GROUP BY 1, 2, 3, 4
    """  # noqa: S608
    columns = {"fields": "i8", "years": "i8", "topics": "i8", "surprises": "f8", "weights": "i8"}
    return read_columns(statement, columns, {"fields": list(fields), "years": list(years), "without": list(without)})


def in_place(values: Ints, among: Ints) -> Ints:
    """Where each value stands in the ascending array ``among``, -1 for those that are not there."""
    if not len(among):
        return np.full(len(values), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return np.where(among[place] == values, place, -1)
