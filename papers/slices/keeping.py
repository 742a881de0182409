"""Slices are built by workers and stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils import timezone

from papers.graph.arrays import KINDS
from papers.graph.document import NodeKind, SliceDocument
from papers.graph.onlookers import onlookers, shaken_by
from papers.models import GraphSlice
from papers.slices.building import BuildUnderWayError, build_arrays
from papers.slices.making import coordinates_of, make_slice
from papers.slices.marking import ENOUGH_MOVED, LEAST_LAST_RANK, mark_onlookers
from papers.slices.standing import changed_since_stored, current_walker
from papers.slices.storing import store, stored

AT_ONCE: Final = 200_000  # onlookers that PostgreSQL is told of
LEAST_SHARE: Final = ENOUGH_MOVED * LEAST_LAST_RANK


def refresh_slices(kind: NodeKind, ids: Iterable[int]) -> int:
    """Build and store the slices of these subjects; returns how many there are. A subject that is gone loses its slice.

    One query for the graph's changes and those of ``make_slice`` for each subject.
    """
    keys = sorted(set(ids))
    present = GraphSlice.objects.filter(kind=kind.value, subject_id__in=keys)
    before = {row.subject_id: coordinates_of(SliceDocument.from_json(row.document)) for row in present.only("subject_id", "document")}
    walker, now, found = current_walker(), timezone.now(), []
    for key in keys:
        document = make_slice(walker, (kind, key), now=now, before=before.get(key))
        if document is not None:
            found.append(stored(document, (kind, key), now=now, works=len(walker.graph.row(walker.graph.node(kind, key) or 0))))
    store(found)
    gone = set(keys) - {row.subject_id for row in found}
    GraphSlice.objects.filter(kind=kind.value, subject_id__in=gone).delete()
    return len(found)


def refresh_reach(works: Iterable[int]) -> int:
    """Mark the stored slices that these works move, wherever they are in the graph; returns how many works there are.

    Half a second for a hundred works, at most some seconds for any number of them; see ``papers.graph.onlookers``.
    """
    chosen = sorted(set(works))
    graph = current_walker().graph
    untold = changed_since_stored(graph, chosen)
    held = {work: node for work in chosen if (node := graph.node(NodeKind.PAPER, work)) is not None}
    shaken = shaken_by(graph, held.values(), known={node for work, node in held.items() if work not in untold})
    nodes, shares = onlookers(graph, shaken)
    for start in range(0, len(nodes), AT_ONCE):
        part, share = nodes[start : start + AT_ONCE], shares[start : start + AT_ONCE]
        part, share = part[share >= LEAST_SHARE], share[share >= LEAST_SHARE]
        kinds = graph.kinds[part]
        moved = {kind: (graph.ids[part[kinds == place]].tolist(), share[kinds == place].tolist()) for place, kind in enumerate(KINDS)}
        mark_onlookers(moved)
    return len(held)


def refresh_arrays(_ids: Iterable[int]) -> int:
    """Build the arrays of this machine anew; another process that is at it does it for us."""
    try:
        build_arrays()
    except BuildUnderWayError:
        return 0
    return 1
