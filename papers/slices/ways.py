"""Ways between any two things over the whole graph, with their evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, cast

from django.db import connection

from papers.graph.arrays import TYPE_WEIGHTS, Graph
from papers.graph.document import Edge, Node, NodeKind
from papers.graph.evidence import Ref, edges_from, key_of
from papers.graph.paths import best_way
from papers.slices.rows import facts_along, names_of, node_of
from papers.slices.standing import opened_graph

MOST_HOPS: Final = 6
MOST_NEIGHBOURS: Final = 400  # of a thing, the strongest
MOST_ROW: Final = 20_000  # neighbours of a hub that are looked at

_NEXT: Final = """
    SELECT given.kind, given.id, next.kind, next.id
    FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS given (kind, id)
    CROSS JOIN LATERAL (
        (SELECT 'paper' AS kind, work_id AS id FROM papers_authorship WHERE given.kind = 'person' AND author_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT DISTINCT 'institution', named.institution_id
         FROM papers_authorship AS authorship JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
         WHERE given.kind = 'person' AND authorship.author_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT 'person', author_id FROM papers_authorship WHERE given.kind = 'paper' AND work_id = given.id AND author_id IS NOT NULL LIMIT %(most)s)
      UNION ALL
        (SELECT 'topic', topic_id FROM papers_worktopic WHERE given.kind = 'paper' AND work_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT 'paper', cited_id FROM papers_citation WHERE given.kind = 'paper' AND citing_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT 'paper', citing_id FROM papers_citation WHERE given.kind = 'paper' AND cited_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT 'paper', work_id FROM papers_worktopic WHERE given.kind = 'topic' AND topic_id = given.id LIMIT %(most)s)
      UNION ALL
        (SELECT DISTINCT 'person', authorship.author_id
         FROM papers_authorshipinstitution AS named JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
         WHERE given.kind = 'institution' AND named.institution_id = given.id AND authorship.author_id IS NOT NULL LIMIT %(most)s)
    ) AS next
"""


@dataclass(frozen=True, slots=True)
class EvidencedWay:
    """The nodes of a way in order (their places in a picture are 0), the edge of each hop with its facts, and the product of the strengths."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    strength: float


def way_between(source: Ref, target: Ref, *, most_hops: int = MOST_HOPS) -> EvidencedWay | None:
    """The best way between any two things, up to ``most_hops`` steps, or None: few steps over things that do not join everybody.

    Over this machine's arrays, a few milliseconds and at most six queries for names and evidence; where there are none, over the records: a query
    more for each hop, with hubs cut short.
    """
    graph = opened_graph()
    if graph is None or graph.node(*source) is None or graph.node(*target) is None:
        way = best_way(source, target, _next_in_records, most_hops=most_hops, widest=100)
        return _evidenced(list(way.nodes), way.strength) if way else None
    ends = (graph.node(*source), graph.node(*target))
    found = best_way(*cast("tuple[int, int]", ends), lambda nodes: _next_in_arrays(graph, nodes), most_hops=most_hops, widest=2_000)
    return _evidenced([graph.name(node) for node in found.nodes], found.strength) if found else None


def _next_in_arrays(graph: Graph, nodes: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    found = {}
    for node in nodes:
        row = graph.row(node)[:MOST_ROW]
        strengths = TYPE_WEIGHTS[graph.kinds[node], graph.kinds[row]] * graph.damp[row] ** 0.5 * float(graph.damp[node]) ** 0.5
        if len(row) > MOST_NEIGHBOURS:
            best = strengths.argsort(kind="stable")[::-1][:MOST_NEIGHBOURS]
            row, strengths = row[best], strengths[best]
        found[node] = list(zip(row.tolist(), strengths.tolist(), strict=True))
    return found


def _next_in_records(refs: Sequence[Ref]) -> dict[Ref, list[tuple[Ref, float]]]:
    """The same from the records; every step weighs a tenth, so the shortest way is the best."""
    given = {"kinds": [kind.value for kind, _ in refs], "ids": [key for _, key in refs], "most": MOST_NEIGHBOURS}
    found: dict[Ref, list[tuple[Ref, float]]] = defaultdict(list)
    for kind, key, other_kind, other in _rows(_NEXT, given):
        found[NodeKind(kind), key].append(((NodeKind(other_kind), other), 0.1))
    return dict(found)


def _evidenced(refs: Sequence[Ref], strength: float) -> EvidencedWay | None:
    """The way in words of the records as they are now, or None where they no longer bear it out."""
    names = names_of(refs)
    if any(ref not in names for ref in refs):
        return None
    edges = {frozenset((edge.a, edge.b)): edge for edge in edges_from(facts_along(refs), subject=refs[0], ranked=refs[1:])}
    hops = [edges.get(frozenset((key_of(one), key_of(other)))) for one, other in pairwise(refs)]
    nodes = tuple(node_of(ref, names[ref], rank=1.0, place=(0.0, 0.0)) for ref in refs)
    return EvidencedWay(nodes, tuple(edge for edge in hops if edge is not None), strength) if all(hops) else None


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
