"""Personalised PageRank by forward push (Andersen, Chung, Lang 2006): near to exact where it matters, at a cost that the graph's size does not move.

Every push leaves ``sum(p) + sum(r) = 1``; it ends when no node's residual reaches ``EPSILON`` times its degree, and so has looked at most at
``1 / (RESTART * EPSILON)`` edges, a quarter of a million, whatever the graph. What it has not handed on yet is known to belong at least by ``RESTART`` to the
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
EPSILON: Final = 2e-5
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
    """Pushes over one graph, again and again, in memory that is laid out once (18 bytes a node). For one thread."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        size = len(graph)
        self._p, self._r = np.zeros(size), np.zeros(size)
        self._known, self._queued = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)

    def push(self, source: int, *, epsilon: float | None = None, restart: float = RESTART) -> Pushed:
        """The neighbourhood of a node, down to ``epsilon``, by default ``epsilon_for`` it. A millisecond or a few.

        Compiles on first use in a process, or reads what was compiled before.
        """
        graph, degree = self.graph, len(self.graph.row(source))
        chosen = epsilon_for(degree) if epsilon is None else epsilon
        room = min(len(graph), int(1 / (restart * chosen)) + degree + 2)
        reached, queue = np.empty(room, dtype=np.int64), np.empty(room + 1, dtype=np.int64)
        count = _kernel()(
            (graph.indptr, graph.indices),
            (graph.overlay.slot, graph.overlay.indptr, graph.overlay.indices),
            (graph.kinds, graph.damp, TYPE_WEIGHTS),
            (source, restart, chosen),
            (self._p, self._r, self._known, self._queued),
            (reached, queue),
        )
        nodes = reached[:count].copy()
        pushed = Pushed(nodes, self._p[nodes], self._r[nodes])
        for array in (self._p, self._r, self._known, self._queued):
            array[nodes] = 0
        return pushed


def epsilon_for(degree: int) -> float:
    """Down to what residual to push from a node of that degree: a hub spreads so thin that nothing beyond its neighbours would be seen."""
    return max(LEAST_EPSILON, EPSILON * min(1.0, USUAL_DEGREE / max(1, degree)))


@cache
def _kernel() -> Callable[..., int]:
    """The compiled push. numba is heavy, and web processes never come here."""
    import numba

    compiled: Callable[..., int] = numba.njit(cache=True, nogil=True)(_push)
    return compiled


def _push(stored: Any, over: Any, walk: Any, task: Any, state: Any, lists: Any) -> int:  # noqa: C901, PLR0912 - one loop, compiled as a whole
    """Fills ``state`` and the list of reached nodes; returns how many were reached."""
    indptr, indices = stored
    slot, over_indptr, over_indices = over
    kinds, damp, weights = walk
    source, restart, epsilon = task
    p, r, known, queued = state
    reached, queue = lists
    stored_rows, overlaid, room = len(indptr) - 1, len(slot), len(queue)
    r[source] = 1.0
    known[source] = 1
    queued[source] = 1
    reached[0] = source
    queue[0] = source
    count, head, tail = 1, 0, 1
    while head != tail:
        u = queue[head]
        head = (head + 1) % room
        queued[u] = 0
        if u < overlaid and slot[u] >= 0:
            row = over_indices[over_indptr[slot[u]] : over_indptr[slot[u] + 1]]
        elif u < stored_rows:
            row = indices[indptr[u] : indptr[u + 1]]
        else:
            row = indices[:0]
        mass = r[u]
        r[u] = 0.0
        total = 0.0
        for v in row:
            total += weights[kinds[u], kinds[v]] * damp[v]
        if total == 0.0:
            p[u] += mass
            continue
        p[u] += restart * mass
        share = (1.0 - restart) * mass / total
        for v in row:
            r[v] += share * weights[kinds[u], kinds[v]] * damp[v]
            if known[v] == 0:
                known[v] = 1
                reached[count] = v
                count += 1
            if queued[v] == 0:
                if v < overlaid and slot[v] >= 0:
                    degree = over_indptr[slot[v] + 1] - over_indptr[slot[v]]
                elif v < stored_rows:
                    degree = indptr[v + 1] - indptr[v]
                else:
                    degree = 0
                if r[v] >= epsilon * degree:
                    queued[v] = 1
                    queue[tail] = v
                    tail = (tail + 1) % room
    return count
