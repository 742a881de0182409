"""Reading notifications: gathered in lines, counted for the header, and due for a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from collaboration.querysets.follows import LAST

SHOWN_UNREAD: Final = 99
"""What the header counts up to."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is read as one line: the latest of ``count`` notifications of a kind and group, and since when any of it is unread."""

    id: int
    kind: str
    payload: dict[str, Any]
    at: datetime
    count: int
    is_unread: bool


_LINES: Final = """
    SELECT latest.id, latest.kind, latest.payload, latest.created_at, lines.count, lines.is_unread
    FROM (SELECT max(id) AS id, count(*) AS count, bool_or(read_at IS NULL) AS is_unread
          FROM collaboration_notification AS told
          WHERE recipient_id = %(user)s AND kind = ANY(%(kinds)s)
            AND (actor_id IS NULL OR NOT EXISTS (
                SELECT FROM collaboration_block AS block WHERE block.blocker_id = told.actor_id AND block.blocked_id = %(user)s
                                                           OR block.blocked_id = told.actor_id AND block.blocker_id = %(user)s))
          GROUP BY kind, group_key, CASE WHEN read_at IS NULL THEN 0 ELSE 1 END
          HAVING max(id) < %(before)s ORDER BY max(id) DESC LIMIT %(limit)s) AS lines
         JOIN collaboration_notification AS latest ON latest.id = lines.id
    ORDER BY latest.id DESC
"""
_UNREAD: Final = """(
    SELECT count(*) FROM (
        SELECT DISTINCT told.kind, told.group_key FROM collaboration_notification AS told
        WHERE told.recipient_id = profiles_user.id AND told.read_at IS NULL LIMIT %s) AS unread)
"""
_DUE: Final = """
    SELECT person.id FROM profiles_user AS person
    WHERE person.id > %(after)s AND person.is_active
      AND EXISTS (SELECT FROM account_emailaddress AS address WHERE address.user_id = person.id AND address.verified)
      AND NOT EXISTS (SELECT FROM profiles_mailoptout AS refused WHERE refused.user_id = person.id AND refused.kind = %(mail)s)
      AND NOT EXISTS (SELECT FROM collaboration_digest AS digest
                      WHERE digest.user_id = person.id AND digest.cadence = %(cadence)s AND digest.written_at > %(since)s)
      AND (EXISTS (SELECT FROM collaboration_notification AS told
                   WHERE told.recipient_id = person.id AND told.read_at IS NULL AND told.mailed_at IS NULL AND told.created_at <= %(settled)s
                     AND told.kind = ANY(%(known)s)
                     AND coalesce((SELECT chosen.cadence FROM collaboration_mailpreference AS chosen
                                   WHERE chosen.user_id = person.id AND chosen.kind = told.kind),
                                  CASE WHEN told.kind = ANY(%(default)s) THEN %(cadence)s ELSE '' END) = %(cadence)s)
           OR EXISTS (SELECT FROM collaboration_mailpreference AS chosen
                      WHERE chosen.user_id = person.id AND chosen.kind = %(feed)s AND chosen.cadence = %(cadence)s))
    ORDER BY person.id LIMIT %(limit)s
"""


def lines_of(user_id: int, kinds: Sequence[str], *, before: int | None = None, limit: int) -> list[Line]:
    """What somebody was told, gathered by kind and group, unread apart from read, latest first; of these kinds only. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"user": user_id, "kinds": list(kinds), "before": before or LAST, "limit": limit})
        return [Line(*_decoded(row)) for row in cursor.fetchall()]


def unread_of_account() -> RawSQL:
    """For a query over accounts: how many lines each has not read, up to 99. Costs index entries of the unread."""
    return RawSQL(_UNREAD, [SHOWN_UNREAD], output_field=IntegerField())  # noqa: S611 - our own statement


def accounts_with_digest_due(
    *,
    cadence: str,
    known: Sequence[str],
    default: Sequence[str],
    mail: str,
    feed: str,
    since: datetime,
    settled: datetime,
    after: int = 0,
    limit: int,
) -> list[int]:
    """Accounts, by number and above ``after``, to whom a digest of that cadence is due: something unread that was never mailed, or the feed.

    None was written after ``since``; what came after ``settled`` waits, as it may yet be read. ``default`` are the kinds that come in this
    cadence unless chosen otherwise. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {
                "cadence": cadence,
                "known": list(known),
                "default": list(default),
                "mail": mail,
                "feed": feed,
                "since": since,
                "settled": settled,
                "after": after,
                "limit": limit,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _decoded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    import json

    key, kind, payload, *rest = row
    return key, kind, json.loads(payload) if isinstance(payload, str) else payload, *rest
