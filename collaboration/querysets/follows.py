"""Reading follows: how many follow something, what somebody follows, and who follows a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from papers.models import Author
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from profiles.models import User

    Viewer = User | AnonymousUser | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many follow a thing, whether the reader does, and whether the owner of a person's page shows whom they follow."""

    count: int
    is_following: bool
    shows_list: bool


_STANDING: Final = """
    SELECT coalesce((SELECT count FROM collaboration_followercount WHERE kind = %(kind)s AND target = %(key)s), 0),
           EXISTS (SELECT FROM collaboration_follow WHERE follower_id = %(viewer)s AND {column}_id = %(key)s),
           EXISTS (SELECT FROM collaboration_followlist WHERE user_id = %(owner)s AND is_public)
           AND NOT EXISTS (SELECT FROM collaboration_block WHERE blocker_id = %(owner)s AND blocked_id = %(viewer)s
                                                             OR blocker_id = %(viewer)s AND blocked_id = %(owner)s)
"""
_STANDING_OF_SEARCH: Final = """
    SELECT coalesce((SELECT kept.count FROM collaboration_followercount AS kept WHERE kept.kind = 'search' AND kept.target = search.id), 0),
           EXISTS (SELECT FROM collaboration_follow WHERE follower_id = %(viewer)s AND search_id = search.id),
           search.id
    FROM collaboration_savedsearch AS search WHERE search.query = %(query)s
"""


def key_of(viewer: Viewer) -> int | None:
    """The number of the reader's account; None signed out."""
    return viewer.pk if viewer is not None else None


def standing_of(kind: str, key: int, viewer: Viewer, *, owner: int | None = None) -> Standing:
    """How a thing of that kind (a column of ``Follow``, from our own code) is followed. One query; ``owner`` is the account behind a person's page."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(column=kind), {"kind": kind, "key": key, "viewer": key_of(viewer), "owner": owner})
        return Standing(*cursor.fetchone())


def standing_of_search(query: str, viewer: Viewer) -> tuple[Standing, int | None]:
    """The same for a search by its canonical query, with its number; nobody and None where it was never saved. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_OF_SEARCH, {"query": query, "viewer": key_of(viewer)})
        row = cursor.fetchone()
    return (Standing(row[0], row[1], shows_list=False), row[2]) if row else (Standing(0, is_following=False, shows_list=False), None)


class Followed(NamedTuple):
    """A line of what somebody follows. ``follow`` is the number of the follow, by which pages go on."""

    follow: int
    kind: str
    key: int
    name: str
    query: str
    since: Any


_FOLLOWED: Final = """
    SELECT follow.id,
           CASE WHEN follow.author_id IS NOT NULL THEN 'author' WHEN follow.topic_id IS NOT NULL THEN 'topic'
                WHEN follow.institution_id IS NOT NULL THEN 'institution' ELSE 'search' END,
           coalesce(follow.author_id, follow.topic_id, follow.institution_id, follow.search_id),
           coalesce(author.display_name, topic.name, place.name, search.words),
           coalesce(search.query, ''), follow.since
    FROM collaboration_follow AS follow
         LEFT JOIN papers_author AS author ON author.id = follow.author_id
         LEFT JOIN papers_topic AS topic ON topic.id = follow.topic_id
         LEFT JOIN papers_institution AS place ON place.id = follow.institution_id
         LEFT JOIN collaboration_savedsearch AS search ON search.id = follow.search_id
    WHERE follow.follower_id = %(user)s AND follow.id < %(before)s AND (%(kind)s = '' OR {chosen})
      AND author.erased_at IS NULL AND topic.erased_at IS NULL AND place.erased_at IS NULL
    ORDER BY follow.id DESC LIMIT %(limit)s
"""
_COUNTS: Final = """
    SELECT count(author_id), count(topic_id), count(institution_id), count(search_id)
    FROM collaboration_follow WHERE follower_id = %s
"""
LAST: Final = 2**62


def followed_by(user_id: int, *, kind: str = "", before: int | None = None, limit: int) -> list[Followed]:
    """What somebody follows, latest first, those below number ``before``; of one kind (a column of ``Follow``) where given. One query."""
    chosen = f"follow.{kind}_id IS NOT NULL" if kind else "TRUE"
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED.format(chosen=chosen), {"user": user_id, "before": before or LAST, "kind": kind, "limit": limit})
        return [Followed(*row) for row in cursor.fetchall()]


def follow_counts(user_id: int) -> dict[str, int]:
    """How many people, topics, institutions and searches somebody follows, by column of ``Follow``. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [user_id])
        return dict(zip(("author", "topic", "institution", "search"), cursor.fetchone(), strict=True))


_FOLLOWERS: Final = """
    SELECT follow.id, page.id, page.display_name
    FROM collaboration_follow AS follow
         JOIN collaboration_followlist AS list ON list.user_id = follow.follower_id AND list.is_public
         JOIN profiles_profile AS profile ON profile.user_id = follow.follower_id
         JOIN profiles_claim AS claim ON claim.profile_id = profile.id AND claim.status IN ('granted', 'disputed')
         JOIN papers_author AS page ON page.id = claim.author_id AND page.erased_at IS NULL AND page.merged_into_id IS NULL
    WHERE follow.{column}_id = %(key)s AND follow.id < %(before)s
      AND NOT EXISTS (SELECT FROM collaboration_block AS block
                      WHERE block.blocker_id = follow.follower_id AND block.blocked_id = ANY(%(others)s)
                         OR block.blocked_id = follow.follower_id AND block.blocker_id = ANY(%(others)s))
      {narrower}
    ORDER BY follow.id DESC LIMIT %(limit)s
"""


def named_followers(
    kind: str, key: int, viewer: Viewer, *, owner: int | None, before: int | None = None, limit: int
) -> Sequence[tuple[int, int, str]]:
    """(number of the follow, page, name) of those who show what they follow, latest first. One query.

    Left out is who blocked, or is blocked by, the viewer or the ``owner`` of the page that is followed.
    """
    narrower, more = narrowing(Author, "page.id", viewer)
    statement = _FOLLOWERS.format(column=kind, narrower=with_names(narrower, more))
    others = [number for number in (key_of(viewer), owner) if number]
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"key": key, "before": before or LAST, "others": others, "limit": limit, **{f"n{i}": value for i, value in enumerate(more)}},
        )
        return list(cursor.fetchall())


def with_names(condition: str, parameters: Sequence[Any]) -> str:
    """A condition with its parameters in order, for a statement whose parameters have names."""
    for place in range(len(parameters)):
        condition = condition.replace("%s", f"%(n{place})s", 1)
    return condition
