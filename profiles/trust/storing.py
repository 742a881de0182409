"""Computed scores on their way into the tables, many at once; and an event where what is shown has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from config.lib.bulk import append_rows, write_back
from profiles.models import TrustEvent, TrustScore
from profiles.trust.formula import FORMULA_VERSION, POINT_NAMES, Ints, TrustParts

_PARTS = f'{{"components":{{"I":%r,"Q":%r,"S":%r,"N":%r,"D":%r}},"points":{{{",".join(f""""{name}":%r""" for name in POINT_NAMES)}}}}}'
_LOCK = """
    SELECT author_id, shown, band, (extract(epoch FROM computed_at) * 1000000)::int8, (parts -> 'points')::text, inputs::text
    FROM profiles_trustscore WHERE author_id = ANY(%s::bigint[]) ORDER BY author_id FOR NO KEY UPDATE
"""


@dataclass(frozen=True, slots=True)
class Before:
    """A score as it is stored. ``computed`` in microseconds since 1970."""

    shown: int
    band: int
    computed: int
    points: dict[str, float]
    inputs: dict[str, Any]


def lock_scores(author_ids: Sequence[int]) -> dict[int, Before]:
    """The stored scores of these pages, in the order of their ids, which nobody else writes until the transaction ends. One query."""
    if not author_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, ["{" + ",".join(map(str, author_ids)) + "}"])
        rows = cursor.fetchall()
    documents = json.loads(f"[{','.join(text for row in rows for text in row[4:])}]")  # all at once: a fifth of the time
    return {
        author_id: Before(shown, band, computed, documents[2 * place], documents[2 * place + 1])
        for place, (author_id, shown, band, computed, *_texts) in enumerate(rows)
    }


def store_scores(
    author_ids: Ints,
    levels: Ints,
    parts: TrustParts,
    inputs: Sequence[bytes],
    *,
    before: Mapping[int, Before],
    reasons: Mapping[int, str],
    now: datetime,
) -> None:
    """Store what was computed for these pages, in the order of their ids, from inputs as canonical JSON; only what differs is written.

    ``before`` is what ``lock_scores`` gave; where another number or band shows than that, an event is kept with what moved and why.
    Two COPYs and four statements for any number of pages, and three more for each reason.
    """
    columns: dict[str, Any] = {
        "author_id": author_ids,
        "score": parts.score,
        "shown": parts.shown,
        "band": parts.band,
        "level": levels,
        "input_hash": np.array([hashlib.sha256(text).hexdigest() for text in inputs], dtype="S64"),
    }
    documents = {"parts": documents_of(parts), "inputs": inputs}
    write_back(
        TrustScore,
        key="author_id",
        columns=columns,
        documents=documents,
        stamp={"formula_version": FORMULA_VERSION, "computed_at": now},
    )
    earlier = [before.get(author_id) for author_id in author_ids.tolist()]
    told = zip(earlier, parts.shown.tolist(), parts.band.tolist(), strict=True)
    shows = [place for place, (one, shown, band) in enumerate(told) if one is None or (one.shown, one.band) != (shown, band)]
    by_reason: dict[str, list[int]] = {}
    for place in shows:
        by_reason.setdefault(reasons.get(int(author_ids[place]), ""), []).append(place)
    for reason, places in by_reason.items():
        _note(
            {name: array[places] for name, array in columns.items()},
            parts.points[places],
            [earlier[place] for place in places],
            reason,
            now,
        )


def _note(columns: Mapping[str, Any], points: Any, earlier: Sequence[Before | None], reason: str, now: datetime) -> None:
    """Keep events about these scores."""
    after = [dict(zip(POINT_NAMES, row, strict=True)) for row in points.tolist()]
    moved = [_moved(one.points if one is not None else {}, row) for one, row in zip(earlier, after, strict=True)]
    documents = {"points": [json.dumps(row).encode() for row in after], "moved": [json.dumps(row).encode() for row in moved]}
    stamp = {"at": now, "formula_version": FORMULA_VERSION, "reasons": [reason] if reason else [], "is_snapshot": False}
    append_rows(TrustEvent, columns, documents, stamp)


def _moved(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """By how many points each component moved, those that did."""
    moved = {name: round(points - before.get(name, 0.0), 4) for name, points in after.items()}
    return {name: by for name, by in moved.items() if by}


def documents_of(parts: TrustParts) -> list[bytes]:
    """The components of each page and their points, by name, as JSON."""
    components = np.column_stack([parts.identity, parts.quality, parts.scholarly, parts.community, parts.conduct]).tolist()
    return [(_PARTS % (*of_page, *points)).encode() for of_page, points in zip(components, parts.points.tolist(), strict=True)]


def chosen(parts: TrustParts, rows: Ints) -> TrustParts:
    """The parts of some rows."""
    return TrustParts(**{one.name: getattr(parts, one.name)[rows] for one in fields(TrustParts)})
