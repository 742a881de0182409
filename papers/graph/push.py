"""Personalised PageRank by forward push (Andersen, Chung, Lang 2006): near to exact where it matters, at a cost that the graph's size does not move.

Every push leaves ``sum(p) + sum(r) = 1``; it ends when no node's residual reaches ``EPSILON`` times its degree, and so has looked at most at
``1 / (RESTART * EPSILON)`` edges, a million, whatever the graph. What it has not handed on yet is known to belong at least by ``RESTART`` to the
node where it lies, so the estimate counts that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from papers.graph.arrays import TYPE_WEIGHTS, Graph

RESTART: Final = 0.2
EPSILON: Final = 5e-6
USUAL_DEGREE: Final = 1_000
LEAST_EPSILON: Final = 2e-6

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pushed:
    """The nodes that the push reached, in the order in which it did, with settled mass ``p`` and residual ``r`` of each."""

    nodes: npt.NDArray[np.int64]
    p: Scores
    r: Scores

    def scores(self) -> Scores:
        """The estimate of each node's PageRank, from below, rounded so that equals compare equal."""
        found: Scores = np.round(self.p + RESTART * self.r, 13)
        return found


class Walker:
    """Pushes over one graph, again and again, in memory that is laid out once (4 bytes a node, and some 60 for each that a push reaches). For one thread."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._number = np.full(len(graph), -1, dtype=np.int32)
        self._room = _Room(0, 0)

    def push(self, source: int, *, epsilon: float | None = None, restart: float = RESTART) -> Pushed:
        """The neighbourhood of a node, down to ``epsilon``, by default ``epsilon_for`` it. Some milliseconds.

        Compiles on first use in a process, or reads what was compiled before.
        """
        graph, degree = self.graph, len(self.graph.row(source))
        chosen = epsilon_for(degree) if epsilon is None else epsilon
        edges = int(1 / (restart * chosen)) + degree + 1
        if edges > self._room.edges:
            self._room = _Room(edges, min(len(graph), edges + 1))
        count = _kernel()(
            (graph.indptr, graph.indices),
            (graph.overlay.slot, graph.overlay.indptr, graph.overlay.indices),
            (graph.kinds, graph.damp, TYPE_WEIGHTS),
            (source, restart, chosen, chosen * degree),
            self._number,
            self._room.reached,
            self._room.lines,
        )
        nodes, p, r, *_ = self._room.reached
        return Pushed(nodes[:count].copy(), p[:count].copy(), r[:count].copy())


class _Room:
    """What a push writes to: a row for each node that it reaches, and one for each edge that it takes. Memory is taken only where it is written to."""

    def __init__(self, edges: int, nodes: int) -> None:
        self.edges = edges
        self.reached = (
            np.empty(nodes, dtype=np.int64),  # which node
            np.empty(nodes),  # p
            np.empty(nodes),  # r
            np.empty(nodes),  # the residual from which on it is pushed
            np.empty(nodes, dtype=np.uint8),  # whether it waits
            np.empty((nodes, 2), dtype=np.int64),  # where its lines begin and end; -1 before it is pushed
            np.empty(nodes + 1, dtype=np.int32),  # who waits
        )
        self.lines = (np.empty(edges, dtype=np.int32), np.empty(edges))  # where to, and the share of the mass


def epsilon_for(degree: int) -> float:
    """Down to what residual to push from a node of that degree: a hub spreads so thin that nothing beyond its neighbours would be seen."""
    return max(LEAST_EPSILON, EPSILON * min(1.0, USUAL_DEGREE / max(1, degree)))


@cache
def _kernel() -> Callable[..., int]:
    """The compiled push. numba is heavy, and web processes never come here."""
    import numba

    compiled: Callable[..., int] = numba.njit(cache=True, nogil=True)(_push)
    return compiled


def _push(stored: Any, over: Any, walk: Any, task: Any, number: Any, state: Any, lines: Any) -> int:  # noqa: C901, PLR0912, PLR0915 - one loop, compiled as a whole
    """Fills the rows of reached nodes; returns how many were reached.

    Nodes are numbered as they are reached, and the rows of those that are pushed copied with their weights, so that all but the first visit stays in the
    processor's cache. ``number`` is -1 everywhere before and after.
    """
    indptr, indices = stored
    slot, over_indptr, over_indices = over
    kinds, damp, weights = walk
    source, restart, epsilon, least_of_source = task
    nodes, p, r, least, waits, bounds, queue = state
    to, shares = lines
    stored_rows, overlaid, room = len(indptr) - 1, len(slot), len(queue)
    nodes[0], p[0], r[0], least[0], waits[0], bounds[0, 0] = source, 0.0, 1.0, least_of_source, 1, -1
    number[source] = 0
    queue[0] = 0
    count, head, tail, used = 1, 0, 1, 0
    while head != tail:
        u = queue[head]
        head = (head + 1) % room
        waits[u] = 0
        if bounds[u, 0] < 0:  # its first visit
            node = nodes[u]
            if node < overlaid and slot[node] >= 0:
                row = over_indices[over_indptr[slot[node]] : over_indptr[slot[node] + 1]]
            elif node < stored_rows:
                row = indices[indptr[node] : indptr[node + 1]]
            else:
                row = indices[:0]
            bounds[u, 0] = used
            total = 0.0
            for v in row:
                at = number[v]
                if at < 0:
                    if v < overlaid and slot[v] >= 0:
                        degree = over_indptr[slot[v] + 1] - over_indptr[slot[v]]
                    elif v < stored_rows:
                        degree = indptr[v + 1] - indptr[v]
                    else:
                        degree = 0
                    at = count
                    nodes[at], p[at], r[at], least[at], waits[at], bounds[at, 0] = v, 0.0, 0.0, epsilon * degree, 0, -1
                    number[v] = at
                    count += 1
                weight = weights[kinds[node], kinds[v]] * damp[v]
                to[used], shares[used] = at, weight
                total += weight
                used += 1
            if total == 0.0:
                used = bounds[u, 0]
            bounds[u, 1] = used
            for line in range(bounds[u, 0], used):
                shares[line] *= (1.0 - restart) / total
        mass = r[u]
        r[u] = 0.0
        if bounds[u, 0] == bounds[u, 1]:
            p[u] += mass
            continue
        p[u] += restart * mass
        for line in range(bounds[u, 0], bounds[u, 1]):
            v = to[line]
            r[v] += mass * shares[line]
            if waits[v] == 0 and r[v] >= least[v]:
                waits[v] = 1
                queue[tail] = v
                tail = (tail + 1) % room
    for at in range(count):
        number[nodes[at]] = -1
    return count
