"""Which papers are similar to one by what they cite and by what cites them: bibliographic coupling (Kessler 1963) and co-citation (Small 1973), together
as Amsler (1972) has them, as a cosine.

The arrays know that two papers are joined, not which of them cites; so they name the candidates, and what is shared is counted in the records.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from papers.graph.arrays import PLACE, Graph, Nodes
from papers.graph.document import COUPLED, EdgeKind, NodeKind
from papers.graph.evidence import Counted, Ref, kind_of

CANDIDATES: Final = 40
LEAST_SHARED: Final = 2  # one work in common says little
MOST_NEIGHBOURS: Final = 1_000
MOST_LINES: Final = 100_000  # looked at, those of the rarest neighbours first: what everybody cites tells least


def candidates(graph: Graph, node: int) -> list[int]:
    """Papers that share most neighbours among papers with this one, and are not its neighbours; the most likely first.

    A few milliseconds at most, whatever cites it: at most ``MOST_NEIGHBOURS`` neighbours with ``MOST_LINES`` lines are looked at.
    """
    beside = _papers(graph, graph.row(node))
    rarest = beside[np.lexsort((beside, -graph.damp[beside]))][:MOST_NEIGHBOURS]
    rows, lines = [], 0
    for neighbour in rarest:
        row = graph.row(int(neighbour))
        lines += len(row)
        if lines > MOST_LINES:
            break
        rows.append(row)
    if not rows:
        return []
    others, shared = np.unique(np.concatenate(rows), return_counts=True)
    fit = (graph.kinds[others] == PLACE[NodeKind.PAPER]) & (shared >= LEAST_SHARED) & (others != node) & ~np.isin(others, beside)
    others, shared = others[fit], shared[fit]
    best = np.lexsort((others, -np.round(shared * graph.damp[others], 9)))[:CANDIDATES]
    return [int(other) for other in others[best]]


def citing_and_cited(graph: Graph, node: int) -> int:
    """How many papers a paper cites or is cited by."""
    return len(_papers(graph, graph.row(node)))


def similar(counted: Iterable[Counted], *, subject: Ref, degrees: Mapping[Ref, int], ranks: Mapping[Ref, float]) -> list[Ref]:
    """Of the papers in ``degrees`` (which has the subject's own, too) those that share works with the subject; at most ``COUPLED``.

    Ordered by the shared works over the root of both degrees; ties go to the higher rank, then to the lower key.
    """
    shared: dict[Ref, int] = {}
    for one in counted:
        if one.a == subject and kind_of(one.type) == EdgeKind.SIMILAR:
            shared[one.b] = shared.get(one.b, 0) + (one.count or 0)
    likeness = {
        ref: round(count / math.sqrt(degrees[subject] * degrees[ref]), 9)
        for ref, count in shared.items()
        if count >= LEAST_SHARED and degrees.get(ref) and degrees.get(subject)
    }
    return sorted(likeness, key=lambda ref: (-likeness[ref], -ranks.get(ref, 0.0), ref[1]))[:COUPLED]


def _papers(graph: Graph, row: Nodes) -> Nodes:
    found: Nodes = row[graph.kinds[row] == PLACE[NodeKind.PAPER]]
    return found
