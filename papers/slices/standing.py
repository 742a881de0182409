"""The graph as it stands now: the arrays of this machine, with what changed since laid over them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import structlog
from django.db import connection
from django.db.models import Count, Max, QuerySet

from papers.graph.arrays import GONE, PLACE, ArraysUnreadableError, Graph, OtherVersionError, laid_over, open_arrays
from papers.graph.document import NodeKind
from papers.graph.push import Walker
from papers.models import GraphChange
from papers.slices.building import CURRENT, BuildUnderWayError, arrays_root, build_arrays, this_database

log = structlog.get_logger(__name__)

MOST_CHANGES: Final = 5_000  # laid over the arrays, or
LONGEST_WRITE: Final = 24 * 3600.0  # seconds that a transaction may take that writes works
OLDEST: Final = 36 * 3600.0  # seconds after which a machine that the nightly building missed builds for itself
SHARE_OF_CHANGES: Final = 0.02  # of all papers where that is more; beyond, the arrays are built anew

_NEIGHBOURS: Final = """
    SELECT work.id, kind, other
    FROM papers_work AS work
    CROSS JOIN LATERAL (
        SELECT 'person' AS kind, authorship.author_id AS other
        FROM papers_authorship AS authorship JOIN papers_author AS author ON author.id = authorship.author_id
        WHERE authorship.work_id = work.id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
      UNION ALL
        SELECT 'topic', about.topic_id
        FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
        WHERE about.work_id = work.id AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL
      UNION ALL
        SELECT 'paper', citation.cited_id
        FROM papers_citation AS citation JOIN papers_work AS cited ON cited.id = citation.cited_id
        WHERE citation.citing_id = work.id AND cited.merged_into_id IS NULL AND cited.erased_at IS NULL
      UNION ALL
        SELECT 'paper', citation.citing_id
        FROM papers_citation AS citation JOIN papers_work AS citing ON citing.id = citation.citing_id
        WHERE citation.cited_id = work.id AND citing.merged_into_id IS NULL AND citing.erased_at IS NULL
    ) AS next
    WHERE work.id = ANY(%s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""
_AFFILIATIONS: Final = """
    SELECT authorship.author_id, named.institution_id, work.id
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id
    JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
    JOIN papers_institution AS institution ON institution.id = named.institution_id
    WHERE authorship.author_id = ANY(%s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
      AND institution.merged_into_id IS NULL AND institution.erased_at IS NULL
"""
_DATES: Final = "SELECT id, date_key, author_count FROM papers_work WHERE id = ANY(%s) AND merged_into_id IS NULL AND erased_at IS NULL"


class GraphNotReadyError(Exception):
    """The arrays are being built by another process; what needs them is tried again."""


@dataclass(slots=True)
class _Held:
    """What this process has open."""

    folder: str
    stored: Graph
    changes: tuple[object, ...] | None = None
    walker: Walker | None = None


_held: dict[Path, _Held] = {}


def current_walker() -> Walker:
    """A walker over the graph as the database has it now.

    Costs one query where nothing changed since the last call; else what changed is read and laid over, about 50 µs for each edge of a changed
    work. Arrays that are missing, or too far behind, are built first, which takes about a second for 100,000 works. Raises ``GraphNotReadyError``
    where another process is just doing that and there is nothing to serve meanwhile.
    """
    held = _opened() or _built()
    changes = _changes_since(held.stored)
    most = max(MOST_CHANGES, SHARE_OF_CHANGES * _papers_of(held.stored))
    if changes[0] > most or time.time() - held.stored.as_of > OLDEST:
        held = _built(stand_in=held)
        changes = _changes_since(held.stored)
    if held.walker is None or held.changes != changes:
        held.walker = Walker(_with_changes(held.stored))
        held.changes = changes
    return held.walker


def opened_graph() -> Graph | None:
    """The arrays of this machine as they were stored, or None where there are none. No query; a few milliseconds at the first call."""
    held = _opened()
    return held.stored if held else None


def _opened() -> _Held | None:
    """What the link leads to now. A folder that goes while it is opened has a successor: try again."""
    root = arrays_root()
    for _attempt in range(3):
        link = root / CURRENT
        try:
            folder = str(link.readlink())
        except OSError:
            return None
        held = _held.get(root)
        if held is not None and held.folder == folder:
            return held
        try:
            stored = open_arrays(root / folder)
            if stored.database != this_database():
                return None  # left behind by a database that was made anew
            _held[root] = _Held(folder, stored)
        except OtherVersionError:
            return None  # left by the program before this one: the next worker builds anew
        except ArraysUnreadableError as error:
            log.warning("graph.arrays_unreadable", folder=folder, error=str(error))
            time.sleep(0.05)
        else:
            return _held[root]
    return None


def _built(*, stand_in: _Held | None = None) -> _Held:
    try:
        built = build_arrays()
    except BuildUnderWayError as error:
        if stand_in is not None:
            return stand_in
        raise GraphNotReadyError from error
    log.info("graph.built", nodes=built.nodes, edges=built.edges, seconds=round(built.seconds, 1))
    held = _opened()
    if held is None:
        raise GraphNotReadyError
    return held


def _papers_of(graph: Graph) -> int:
    place = PLACE[NodeKind.PAPER]
    return graph.starts[place + 1] - graph.starts[place]


def _unknown_to(graph: Graph) -> QuerySet[GraphChange]:
    """The changes that were not committed when the arrays were read, and our own that are not yet, which a snapshot of ours may take for committed."""
    recent = GraphChange.objects.filter(at__gte=datetime.fromtimestamp(graph.as_of - LONGEST_WRITE, tz=UTC))
    return recent.extra(
        where=["(NOT pg_visible_in_snapshot(xact::text::xid8, %s::pg_snapshot) OR xact = pg_current_xact_id_if_assigned()::text::bigint)"],
        params=[graph.snapshot],
    )


def changed_since_stored(graph: Graph, works: Collection[int]) -> set[int]:
    """Those of these works whose present place the stored rows do not know. One query."""
    return set(_unknown_to(graph).filter(pk__in=works).values_list("pk", flat=True))


def _changes_since(graph: Graph) -> tuple[int, datetime | None]:
    """How many works the arrays do not know as they are, and when the last of them changed."""
    found = _unknown_to(graph).aggregate(count=Count("pk"), last=Max("at"))
    return found["count"], found["last"]


def _with_changes(graph: Graph) -> Graph:
    """Four queries for what changed, and the graph with it. Works whose rows say the same as the arrays cost nothing more."""
    works = list(_unknown_to(graph).order_by("pk").values_list("pk", flat=True))
    if not works:
        return graph
    fresh: dict[tuple[str, int], list[tuple[str, int]]] = {("paper", work): [] for work in works}
    for work, kind, other in _rows(_NEIGHBOURS, works):
        fresh["paper", work].append((kind, other))
    people = {key for others in fresh.values() for kind, key in others if kind == NodeKind.PERSON}
    for work in works:
        node = graph.node(NodeKind.PAPER, work)
        if node is not None:
            people.update(int(graph.ids[other]) for other in graph.row(node) if graph.kinds[other] == PLACE[NodeKind.PERSON])
    places: dict[int, list[tuple[int, int]]] = defaultdict(list, {person: [] for person in people})
    for person, institution, work in _rows(_AFFILIATIONS, sorted(people)):
        places[person].append((institution, work))
    alone = {work for work in works if not fresh["paper", work] and graph.node(NodeKind.PAPER, work) is None}
    dated = {work: (GONE, 0) for work in works if work not in alone}
    dated |= {work: (date, authors) for work, date, authors in _rows(_DATES, works) if work not in alone}
    return laid_over(graph, {key: found for key, found in fresh.items() if key[1] not in alone}, places, dated)


def _rows(statement: str, given: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(given)])
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
