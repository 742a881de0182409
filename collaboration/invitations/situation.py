"""What stands between somebody and an invitation to a page: everything gathered in one statement, judged without asking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.dateparse import parse_datetime

from collaboration.invitations.limits import Allowance, Limit, Spent, allowance, limit_of, next_level_with_more
from profiles.models import User
from profiles.models.choices import Level

_STATEMENT: Final = """
    WITH mine AS (
        SELECT id, author_id, status, sent_at, answered_at, held_until FROM collaboration_invitation WHERE sender_id = %(user)s
    ), owner AS (
        SELECT profile.user_id FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
        WHERE claim.author_id = %(author)s AND claim.status IN ('granted', 'disputed')
    )
    SELECT json_build_object(
        'page', (SELECT json_build_array(claim.author_id, coalesce(standing.level, 0))
                 FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
                      LEFT JOIN profiles_standing AS standing ON standing.author_id = claim.author_id
                 WHERE profile.user_id = %(user)s AND claim.status IN ('granted', 'disputed')),
        'claiming', (SELECT min(claim.id) FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
                     WHERE profile.user_id = %(user)s AND claim.status IN ('draft', 'evidence', 'review')),
        'confirmed', EXISTS (SELECT FROM account_emailaddress AS address WHERE address.user_id = %(user)s AND address.verified),
        'open', (SELECT count(*) FROM mine WHERE status IN ('introducing', 'waiting', 'sent')
                 OR status = 'closed' AND (held_until IS NULL OR held_until <= %(today)s)),
        'week', (SELECT json_build_array(count(*), min(sent_at)) FROM mine WHERE sent_at > %(now)s - interval '7 days'),
        'declined', (SELECT json_build_array(count(*), max(answered_at)) FROM mine WHERE status = 'declined' AND answered_at > coalesce(
                        (SELECT max(answered_at) FROM mine WHERE status = 'accepted'), '-infinity')),
        'limits', (SELECT json_object_agg(level, json_build_array(open_at_once, new_a_week, declines, halved_days))
                   FROM collaboration_invitationlimit),
        'here', (SELECT id FROM mine
                 WHERE author_id = %(author)s AND status IN ('introducing', 'waiting', 'sent', 'held', 'closed')),
        'draft', (SELECT id FROM mine WHERE author_id = %(author)s AND status = 'draft'),
        'refused', (SELECT max(answered_at) FROM mine WHERE author_id = %(author)s AND status = 'declined'),
        'owner', (SELECT user_id FROM owner),
        'takes', coalesce((SELECT choice.takes_invitations FROM collaboration_collaborationchoice AS choice JOIN owner USING (user_id)), TRUE),
        'blocked', EXISTS (SELECT FROM collaboration_block AS block, owner
                           WHERE block.blocker_id = owner.user_id AND block.blocked_id = %(user)s),
        'blocks', EXISTS (SELECT FROM collaboration_block AS block, owner
                          WHERE block.blocker_id = %(user)s AND block.blocked_id = owner.user_id),
        'slowed', EXISTS (SELECT FROM collaboration_measure AS measure
                          WHERE measure.person_id = %(user)s AND measure.kind = 'slow-down' AND measure.lifted_at IS NULL
                                AND (measure.ends_at IS NULL OR measure.ends_at > %(now)s)),
        'kept_from_it', (SELECT json_agg(measure.ends_at) FROM collaboration_measure AS measure
                         WHERE measure.person_id = %(user)s AND measure.kind IN ('no-contact', 'suspended') AND measure.lifted_at IS NULL
                               AND (measure.ends_at IS NULL OR measure.ends_at > %(now)s))
    )
"""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where somebody stands towards one page. ``page`` is their own, with its ``level`` (L0 without one); ``here`` an invitation to this
    page that has no answer yet; ``refused_at`` when one was declined; ``owner`` the account that owns the page.

    ``is_turned_away``: the owner takes no invitations, or none of theirs, and nobody is told which. ``kept_until``: a measure of moderators,
    with its end where it has one.
    """

    page: int | None
    level: Level
    claiming: int | None
    is_confirmed: bool
    allowance: Allowance
    more_at: tuple[Level, int] | None
    here: int | None
    draft: int | None
    refused_at: datetime | None
    owner: int | None
    is_turned_away: bool
    has_blocked: bool
    is_kept_from_it: bool
    kept_until: datetime | None


def situation_of(user: User, author_id: int, now: datetime) -> Situation:
    """Where an account stands towards a page. One statement, about half a millisecond."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"user": user.pk, "author": author_id, "now": now, "today": now.date()})
        row = cursor.fetchone()
    told: Mapping[str, Any] = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    page, level = (told["page"][0], Level(told["page"][1])) if told["page"] else (None, Level.L0)
    changed = {int(key): Limit(*numbers) for key, numbers in (told["limits"] or {}).items()}
    spent = Spent(
        open_now=told["open"],
        this_week=told["week"][0],
        oldest_this_week=_moment(told["week"][1]),
        declined_in_a_row=told["declined"][0],
        last_declined_at=_moment(told["declined"][1]),
        is_slowed=told["slowed"],
    )
    ends = told["kept_from_it"]
    return Situation(
        page=page,
        level=level,
        claiming=told["claiming"],
        is_confirmed=told["confirmed"],
        allowance=allowance(level, spent, limit_of(level, changed), now),
        more_at=next_level_with_more(level, changed),
        here=told["here"],
        draft=told["draft"],
        refused_at=_moment(told["refused"]),
        owner=told["owner"],
        is_turned_away=told["blocked"] or not told["takes"],
        has_blocked=told["blocks"],
        is_kept_from_it=bool(ends),
        kept_until=None if not ends or None in ends else max(filter(None, map(_moment, ends))),
    )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
