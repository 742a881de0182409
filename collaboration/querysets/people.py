"""Who accounts are to each other: the name they go by, and the page they own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from papers.addresses import researcher_address
from profiles.models.choices import Level

_STATEMENT: Final = """
    SELECT profile.user_id, profile.display_name, author.id, author.display_name, coalesce(standing.level, 0)
    FROM profiles_profile AS profile
         LEFT JOIN profiles_claim AS claim ON claim.profile_id = profile.id AND claim.status IN ('granted', 'disputed')
         LEFT JOIN papers_author AS author ON author.id = claim.author_id
         LEFT JOIN profiles_standing AS standing ON standing.author_id = claim.author_id
    WHERE profile.user_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an account as others see them: ``url`` is "" and ``author`` None without a page."""

    name: str
    url: str = ""
    author: int | None = None
    level: Level = Level.L0


def known(user_ids: Collection[int | None]) -> Mapping[int, Known]:
    """These accounts by key, each that has a profile. One query, none for no keys. Whether they may be seen is the caller's to check."""
    wanted = sorted({key for key in user_ids if key is not None})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [wanted])
        rows = cursor.fetchall()
    return {user: _known(name, author, page, level) for user, name, author, page, level in rows}


def nobody() -> Known:
    """Somebody whose account is gone, or who never gave a name."""
    return Known(_("Somebody"))


def _known(name: str, author: int | None, page: str | None, level: int) -> Known:
    if author is None or page is None:
        return Known(name or _("Somebody"))
    return Known(page, researcher_address(author, page), author, Level(level))
