"""What an import marks beside what it changes: works are taken out of the graph and come back as an import would bring them.

Nothing of it is kept: it all happens in one transaction that is taken back.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from papers.graph.document import NodeKind, SliceDocument
from papers.models import Authorship, GraphSlice, RefreshRequest, Work, WorkTopic
from papers.slices.making import coordinates_of, make_slice
from papers.slices.marking import KINDS, works_changed
from papers.slices.standing import current_walker

Subject = tuple[NodeKind, int]

NODES_THAT_MATTER: Final = 3  # come or gone, of about sixty; or a reason on a line of the subject's own, come, gone, or
COUNT_THAT_MATTERS: Final = 0.1  # changed by more than this share of its count
_TABLES: Final = {NodeKind.PERSON: "papers_author", NodeKind.PAPER: "papers_work", NodeKind.TOPIC: "papers_topic"}
_EVERYBODY: Final = """
    INSERT INTO papers_graphslice (kind, subject_id, scope, document, people, works, touched, fingerprint, built_at, due_at)
    SELECT %s, thing.id, 'full', '{}', '{}', coalesce(figures.works_count, 0), 0, '', now(), now() + interval '30 days'
    FROM TABLE_OF_KIND AS thing LEFT JOIN papers_subjectfigures AS figures ON figures.kind = %s AND figures.subject_id = thing.id
    WHERE thing.merged_into_id IS NULL AND thing.erased_at IS NULL
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """How many slices an import marked, and how many it changed materially among the marked and among all others, as sampled."""

    works: int
    marked: int
    changed_marked: float
    changed_others: float

    @property
    def recall(self) -> float:
        """The share of the changed that was marked."""
        return self.changed_marked / max(1e-9, self.changed_marked + self.changed_others)

    @property
    def times(self) -> float:
        """How many were marked for each that changed."""
        return self.marked / max(1e-9, self.changed_marked + self.changed_others)


def measure_marks(*, works: int = 100, sample: int = 120, seed: int = 5) -> Marked:
    """As if every subject had a slice: import that many works, build samples of the marked, of those near by and of the rest before and after."""
    dice = random.Random(seed)
    with transaction.atomic():
        brought = dice.sample(list(Work.objects.filter(merged_into=None, erased_at=None).values_list("pk", flat=True)), works)
        for kind in NodeKind:
            with connection.cursor() as cursor:
                cursor.execute(_EVERYBODY.replace("TABLE_OF_KIND", _TABLES.get(kind, "papers_institution")), [kind.value, kind.value])
        marked = _marks_of(brought)
        near = _near(brought) - marked
        strata = [marked, near, _everything() - marked - near]
        samples = [dice.sample(sorted(stratum), min(len(stratum), sample)) for stratum in strata]
        before = _built(samples, brought)
        after = _built(samples, (), before)
        shares = [sum(differs(before.get(one), after.get(one)) for one in several) / max(1, len(several)) for several in samples]
        counts = [share * len(stratum) for share, stratum in zip(shares, strata, strict=True)]
        transaction.set_rollback(True)
    return Marked(works, len(marked), counts[0], counts[1] + counts[2])


def differs(one: SliceDocument | None, other: SliceDocument | None) -> bool:
    """Whether a reader would say that the picture changed."""
    if one is None or other is None:
        return one is not other
    nodes = {node.key for node in one.nodes} ^ {node.key for node in other.nodes}
    ours, theirs = _own_counts(one), _own_counts(other)
    if len(nodes) >= NODES_THAT_MATTER or any(key not in theirs and key[1] not in nodes and key[0] not in nodes for key in ours):
        return True
    return any(abs(count - theirs[key]) > count * COUNT_THAT_MATTERS for key, count in ours.items() if key in theirs)


def _own_counts(document: SliceDocument) -> dict[tuple[str, str, str], int]:
    """What the subject's own lines state, by their ends and the type of the reason. Of how many works a count speaks does not matter here."""
    own = (edge for edge in document.edges if document.subject in {edge.a, edge.b})
    return {(edge.a, edge.b, fact.type.value): fact.count or 0 for edge in own for fact in edge.facts}


def _marks_of(works: Collection[int]) -> set[Subject]:
    RefreshRequest.objects.filter(kind__in=KINDS.values()).delete()
    works_changed(works, reason="import")
    kinds = {key: kind for kind, key in KINDS.items()}
    marks = RefreshRequest.objects.filter(kind__in=KINDS.values()).values_list("kind", "object_id")
    return {(kinds[kind], key) for kind, key in marks}


def _near(works: Collection[int]) -> set[Subject]:
    """Whom the authors of these works wrote with, all that these wrote, and the topics and institutions of all of it."""
    people = set(Authorship.objects.filter(work__in=works, author__isnull=False).values_list("author_id", flat=True))
    theirs = set(Authorship.objects.filter(author__in=people).values_list("work_id", flat=True))
    others = set(Authorship.objects.filter(work__in=theirs, author__isnull=False).values_list("author_id", flat=True))
    wider = set(Authorship.objects.filter(author__in=others).values_list("work_id", flat=True))
    places = set(Authorship.objects.filter(author__in=people, institutions__isnull=False).values_list("institutions", flat=True))
    topics = set(WorkTopic.objects.filter(work__in=theirs).values_list("topic_id", flat=True))
    found: list[tuple[NodeKind, Iterable[int]]] = [
        (NodeKind.PERSON, others),
        (NodeKind.PAPER, wider),
        (NodeKind.TOPIC, topics),
        (NodeKind.INSTITUTION, places),
    ]
    return {(kind, key) for kind, keys in found for key in keys}


def _everything() -> set[Subject]:
    return {(NodeKind(kind), key) for kind, key in GraphSlice.objects.values_list("kind", "subject_id").iterator()}


def _built(
    samples: Iterable[Iterable[Subject]], without: Collection[int], before: dict[Subject, SliceDocument] | None = None
) -> dict[Subject, SliceDocument]:
    """The slices of these subjects while these works are not there."""
    now = timezone.now()
    Work.objects.filter(pk__in=without).update(erased_at=now)
    works_changed(without, reason="measured") if without else None
    walker, found = current_walker(), {}
    for subject in (one for several in samples for one in several):
        earlier = (before or {}).get(subject)
        document = make_slice(walker, subject, now=now, before=coordinates_of(earlier) if earlier else None)
        if document is not None:
            found[subject] = document
    Work.objects.filter(pk__in=without).update(erased_at=None)
    works_changed(without, reason="measured") if without else None
    return found
