"""Which of the ranked nodes a slice shows: so many of each kind, the highest first, ties by row key."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from papers.graph.arrays import KINDS, Graph, Ints
from papers.graph.document import QUOTAS, NodeKind
from papers.graph.push import Scores


def choose(graph: Graph, nodes: Ints, scores: Scores, *, subject: int, quotas: Mapping[NodeKind, int] = QUOTAS) -> list[tuple[int, float]]:
    """(node, score) of the chosen, kind by kind in the order of ``KINDS``, each kind ranked. The subject is not among them."""
    kinds, ids = graph.kinds[nodes], graph.ids[nodes]
    chosen: list[tuple[int, float]] = []
    for place, kind in enumerate(KINDS):
        candidates = np.flatnonzero((kinds == place) & (nodes != subject) & (scores > 0))
        ranked = candidates[np.lexsort((ids[candidates], -scores[candidates]))][: quotas[kind]]
        chosen += [(int(nodes[at]), float(scores[at])) for at in ranked]
    return chosen
