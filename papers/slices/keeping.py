"""Slices are built by workers and stored."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from papers.graph.document import NodeKind, SliceDocument
from papers.models import GraphSlice
from papers.slices.building import BuildUnderWayError, build_arrays
from papers.slices.making import coordinates_of, make_slice
from papers.slices.standing import current_walker
from papers.slices.storing import store, stored


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


def refresh_arrays(_ids: Iterable[int]) -> int:
    """Build the arrays of this machine anew; another process that is at it does it for us."""
    try:
        build_arrays()
    except BuildUnderWayError:
        return 0
    return 1
