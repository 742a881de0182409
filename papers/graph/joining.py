"""Several slices as one graph: what stays where it stood, what opens outwards, what a filter leaves. Pure.

The first slice stands as it was laid out. Each further one opens at its subject, where that stands already, into the half plane that looks
away from all else; a subject that is new takes the nearest free room around the first. What comes too near to something is pushed off it, what was opened or pinned
stays. The same slices in the same order give the same places.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from papers.graph.document import HOP, Edge, Node, NodeKind, SliceDocument

MOST_NODES: Final = 2000
_NEAREST: Final = 26.0  # units between two nodes
_ROUNDS: Final = 24

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Joined:
    """Nodes in the order in which they came, with their places in ``x`` and ``y``, and the edges between them, each pair once."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    opened: frozenset[str] = frozenset()
    left_out: int = 0  # nodes beyond the most that are shown

    def names(self) -> dict[str, str]:
        """Label by key."""
        return {node.key: node.label for node in self.nodes}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a filter leaves: ``kinds`` to show, papers from ``first`` to ``last``, edges from ``weight`` (0 to 1) on, nothing in ``hidden``."""

    kinds: frozenset[NodeKind] = frozenset(NodeKind)
    first: int | None = None
    last: int | None = None
    weight: float = 0.0
    hidden: frozenset[str] = frozenset()

    def leaves(self, node: Node) -> bool:
        """Whether a node may stay."""
        if node.key in self.hidden or node.kind not in self.kinds:
            return False
        if node.kind is not NodeKind.PAPER or (self.first is None and self.last is None):
            return True
        return node.year is not None and (self.first or 0) <= node.year <= (self.last or 9999)


def join(
    documents: Sequence[SliceDocument],
    pins: Mapping[str, Place] | None = None,
    *,
    through: tuple[Sequence[Node], Sequence[Edge]] = ((), ()),
) -> Joined:
    """The slices as one graph. ``through`` are nodes of a way, in order, and its edges: what no slice has stands between its neighbours on the way.

    Some 20 ms for 2,000 nodes.
    """
    found: dict[str, Node] = {}
    places: dict[str, Place] = {}
    edges: dict[tuple[str, str], Edge] = {}
    beyond: set[str] = set()
    for document in documents:
        for node, place in _opened_at(document, places, [places[one.subject] for one in documents if one.subject in places]):
            if node.key in found:
                found[node.key] = replace(found[node.key], rank=max(found[node.key].rank, node.rank))
            elif len(found) < MOST_NODES or node.key == document.subject:
                found[node.key], places[node.key] = node, place
            else:
                beyond.add(node.key)
        _take(document.edges, edges)
    for node, place in _between(through[0], places):
        found[node.key], places[node.key] = node, place
    _take(through[1], edges)
    opened = frozenset(document.subject for document in documents) & found.keys()
    placed = _apart(
        places, fixed={**{key: places[key] for key in opened}, **{key: pin for key, pin in (pins or {}).items() if key in places}}
    )
    nodes = tuple(replace(node, x=placed[key][0], y=placed[key][1]) for key, node in found.items())
    kept = tuple(edge for _pair, edge in sorted(edges.items()) if edge.a in found and edge.b in found)
    return Joined(nodes, kept, opened, len(beyond - found.keys()))


def _take(given: Iterable[Edge], edges: dict[tuple[str, str], Edge]) -> None:
    """Of the edges of a pair, keep the heaviest."""
    for edge in given:
        pair = (min(edge.a, edge.b), max(edge.a, edge.b))
        if pair not in edges or edge.weight > edges[pair].weight:
            edges[pair] = edge


def _between(way: Sequence[Node], places: Mapping[str, Place]) -> list[tuple[Node, Place]]:
    """The nodes of a way that have no place yet, evenly between those before and after them that have one, a little to the side."""
    placed = [number for number, node in enumerate(way) if node.key in places]
    found = []
    for before, after in itertools.pairwise(placed):
        (x, y), (to_x, to_y) = places[way[before].key], places[way[after].key]
        for number in range(before + 1, after):
            share = (number - before) / (after - before)
            found.append((way[number], (x + (to_x - x) * share + 0.12 * (y - to_y), y + (to_y - y) * share + 0.12 * (to_x - x))))
    return found


def narrow(graph: Joined, by: Narrowing, *, keep: Collection[str] = ()) -> Joined:
    """What the filter leaves. What was opened, and what is in ``keep``, stays unless it is hidden; what loses its last edge goes."""
    always = (graph.opened | set(keep)) - by.hidden
    left = {node.key for node in graph.nodes if node.key in always or by.leaves(node)}
    edges = tuple(edge for edge in graph.edges if edge.a in left and edge.b in left and edge.weight >= by.weight)
    joined = {end for edge in edges for end in (edge.a, edge.b)}
    nodes = tuple(node for node in graph.nodes if node.key in always or (node.key in left and node.key in joined))
    return Joined(nodes, edges, graph.opened - by.hidden, graph.left_out)


def _opened_at(document: SliceDocument, places: Mapping[str, Place], centres: Sequence[Place]) -> Iterable[tuple[Node, Place]]:
    """The slice's nodes with the places that they take among what stands."""
    if not places:
        return [(node, (node.x, node.y)) for node in document.nodes]
    subject = document.nodes[0]
    middle = (sum(x for x, _ in places.values()) / len(places), sum(y for _, y in places.values()) / len(places))
    at = places.get(subject.key)
    if at is None:
        at = _free_room(document, centres)
        return [(node, (at[0] + node.x, at[1] + node.y)) for node in document.nodes]
    outward = math.atan2(at[1] - middle[1], at[0] - middle[0])
    return [(node, _fanned(node, at, outward)) for node in document.nodes]


def _free_room(document: SliceDocument, centres: Sequence[Place]) -> Place:
    """The place nearest to the first slice's middle, on a grid around it, that keeps the slice off the middles of all others."""
    room = 2 * max(math.hypot(node.x, node.y) for node in document.nodes) + HOP
    first = centres[0] if centres else (0.0, 0.0)
    side = int(math.sqrt(len(centres))) + 2
    spots = sorted(
        (math.hypot(column, row), row, column)
        for row in range(-side, side + 1)
        for column in range(-side, side + 1)
        if (row, column) != (0, 0)
    )
    for _far, row, column in spots:
        at = (first[0] + column * room, first[1] + row * room)
        if all(math.dist(at, centre) >= 0.8 * room for centre in centres):
            return at
    return first[0] + (side + 1) * room, first[1]


def _fanned(node: Node, at: Place, outward: float) -> Place:
    """A node's place where the slice opens outwards: the directions of the whole circle pressed into half of it."""
    away = math.hypot(node.x, node.y)
    turned = ((math.atan2(node.y, node.x) - outward + math.pi) % math.tau - math.pi) * 0.55
    return at[0] + 1.25 * away * math.cos(outward + turned), at[1] + 1.25 * away * math.sin(outward + turned)


def _apart(places: Mapping[str, Place], fixed: Mapping[str, Place]) -> dict[str, Place]:
    """The places with what is too near to something pushed off it, a little each round; ``fixed`` does not move."""
    from scipy.spatial import cKDTree  # takes a tenth of a process's start, and few processes come here

    keys = list(places)
    if not keys:
        return {}
    at = np.array([fixed.get(key, places[key]) for key in keys], dtype=np.float64)
    free = np.array([0.0 if key in fixed else 1.0 for key in keys])[:, None]
    for _round in range(_ROUNDS):
        pairs = cKDTree(at).query_pairs(_NEAREST, output_type="ndarray")
        if not len(pairs):
            break
        way = at[pairs[:, 0]] - at[pairs[:, 1]]
        length = np.hypot(way[:, 0], way[:, 1])
        same = length < 1e-6  # noqa: PLR2004 - on one spot: apart by their numbers, so that it is the same each time
        way[same] = np.column_stack([np.cos(pairs[same, 0] * 2.4), np.sin(pairs[same, 0] * 2.4)])
        length[same] = 1.0
        push = way / length[:, None] * ((_NEAREST - np.where(same, 0.0, length)) / 2)[:, None]
        np.add.at(at, pairs[:, 0], push * free[pairs[:, 0]])
        np.add.at(at, pairs[:, 1], -push * free[pairs[:, 1]])
    return {key: (round(float(x), 1), round(float(y), 1)) for key, (x, y) in zip(keys, at, strict=True)}
