"""Follows, mutes and reports go along when two pages become one, and come back when that is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection
from django.utils.translation import ngettext

from collaboration.models import Follow
from config.lib.registries import MergeParticipant

_MOVES: Final = {
    "follows": """
        UPDATE collaboration_follow AS row SET author_id = %(to)s WHERE row.author_id = %(from)s AND {which}
          AND NOT EXISTS (SELECT FROM collaboration_follow AS there WHERE there.author_id = %(to)s AND there.follower_id = row.follower_id)
          AND NOT EXISTS (SELECT FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
                          WHERE claim.author_id = %(to)s AND claim.status IN ('granted', 'disputed') AND profile.user_id = row.follower_id)
        RETURNING row.id""",
    "mutes": """
        UPDATE collaboration_mute AS row SET author_id = %(to)s WHERE row.author_id = %(from)s AND {which}
          AND NOT EXISTS (SELECT FROM collaboration_mute AS there WHERE there.author_id = %(to)s AND there.muter_id = row.muter_id)
        RETURNING row.id""",
    "reports": "UPDATE collaboration_report AS row SET author_id = %(to)s WHERE row.author_id = %(from)s AND {which} RETURNING row.id",
}


def participant() -> MergeParticipant:
    """What is registered."""
    return MergeParticipant("follows", preview=preview, merge=merge, undo=undo, order=40)


def preview(given_up: int, survivor: int) -> Iterable[str]:  # noqa: ARG001 - what goes along does not depend on where to
    """How many followers would go along; one query."""
    count = Follow.objects.filter(author_id=given_up).count()
    if count:
        yield ngettext("%(count)s follower goes along.", "%(count)s followers go along.", count) % {"count": count}


def merge(given_up: int, survivor: int) -> Mapping[str, Any]:
    """Move what hangs on a page; who follows both already follows once, and that row stays where it is. Three statements."""
    moved = {name: _run(name, given_up, survivor) for name in _MOVES}
    return {"from": given_up, "to": survivor, **moved} if any(moved.values()) else {}


def undo(inverse: Mapping[str, Any]) -> None:
    """Put back what was moved and is still there. Three statements at most."""
    for name in _MOVES:
        if inverse[name]:
            _run(name, int(inverse["to"]), int(inverse["from"]), inverse[name])


def _run(name: str, source: int, target: int, ids: Iterable[int] | None = None) -> list[int]:
    which = "TRUE" if ids is None else "row.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(_MOVES[name].format(which=which), {"from": source, "to": target, "ids": list(ids or ())})
        return [row[0] for row in cursor.fetchall()]
