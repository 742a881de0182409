"""One slice: pushed, chosen, reasoned and laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from papers.graph.arrays import PLACE, Graph
from papers.graph.choice import choose
from papers.graph.document import QUOTAS, Edge, NodeKind, SliceDocument
from papers.graph.evidence import Ref, edges_from, key_of, reached_by
from papers.graph.layout import lay_out
from papers.graph.push import Walker
from papers.slices.rows import Named, facts_among, names_of, node_of

Places = Mapping[str, tuple[float, float]]
RESERVE = 1.25  # candidates beyond the quota, for those who turn out to have no reason to show


def make_slice(walker: Walker, subject: Ref, *, now: datetime, before: Places | None = None) -> SliceDocument | None:
    """The slice of a subject as a document, or None where it is not in the graph. Seven queries; about 60 ms.

    ``before`` are the coordinates of the slice that stands. The same records and coordinates give the same content.
    """
    found = surroundings(walker, subject)
    return document_of(subject, *found, now=now, before=before) if found else None


def surroundings(walker: Walker, subject: Ref) -> tuple[dict[Ref, float], Mapping[Ref, Named], list[Edge]] | None:
    """What a slice holds, with ranks; what all that was considered is called; and the edges among it. None where the subject is not in the graph."""
    node = walker.graph.node(*subject)
    if node is None:
        return None
    ranked = ranked_around(walker, node)
    names = names_of({subject, *ranked}, works=works_in(walker.graph, {subject, *ranked}))
    if subject not in names:
        return None
    refs = [ref for ref in ranked if ref in names]
    edges = edges_from(facts_among(refs, subject=subject), subject=subject, ranked=refs)
    reached = reached_by(edges)
    return {ref: ranked[ref] for ref in within_quotas([ref for ref in refs if key_of(ref) in reached])}, names, edges


def works_in(graph: Graph, refs: Iterable[Ref]) -> dict[int, int]:
    """How many works the graph holds of each person among these, by row key: what counting in the records would say, without reading them."""
    people = {key: graph.node(kind, key) for kind, key in refs if kind is NodeKind.PERSON}
    paper = PLACE[NodeKind.PAPER]
    return {key: int((graph.kinds[graph.row(node)] == paper).sum()) for key, node in people.items() if node is not None}


def ranked_around(walker: Walker, node: int) -> dict[Ref, float]:
    """The highest ranked around a node with their scores, somewhat more than a slice holds, the highest first."""
    pushed = walker.push(node)
    wanted = {kind: int(quota * RESERVE) for kind, quota in QUOTAS.items()}
    chosen = choose(walker.graph, pushed.nodes, pushed.scores(), subject=node, quotas=wanted)
    return _in_order(walker.graph, chosen)


def within_quotas(refs: list[Ref]) -> list[Ref]:
    """The first of each kind, as many as a slice holds, in their order."""
    left = dict(QUOTAS)
    kept = []
    for ref in refs:
        if left[ref[0]]:
            left[ref[0]] -= 1
            kept.append(ref)
    return kept


def document_of(
    subject: Ref, ranked: Mapping[Ref, float], names: Mapping[Ref, Named], edges: list[Edge], *, now: datetime, before: Places | None = None
) -> SliceDocument:
    """The document of these nodes, in this order, with the edges that lie among them, laid out."""
    keys = [key_of(subject), *(key_of(ref) for ref in ranked)]
    among = set(keys)
    kept = tuple(edge for edge in edges if edge.a in among and edge.b in among)
    places = lay_out(keys, [(edge.a, edge.b, edge.weight) for edge in kept], before=before)
    nodes = [node_of(subject, names[subject], rank=1.0, place=places[keys[0]])]
    nodes += [node_of(ref, names[ref], rank=rank, place=places[key_of(ref)]) for ref, rank in ranked.items()]
    return SliceDocument(subject=keys[0], built_at=now.isoformat(timespec="seconds"), nodes=tuple(nodes), edges=kept)


def coordinates_of(document: SliceDocument) -> dict[str, tuple[float, float]]:
    """Where the nodes of a slice stand, by key."""
    return {node.key: (node.x, node.y) for node in document.nodes}


def _in_order(graph: Graph, chosen: list[tuple[int, float]]) -> dict[Ref, float]:
    found = {graph.name(node): score for node, score in chosen}
    return dict(sorted(found.items(), key=lambda one: (-one[1], key_of(one[0]))))
