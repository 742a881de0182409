"""Scores of pages: read, computed, stored; and an event where what is shown has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from papers.figures.storing import store_rows
from papers.models import RefreshRequest
from profiles.models import ShadowScore, TrustEvent, TrustScore
from profiles.trust.formula import FORMULA_VERSION, POINT_NAMES, TrustParts, trust
from profiles.trust.reading import pack, read_inputs

KIND = "trust"
NEXT_FORMULAS: dict[int, Any] = {}
"""Formulas that are computed beside the present one: version to a function like ``formula.trust``. Two weeks here, then shown."""


def refresh_scores(author_ids: Sequence[int]) -> int:
    """Compute and store the scores of these pages; returns how many there are. About twenty queries whatever their number.

    An event is kept where the shown number or the band differs from before, with what moved and the reasons that marked the page.
    """
    now = timezone.now()
    inputs = read_inputs(sorted(set(author_ids)), now)
    if not inputs:
        return 0
    ids = list(inputs)
    stored = [inputs[author_id].as_json() for author_id in ids]
    parts = trust(pack(stored))
    before = {row.author_id: row for row in TrustScore.objects.filter(author_id__in=ids)}
    rows = [_row(author_id, stored[place], parts, place, now) for place, author_id in enumerate(ids)]
    store_rows(rows, key=("author_id",))
    reasons = _reasons(ids)
    TrustEvent.objects.bulk_create(
        [
            event_of(row, now, before.get(row.author_id), reasons.get(row.author_id, ()))
            for row in rows
            if _shows(row, before.get(row.author_id))
        ]
    )
    for version, following in NEXT_FORMULAS.items():
        _store_shadow(version, ids, following(pack(stored)), now)
    return len(rows)


def recompute(inputs: dict[str, Any]) -> TrustParts:
    """The score from inputs as they are stored and shown, by anybody."""
    return trust(pack([inputs]))


def input_hash(inputs: dict[str, Any]) -> str:
    """SHA-256 of inputs as canonical JSON."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def take_snapshots(now: datetime) -> int:
    """A monthly event for every owned page that has none this month, changed or not; returns how many. Unclaimed pages keep their changes only."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    done = TrustEvent.objects.filter(is_snapshot=True, at__gte=month).values("author_id")
    rows = TrustScore.objects.filter(author__standing__claim__isnull=False).exclude(author_id__in=done).order_by("author_id")
    events = [event_of(row, now, row, ("month",), is_snapshot=True) for row in rows.iterator(chunk_size=1000)]
    TrustEvent.objects.bulk_create(events, batch_size=1000)
    return len(events)


def event_of(row: TrustScore, now: datetime, before: TrustScore | None, reasons: Iterable[str], *, is_snapshot: bool = False) -> TrustEvent:
    """An event about a score, not saved. ``moved`` tells by how many points each component moved."""
    points = row.parts["points"]
    earlier = before.parts["points"] if before is not None else dict.fromkeys(points, 0.0)
    moved = {name: round(points[name] - earlier.get(name, 0.0), 4) for name in points}
    return TrustEvent(
        author_id=row.author_id,
        at=now,
        formula_version=row.formula_version,
        score=row.score,
        shown=row.shown,
        band=row.band,
        level=row.level,
        points=points,
        moved={name: by for name, by in moved.items() if by},
        reasons=sorted(set(reasons)),
        input_hash=row.input_hash,
        is_snapshot=is_snapshot,
    )


def _row(author_id: int, inputs: dict[str, Any], parts: TrustParts, place: int, now: datetime) -> TrustScore:
    return TrustScore(
        author_id=author_id,
        formula_version=FORMULA_VERSION,
        score=float(parts.score[place]),
        shown=int(parts.shown[place]),
        band=int(parts.band[place]),
        level=inputs["level"],
        parts=parts_of(parts, place),
        inputs=inputs,
        input_hash=input_hash(inputs),
        computed_at=now,
    )


def parts_of(parts: TrustParts, place: int = 0) -> dict[str, Any]:
    """The components of one page and their points, by name."""
    return {
        "components": {
            "I": float(parts.identity[place]),
            "Q": float(parts.quality[place]),
            "S": float(parts.scholarly[place]),
            "N": float(parts.community[place]),
            "D": float(parts.conduct[place]),
        },
        "points": dict(zip(POINT_NAMES, (float(value) for value in parts.points[place]), strict=True)),
    }


def _shows(row: TrustScore, before: TrustScore | None) -> bool:
    return before is None or (before.shown, before.band) != (row.shown, row.band)


def _reasons(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Why each page was marked; the marks stand until the transaction that stores the scores clears them."""
    marks = RefreshRequest.objects.filter(kind=KIND, object_id__in=ids).values_list("object_id", "reason")
    return {object_id: (reason,) for object_id, reason in marks}


def _store_shadow(version: int, ids: Sequence[int], parts: TrustParts, now: datetime) -> None:
    rows = [
        ShadowScore(
            author_id=author_id,
            formula_version=version,
            score=float(parts.score[place]),
            shown=int(parts.shown[place]),
            band=int(parts.band[place]),
            computed_at=now,
        )
        for place, author_id in enumerate(ids)
    ]
    ShadowScore.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["author", "formula_version"], update_fields=["score", "shown", "band", "computed_at"]
    )
