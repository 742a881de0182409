"""Documents as rows. What a page stores at first sight goes the same way as what workers build, so nothing heavy is imported here."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from config.lib.public_ids import decode_public_id
from papers.graph.document import COUPLED, QUOTAS, Edge, EdgeKind, NodeKind, Scope, SliceDocument
from papers.graph.evidence import Ref
from papers.models import GraphSlice
from papers.pictures import stored_figure

LIFE: Final = timedelta(days=30)  # of a slice that nothing touched, give or take a fifth
JITTER: Final = 0.2


def stored(document: SliceDocument, subject: Ref, *, now: datetime, works: int) -> GraphSlice:
    """The row that keeps a document; not saved."""
    drawing, drawn_for = stored_figure(document)
    people = sorted(decode_public_id(node.public_id) for node in document.nodes if node.kind == NodeKind.PERSON)
    return GraphSlice(
        kind=subject[0].value,
        subject_id=subject[1],
        scope=document.scope.value,
        document=document.to_json(),
        people=people,
        works=works,
        touched=0,
        last_rank=_last_rank(document) if document.scope == Scope.FULL else 0.0,
        drawing=drawing,
        drawn_for=drawn_for,
        fingerprint=fingerprint_of(document),
        built_at=now,
        due_at=now + LIFE * random.uniform(1 - JITTER, 1 + JITTER),  # noqa: S311 - spreads load, hides nothing
    )


def _last_rank(document: SliceDocument) -> float:
    return last_rank_of(((node.kind, node.rank) for node in document.nodes[1:]), coupled=coupled_among(document.edges, document.subject))


def coupled_among(edges: Iterable[Edge], subject: str) -> int:
    """How many papers stand beside a paper for what they share, not for their rank."""
    return min(COUPLED, sum(edge.kind == EdgeKind.SIMILAR and subject in {edge.a, edge.b} for edge in edges))


def last_rank_of(ranked: Iterable[tuple[NodeKind, float]], *, coupled: int = 0) -> float:
    """The ranks at the last places of the kinds whose places are all taken, together; a kind with free places takes in whoever comes, and adds nothing.

    ``coupled`` papers hold their places whatever their rank.
    """
    ranks: dict[NodeKind, list[float]] = {kind: [] for kind in QUOTAS}
    for kind, rank in ranked:
        ranks[kind].append(rank)
    last = {kind: QUOTAS[kind] - 1 - (coupled if kind == NodeKind.PAPER else 0) for kind in QUOTAS}
    return sum(sorted(found, reverse=True)[last[kind]] for kind, found in ranks.items() if len(found) >= QUOTAS[kind])


def fingerprint_of(document: SliceDocument) -> str:
    """32 characters that are the same for the same content."""
    return hashlib.blake2b(document.canonical(), digest_size=16).hexdigest()


def store(rows: Sequence[GraphSlice]) -> None:
    """Insert these rows, or replace those of the same subjects. One statement."""
    GraphSlice.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "subject_id"],
        update_fields=[field.name for field in GraphSlice._meta.concrete_fields if field.name not in {"id", "kind", "subject_id"}],
    )
