"""Who sees what changed: for every node of the graph, how much of what its walk visits lies where lines came or went.

A step from ``u`` to ``v`` weighs c(u, v), which is the same both ways, over m(u), the sum of the weights at ``u``. So the walk is reversible, pi_s(u) m(s) =
pi_u(s) m(u), and pushing from what changed tells of all who look at it at once: with ``share`` of the steps from each ``u`` changed, the sum over ``u`` of
``pi_s(u) share(u)`` is what is pushed to ``s`` from the masses ``share(u) m(u)``, over m(s). What is left unpushed at each node is below ``TOLERANCE`` of its m,
and that bounds the error at every onlooker (the contributions of Andersen et al. 2007).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from papers.graph.arrays import PLACE, TYPE_WEIGHTS, Graph
from papers.graph.document import NodeKind
from papers.graph.push import RESTART

TOLERANCE: Final = 2e-5
MOST_EDGES: Final = 300_000_000  # looked at for one batch of changes, some seconds; beyond, what was found so far is told

Ints = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def shaken_by(graph: Graph, changed: Iterable[int], *, known: Collection[int] = ()) -> dict[int, float]:
    """Which share of the steps from each node leads elsewhere since these nodes (papers) changed, 0 to 1.

    Compared are the rows as they stand with those that were stored. ``known`` are nodes that the stored rows already have as they are now, so that what
    changed is no longer told: of them all lines count as new. Time in the rows of the changed and of those next to them.
    """
    gained: dict[int, float] = defaultdict(float)
    lost: dict[int, float] = defaultdict(float)

    def compare(node: int, now: set[int], before: set[int]) -> None:
        damp = 1.0 / max(1, len(graph.row(node)) or len(before)) ** 0.5  # the node's own; of one that is gone as it was
        for others, moved in ((now - before, gained), (before - now, lost)):
            for other in others:
                line = float(TYPE_WEIGHTS[graph.kinds[node], graph.kinds[other]] * graph.damp[other]) * damp
                moved[node] += line
                moved[other] += line

    for node in changed:
        compare(node, set(graph.row(node).tolist()), set() if node in known else set(graph.stored_row(node).tolist()))
    for person in [node for node in gained.keys() | lost.keys() if graph.kinds[node] == PLACE[NodeKind.PERSON]]:
        compare(
            person, _places(graph, graph.row(person)), _places(graph, graph.stored_row(person))
        )  # whom they work for is told by papers, too
    weights = {node: weight_at(graph, node) + lost[node] for node in {*gained, *lost}}
    return {node: min(1.0, (gained[node] + lost[node]) / weight) for node, weight in weights.items() if weight}


def _places(graph: Graph, row: npt.NDArray[np.int32]) -> set[int]:
    """The institutions in a row."""
    return set(row[graph.kinds[row] == PLACE[NodeKind.INSTITUTION]].tolist())


def weight_at(graph: Graph, node: int) -> float:
    """The sum of the weights of the lines at a node."""
    row = graph.row(node)
    return float((TYPE_WEIGHTS[graph.kinds[node], graph.kinds[row]] * graph.damp[row]).sum() * graph.damp[node])


def onlookers(
    graph: Graph, shaken: Mapping[int, float], *, restart: float = RESTART, tolerance: float = TOLERANCE, most_edges: int = MOST_EDGES
) -> tuple[Ints, Shares]:
    """The nodes whose walk visits what was shaken, and the share of their visits that is led elsewhere, within ``tolerance``.

    Some milliseconds for each changed paper, and no more than ``most_edges`` looked at for all of them; 25 bytes a node. Compiles on first use.
    """
    size = len(graph)
    sources = np.array(sorted(shaken), dtype=np.int64)
    shares = np.array([shaken[int(node)] for node in sources], dtype=np.float64)
    p, r, weights, queued = np.zeros(size), np.zeros(size), np.full(size, -1.0), np.zeros(size, dtype=np.uint8)
    _kernel()(
        (graph.indptr, graph.indices),
        (graph.overlay.slot, graph.overlay.indptr, graph.overlay.indices),
        (graph.kinds, graph.damp, TYPE_WEIGHTS),
        (sources, shares, restart, tolerance, most_edges),
        (p, r, weights, queued, np.empty(size + 1, dtype=np.int64)),
    )
    nodes: Ints = np.flatnonzero((p + r > 0) & (weights > 0)).astype(np.int64)
    found: Shares = (p[nodes] + restart * r[nodes]) / weights[nodes]
    return nodes, found


@cache
def _kernel() -> Callable[..., int]:
    """The compiled walk, for workers."""
    import numba

    compiled: Callable[..., int] = numba.njit(cache=True, nogil=True)(_spread)
    return compiled


def _spread(stored: Any, over: Any, walk: Any, task: Any, state: Any) -> int:  # noqa: C901, PLR0912 - one loop, compiled as a whole
    """Fills ``state`` (settled, left, weights of the nodes that were met, queued, queue); returns how many edges were looked at."""
    indptr, indices = stored
    slot, over_indptr, over_indices = over
    kinds, damp, types = walk
    sources, shares, restart, tolerance, most_edges = task
    p, r, weights, queued, queue = state
    stored_rows, overlaid, room = len(indptr) - 1, len(slot), len(queue)
    head, tail, looked, given = 0, 0, 0, 0
    while given < len(sources) or (head != tail and looked < most_edges):
        is_given = given < len(sources)
        if is_given:  # first what was shaken is weighed, then the queue emptied
            u = sources[given]
        else:
            u = queue[head]
            head = (head + 1) % room
            queued[u] = 0
        if u < overlaid and slot[u] >= 0:
            row = over_indices[over_indptr[slot[u]] : over_indptr[slot[u] + 1]]
        elif u < stored_rows:
            row = indices[indptr[u] : indptr[u + 1]]
        else:
            row = indices[:0]
        looked += len(row)
        if weights[u] < 0.0:
            total = 0.0
            for v in row:
                total += types[kinds[u], kinds[v]] * damp[v]
            weights[u] = total * damp[u]
        if weights[u] == 0.0:
            given += is_given
            continue
        if is_given:
            r[u] += shares[given] * weights[u]
            given += 1
            if queued[u] == 0 and r[u] >= tolerance * weights[u]:
                queued[u] = 1
                queue[tail] = u
                tail = (tail + 1) % room
            continue
        mass = r[u]
        if mass < tolerance * weights[u]:
            continue  # was queued before its weight was known
        r[u] = 0.0
        p[u] += restart * mass
        share = (1.0 - restart) * mass * damp[u] / weights[u]
        for v in row:
            r[v] += share * types[kinds[u], kinds[v]] * damp[v]
            if queued[v] == 0 and (weights[v] < 0.0 or r[v] >= tolerance * weights[v]):
                queued[v] = 1
                queue[tail] = v
                tail = (tail + 1) % room
    return looked
