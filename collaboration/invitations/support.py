"""Trust from working together: an accepted invitation lets the pages of both people support each other (docs/trust.md: weight .5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from config.lib.registries import Support

WEIGHT: Final = 0.5
_ACCEPTED: Final = """
    SELECT mine.author_id, theirs.author_id, max(invitation.answered_at)
    FROM profiles_claim AS mine
         JOIN profiles_profile AS me ON me.id = mine.profile_id
         JOIN collaboration_invitation AS invitation
              ON invitation.status = 'accepted' AND (invitation.sender_id = me.user_id OR invitation.recipient_id = me.user_id)
         JOIN profiles_profile AS they
              ON they.user_id = CASE WHEN invitation.sender_id = me.user_id THEN invitation.recipient_id ELSE invitation.sender_id END
         JOIN profiles_claim AS theirs ON theirs.profile_id = they.id AND theirs.status IN ('granted', 'disputed')
    WHERE mine.author_id = ANY(%s) AND mine.status IN ('granted', 'disputed')
    GROUP BY mine.author_id, theirs.author_id
"""


def collaborations(author_ids: Sequence[int]) -> Iterable[Support]:
    """The support that these pages give by accepted invitations, whoever invited: once for each pair, as of the latest. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPTED, [list(author_ids)])
        for source, target, latest_at in cursor.fetchall():
            yield Support(source, target, WEIGHT, latest_at)
