"""One slice: pushed, chosen, reasoned and laid out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from papers.graph.arrays import PLACE, Graph
from papers.graph.choice import choose
from papers.graph.coupling import candidates, citing_and_cited, similar
from papers.graph.document import QUOTAS, Edge, NodeKind, SliceDocument
from papers.graph.evidence import Counted, Ref, edges_from, joined_by, key_of, reached_from
from papers.graph.layout import lay_out
from papers.graph.push import Walker
from papers.slices.facts import facts_around, facts_of_likeness
from papers.slices.rows import Named, in_order, names_of, node_of

Places = Mapping[str, tuple[float, float]]
RESERVE = 1.5  # candidates beyond the quota, for those who turn out to have no reason to show


def make_slice(walker: Walker, subject: Ref, *, now: datetime, before: Places | None = None) -> SliceDocument | None:
    """The slice of a subject as a document, or None where it is not in the graph. Six or seven queries for the things in it; about 40 ms.

    ``before`` are the coordinates of the slice that stands. The same records and coordinates give the same content.
    """
    found = surroundings(walker, subject)
    return document_of(subject, *found, now=now, before=before) if found else None


def surroundings(walker: Walker, subject: Ref) -> tuple[dict[Ref, float], Mapping[Ref, Named], list[Edge]] | None:
    """What a slice holds, with ranks; what all that was considered is called; and the edges among it. None where the subject is not in the graph."""
    node = walker.graph.node(*subject)
    if node is None:
        return None
    ranked, coupled = ranked_around(walker, node)
    shared, alike = _alike(walker.graph, subject, {**coupled, **ranked})
    considered = {**{ref: coupled[ref] for ref in alike if ref in coupled}, **ranked}
    names = names_of({subject, *considered}, works=works_in(walker.graph, {subject, *considered}))
    if subject not in names:
        return None
    refs = [ref for ref in _ordered(considered) if ref in names]
    counted = in_order([*shared, *facts_around(walker.graph, refs, subject=subject)])
    shown = with_reasons(subject, refs, joined_by(counted, subject=subject, ranked=refs), first=alike)
    return {ref: considered[ref] for ref in shown}, names, edges_from(counted, subject=subject, ranked=shown)


def _alike(graph: Graph, subject: Ref, ranks: Mapping[Ref, float]) -> tuple[list[Counted], list[Ref]]:
    """What a paper shares with others, and which of these are similar to it and neither cite it nor are cited; nothing for other subjects."""
    if subject[0] is not NodeKind.PAPER:
        return [], []
    shared = facts_of_likeness(graph, ranks, subject=subject)
    papers = {ref: graph.numbered(ref) for ref in {subject, *ranks} if ref[0] is NodeKind.PAPER}
    beside = set(graph.row(papers[subject]).tolist())
    degrees = {ref: citing_and_cited(graph, node) for ref, node in papers.items() if node not in beside}
    return shared, similar(shared, subject=subject, degrees=degrees, ranks=ranks)


def works_in(graph: Graph, refs: Iterable[Ref]) -> dict[int, int]:
    """How many works the graph holds of each person among these, by row key: what counting in the records would say, without reading them."""
    people = {key: graph.node(kind, key) for kind, key in refs if kind is NodeKind.PERSON}
    paper = PLACE[NodeKind.PAPER]
    return {key: int((graph.kinds[graph.row(node)] == paper).sum()) for key, node in people.items() if node is not None}


def ranked_around(walker: Walker, node: int) -> tuple[dict[Ref, float], dict[Ref, float]]:
    """The highest ranked around a node with their scores, somewhat more than a slice holds, the highest first; and around a paper what may be coupled to it."""
    pushed, graph = walker.push(node), walker.graph
    scores = pushed.scores()
    wanted = {kind: int(quota * RESERVE) for kind, quota in QUOTAS.items()}
    ranked = {graph.name(one): score for one, score in choose(graph, pushed.nodes, scores, subject=node, quotas=wanted)}
    coupled = candidates(graph, node) if graph.kinds[node] == PLACE[NodeKind.PAPER] else []
    met = np.flatnonzero(np.isin(pushed.nodes, coupled))
    found = dict.fromkeys(coupled, 0.0) | {int(pushed.nodes[at]): float(scores[at]) for at in met}
    return _ordered(ranked), {graph.name(one): score for one, score in found.items()}


def with_reasons(subject: Ref, refs: Sequence[Ref], pairs: Sequence[tuple[Ref, Ref]], *, first: Collection[Ref] = ()) -> list[Ref]:
    """As ``within_quotas``, all joined to the subject by these pairs among themselves: who is not makes room for the next."""
    left = list(refs)
    while True:
        shown = within_quotas(left, first=[ref for ref in first if ref in left])
        reached = reached_from(subject, pairs, {subject, *shown})
        if reached >= set(shown):
            return shown
        left = [ref for ref in left if ref not in shown or ref in reached]


def within_quotas(refs: Sequence[Ref], *, first: Collection[Ref] = ()) -> list[Ref]:
    """As many of each kind as a slice holds, those in ``first`` before others, in the order of ``refs``."""
    left = dict(QUOTAS)
    kept = set()
    for ref in [*first, *(ref for ref in refs if ref not in first)]:
        if left[ref[0]]:
            left[ref[0]] -= 1
            kept.add(ref)
    return [ref for ref in refs if ref in kept]


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


def _ordered(ranks: Mapping[Ref, float]) -> dict[Ref, float]:
    return dict(sorted(ranks.items(), key=lambda one: (-one[1], key_of(one[0]))))
