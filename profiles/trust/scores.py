"""Scores of pages: read, computed, stored; and an event where what is shown has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from papers.models import RefreshRequest
from papers.refresh import mark_dirty
from profiles.standings import outdated
from profiles.trust.formula import POINT_NAMES, Ints, TrustParts, trust
from profiles.trust.reading import pack, read_inputs
from profiles.trust.shadows import next_formulas, store_shadows
from profiles.trust.storing import lock_scores, store_scores

KIND = "trust"

_SNAPSHOTS = """
    INSERT INTO profiles_trustevent (author_id, at, formula_version, score, shown, band, level, points, moved, reasons, input_hash, is_snapshot)
    SELECT score.author_id, %(now)s, formula_version, score, shown, band, score.level, parts -> 'points', '{}', '{month}', input_hash, true
    FROM profiles_trustscore AS score JOIN profiles_standing AS standing ON standing.author_id = score.author_id AND standing.claim_id IS NOT NULL
    WHERE NOT EXISTS (
        SELECT FROM profiles_trustevent AS event WHERE event.author_id = score.author_id AND event.is_snapshot AND event.at >= %(month)s
    )
    ORDER BY score.author_id
"""


@transaction.atomic
def refresh_scores(author_ids: Sequence[int]) -> int:
    """Compute and store the scores of these pages; returns how many there are. About twenty queries whatever their number.

    An event is kept where the shown number or the band differs from before, with what moved and the reasons that marked the page.
    """
    now = timezone.now()
    found = read_inputs(sorted(set(author_ids)), now)
    if not found:
        return 0
    ids = sorted(found)
    inputs = [found[author_id].as_json() for author_id in ids]
    packed = pack(inputs)
    pages = np.array(ids, dtype=np.int64)
    documents = [canonical(one) for one in inputs]
    store_scores(pages, packed.level, trust(packed), documents, before=lock_scores(ids), reasons=_reasons(ids), now=now)
    for version, following in next_formulas().items():
        store_shadows(version, pages, following(packed), now)
    _have_levels_follow(ids, packed.level)
    return len(ids)


def recompute(inputs: dict[str, Any]) -> TrustParts:
    """The score from inputs as they are stored and shown, by anybody."""
    return trust(pack([inputs]))


def input_hash(inputs: dict[str, Any]) -> str:
    """SHA-256 of inputs as canonical JSON."""
    return hashlib.sha256(canonical(inputs)).hexdigest()


def canonical(inputs: dict[str, Any]) -> bytes:
    """Inputs as canonical JSON: keys in order, no spaces, UTF-8."""
    return _canonical(inputs).encode()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode  # json.dumps would make one at every call


def take_snapshots(now: datetime) -> int:
    """A monthly event for every owned page that has none this month, changed or not; returns how many. Unclaimed pages keep their changes only. One statement."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOTS, {"now": now, "month": month})
        return int(cursor.rowcount)


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


def _have_levels_follow(ids: Sequence[int], levels: Ints) -> None:
    """Levels rest on the record as scores do: those that are no longer what was just assessed are marked. One query, mostly.

    Our own marks are locked first, as whoever computes levels marks scores before it settles.
    """
    behind = outdated(dict(zip(ids, levels.tolist(), strict=True)))
    if behind:
        list(RefreshRequest.objects.filter(kind=KIND, object_id__in=ids).order_by("object_id").select_for_update().values_list("pk"))
        mark_dirty(kind="standing", ids=behind, reason="record")


def _reasons(ids: Sequence[int]) -> dict[int, str]:
    """Why each page was marked; the marks stand until the transaction that stores the scores clears them."""
    return dict(RefreshRequest.objects.filter(kind=KIND, object_id__in=ids).values_list("object_id", "reason"))
