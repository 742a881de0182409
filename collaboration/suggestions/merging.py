"""Dismissed suggestions go along when two pages become one, and come back when that is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection

from config.lib.registries import MergeParticipant

_MOVE: Final = """
    UPDATE collaboration_suggestiondismissal AS row SET author_id = %(to)s WHERE row.author_id = %(from)s AND {which}
      AND NOT EXISTS (SELECT FROM collaboration_suggestiondismissal AS there WHERE there.author_id = %(to)s AND there.user_id = row.user_id)
    RETURNING row.id
"""


def participant() -> MergeParticipant:
    """What is registered. Suggestions themselves are computed again."""
    return MergeParticipant("suggestions", preview=preview, merge=merge, undo=undo, order=60, among=among)


def among(author_ids: Iterable[int]) -> set[int]:
    """Those of these pages that somebody dismissed; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT author_id FROM collaboration_suggestiondismissal WHERE author_id = ANY(%s)", [list(author_ids)])
        return {row[0] for row in cursor.fetchall()}


def preview(given_up: int, survivor: int) -> Iterable[str]:  # noqa: ARG001 - who dismissed whom is told to nobody
    """Nothing: dismissals are silent."""
    return ()


def merge(given_up: int, survivor: int) -> Mapping[str, Any]:
    """Move the dismissals of a page; whose other page is dismissed already keeps both. One statement."""
    moved = _run("TRUE", given_up, survivor)
    return {"from": given_up, "to": survivor, "dismissals": moved} if moved else {}


def undo(inverse: Mapping[str, Any]) -> None:
    """Put back those that are still there. One statement."""
    _run("row.id = ANY(%(ids)s)", int(inverse["to"]), int(inverse["from"]), inverse["dismissals"])


def _run(which: str, source: int, target: int, ids: Iterable[int] = ()) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(which=which), {"from": source, "to": target, "ids": list(ids)})
        return [row[0] for row in cursor.fetchall()]
