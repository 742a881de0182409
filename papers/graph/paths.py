"""The best way from one thing to another: the greatest product of strengths over few hops. Pure: whoever asks says who is next to whom."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

NodeT = TypeVar("NodeT", bound=Hashable)  # things that can be put in order
Neighbours = Callable[[Sequence[NodeT]], Mapping[NodeT, Iterable[tuple[NodeT, float]]]]


@dataclass(frozen=True, slots=True)
class Way(Generic[NodeT]):
    """The nodes from one end to the other, both with them, and the product of the strengths of its hops."""

    nodes: tuple[NodeT, ...]
    strength: float


def best_way(source: NodeT, target: NodeT, neighbours: Neighbours[NodeT], *, most_hops: int = 3, widest: int = 300) -> Way[NodeT] | None:
    """The way of at most ``most_hops`` with the greatest product of strengths, or None; among equals the shorter, then the lower nodes.

    ``neighbours`` gives for a batch of nodes who is next to each and how strongly (above 0, at most 1), the same from both ends; it is asked once
    for each hop. Who must not be on a way is simply not given. Both ends are walked from and met in the middle; of each ring only the ``widest``
    strongest are walked on from, so the cost is bounded, and beyond that many the way found may not be the very best.
    """
    if source == target:
        return Way((source,), 1.0)
    ahead, back = {source: Way((source,), 1.0)}, {target: Way((target,), 1.0)}
    fresh_ahead, fresh_back = dict(ahead), dict(back)
    best: Way[NodeT] | None = None
    for hop in range(most_hops):
        if hop % 2 == 0:
            fresh_ahead = _ring(ahead, fresh_ahead, neighbours, widest)
        else:
            fresh_back = _ring(back, fresh_back, neighbours, widest)
        best = _meeting(ahead, back, most_hops, best)
    return best


def _ring(
    found: dict[NodeT, Way[NodeT]], fresh: Mapping[NodeT, Way[NodeT]], neighbours: Neighbours[NodeT], widest: int
) -> dict[NodeT, Way[NodeT]]:
    """Walk one hop on from ``fresh``; ``found`` takes what is reached anew or better, and it is returned."""
    in_order: Callable[[NodeT], Any] = lambda node: (-fresh[node].strength, node)  # noqa: E731 - says what sorted needs
    start = sorted(fresh, key=in_order)[:widest]
    reached: dict[NodeT, Way[NodeT]] = {}
    for node, others in neighbours(start).items():
        way = fresh[node]
        for other, strength in others:
            if other in way.nodes:
                continue
            longer = Way((*way.nodes, other), way.strength * strength)
            if _is_better(longer, reached.get(other)) and _is_better(longer, found.get(other)):
                reached[other] = longer
    found.update(reached)
    return reached


def _meeting(
    ahead: Mapping[NodeT, Way[NodeT]], back: Mapping[NodeT, Way[NodeT]], most_hops: int, best: Way[NodeT] | None
) -> Way[NodeT] | None:
    for node in ahead.keys() & back.keys():
        one, other = ahead[node], back[node]
        whole = Way((*one.nodes, *reversed(other.nodes[:-1])), one.strength * other.strength)
        if len(whole.nodes) - 1 <= most_hops and len(set(whole.nodes)) == len(whole.nodes) and _is_better(whole, best):
            best = whole
    return best


def _is_better(one: Way[NodeT], other: Way[NodeT] | None) -> bool:
    if other is None:
        return True
    ranks: list[Any] = [(-round(way.strength, 12), len(way.nodes), way.nodes) for way in (one, other)]
    return bool(ranks[0] < ranks[1])
