"""What an import marks beside what it changes: works are taken out of the graph and come back as an import would bring them.

Nothing of it is kept: it all happens in one transaction that is taken back.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Final

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from papers.graph.arrays import Graph
from papers.graph.evidence import Ref, key_of
from papers.graph.push import Walker
from papers.models import GraphSlice, RefreshRequest, Work
from papers.slices.keeping import refresh_reach
from papers.slices.making import surroundings
from papers.slices.marking import KINDS, works_changed
from papers.slices.standing import current_walker
from papers.slices.storing import coupled_among, last_rank_of

NODES_THAT_MATTER: Final = 3  # come or gone, of about sixty; or a reason on a line of the subject's own, come, gone, or
COUNT_THAT_MATTERS: Final = 0.1  # changed by more than this share of its count


@dataclass(frozen=True, slots=True)
class Seen:
    """What a slice shows: things with their ranks, and what the subject's own lines state, by their ends and the type of the reason.

    Of how many works a count speaks does not matter here.
    """

    ranks: dict[Ref, float]
    counts: dict[tuple[str, str, str], int]
    last_rank: float


@dataclass(frozen=True, slots=True)
class Marked:
    """Of so many slices an import marked some, changed some materially, and marked some of these."""

    slices: int
    marked: int
    changed: int
    both: int

    @property
    def recall(self) -> float:
        """The share of the changed that was marked."""
        return self.both / max(1, self.changed)

    @property
    def times(self) -> float:
        """How many were marked for each that changed."""
        return self.marked / max(1, self.changed)


def measure_marks(*, works: int, sample: int, seed: int = 5) -> Marked:
    """Import that many works where so many subjects, drawn evenly from all, have slices; build these before and after, and compare."""
    dice = random.Random(seed)
    with TemporaryDirectory() as folder, override_settings(GRAPH_ROOT=folder), transaction.atomic():
        brought = dice.sample(sorted(Work.objects.filter(merged_into=None, erased_at=None).values_list("pk", flat=True)), works)
        Work.objects.filter(pk__in=brought).update(erased_at=timezone.now())
        subjects = _drawn(current_walker().graph, dice, sample)  # over arrays that are built here, and know nothing of these works
        before = {subject: seen for subject in subjects if (seen := _seen(current_walker(), subject)) is not None}
        _store(before, current_walker().graph)
        Work.objects.filter(pk__in=brought).update(erased_at=None)
        marked = _marks_of(brought)
        changed = {subject for subject, seen in before.items() if differs(seen, _seen(current_walker(), subject))}
        transaction.set_rollback(True)
    return Marked(len(before), len(marked), len(changed), len(marked & changed))


def differs(one: Seen, other: Seen | None) -> bool:
    """Whether a reader would say that the picture changed."""
    if other is None or len(one.ranks.keys() ^ other.ranks.keys()) >= NODES_THAT_MATTER:
        return True
    moved = {key_of(ref) for ref in one.ranks.keys() ^ other.ranks.keys()}
    for key in one.counts.keys() ^ other.counts.keys():
        if not moved & {key[0], key[1]}:
            return True
    shared = one.counts.keys() & other.counts.keys()
    return any(abs(one.counts[key] - other.counts[key]) > one.counts[key] * COUNT_THAT_MATTERS for key in shared)


def _seen(walker: Walker, subject: Ref) -> Seen | None:
    found = surroundings(walker, subject)
    if found is None:
        return None
    ranks, _names, edges = found
    shown = {key_of(ref) for ref in ranks}
    itself = key_of(subject)
    own = [edge for edge in edges if itself in {edge.a, edge.b} and shown & {edge.a, edge.b}]
    last = last_rank_of(((ref[0], rank) for ref, rank in ranks.items()), coupled=coupled_among(own, itself))
    return Seen(ranks, {(edge.a, edge.b, fact.type.value): fact.count or 0 for edge in own for fact in edge.facts}, last)


def _drawn(graph: Graph, dice: random.Random, size: int) -> list[Ref]:
    joined = (node for node in dice.sample(range(len(graph)), min(len(graph), 2 * size)) if len(graph.row(node)))
    return [graph.name(node) for node in joined][:size]


def _store(slices: dict[Ref, Seen], graph: Graph) -> None:
    GraphSlice.objects.all().delete()
    now = timezone.now()
    GraphSlice.objects.bulk_create(
        GraphSlice(
            kind=kind.value,
            subject_id=key,
            document={},
            works=len(graph.row(graph.node(kind, key) or 0)),
            last_rank=seen.last_rank,
            built_at=now,
            due_at=now,
        )
        for (kind, key), seen in slices.items()
    )


def _marks_of(works: Iterable[int]) -> set[Ref]:
    RefreshRequest.objects.filter(kind__in=KINDS.values()).delete()
    works_changed(works, reason="import")
    refresh_reach(works)
    kinds = {key: kind for kind, key in KINDS.items()}
    marks = RefreshRequest.objects.filter(kind__in=KINDS.values()).values_list("kind", "object_id")
    return {(kinds[kind], key) for kind, key in marks}
