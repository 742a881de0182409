"""The way from one node to another within a graph that is at hand. Pure."""

from __future__ import annotations

import heapq
from collections import defaultdict

from papers.graph.joining import Joined


def way_between(graph: Joined, a: str, b: str) -> tuple[str, ...]:
    """The keys of the nodes on the best way from ``a`` to ``b``, both with it: fewest steps first, then the strongest; () where there is none.

    Dijkstra's algorithm; a step costs 1 and less than one hundredth more the weaker it is. Ties go by key.
    """
    steps: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for edge in graph.edges:
        cost = 1 + (1 - min(max(edge.weight, 0.0), 1.0)) / 128
        steps[edge.a].append((edge.b, cost))
        steps[edge.b].append((edge.a, cost))
    present = {node.key for node in graph.nodes}
    if a not in present or b not in present:
        return ()
    heap: list[tuple[float, str, tuple[str, ...]]] = [(0.0, a, (a,))]
    done: set[str] = set()
    while heap:
        cost, key, way = heapq.heappop(heap)
        if key == b:
            return way
        if key in done:
            continue
        done.add(key)
        for other, more in steps[key]:
            if other not in done:
                heapq.heappush(heap, (cost + more, other, (*way, other)))
    return ()
