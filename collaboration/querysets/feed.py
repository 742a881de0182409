"""Reading the feed: the works that came for those whom somebody follows, fanned out when it is read.

Nothing is written when somebody publishes, however many follow them. Each thing that is followed gives its latest works out of
an index in the order in which works came; the latest of those are the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from collaboration.querysets.follows import LAST, with_names
from papers.models import Work
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from collaboration.querysets.follows import Viewer

MOST_OF_A_PLACE: Final = 400
"""Authorships of an institution that one page looks at: a work with hundreds of authors from one place counts as one work."""
TOLD: Final = ("grant", "merge", "split", "opened")
"""Acts on a page that its followers are told of. Disputes and revocations stand on its history, and are no news to send round."""


@dataclass(frozen=True, slots=True)
class Interests:
    """What somebody follows, by kind, and the author pages that stay out of their feed: muted ones, and those of blocked people."""

    authors: Sequence[int] = ()
    topics: Sequence[int] = ()
    institutions: Sequence[int] = ()
    searches: Sequence[int] = ()
    muted: Sequence[int] = ()
    hidden: Sequence[int] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is followed."""
        return not (self.authors or self.topics or self.institutions or self.searches)


class FeedWork(NamedTuple):
    """A work of the feed: when it came, and because of what it is there, as pairs of kind and number."""

    id: int
    came_at: datetime
    year: int | None
    is_shown: bool
    because: list[list[Any]]


class FeedChange(NamedTuple):
    """Something that was decided or done on a page that is followed."""

    id: int
    at: datetime
    action: str
    code: str
    author: int


_INTERESTS: Final = """
    WITH own AS (SELECT author_id, topic_id, institution_id, search_id FROM collaboration_follow WHERE follower_id = %(user)s),
    held AS (SELECT claim.author_id, profile.user_id FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
             WHERE claim.status IN ('granted', 'disputed')),
    blocked AS (SELECT blocked_id AS person FROM collaboration_block WHERE blocker_id = %(user)s
                UNION SELECT blocker_id FROM collaboration_block WHERE blocked_id = %(user)s)
    SELECT ARRAY(SELECT author_id FROM own WHERE author_id IS NOT NULL),
           ARRAY(SELECT topic_id FROM own WHERE topic_id IS NOT NULL),
           ARRAY(SELECT institution_id FROM own WHERE institution_id IS NOT NULL),
           ARRAY(SELECT search_id FROM own WHERE search_id IS NOT NULL),
           ARRAY(SELECT author_id FROM collaboration_mute WHERE muter_id = %(user)s AND author_id IS NOT NULL
                 UNION SELECT held.author_id FROM collaboration_mute AS mute JOIN held ON held.user_id = mute.person_id WHERE mute.muter_id = %(user)s),
           ARRAY(SELECT held.author_id FROM blocked JOIN held ON held.user_id = blocked.person)
"""
_MET: Final = """
    SELECT found.work_id, 'author' AS kind, one.key AS target
    FROM unnest(%(authors)s::bigint[]) AS one(key),
         LATERAL (SELECT work_id FROM papers_authorship WHERE author_id = one.key AND work_id < %(before)s
                  ORDER BY work_id DESC LIMIT %(limit)s) AS found
    UNION ALL
    SELECT found.work_id, 'topic', one.key
    FROM unnest(%(topics)s::bigint[]) AS one(key),
         LATERAL (SELECT work_id FROM papers_worktopic WHERE topic_id = one.key AND work_id < %(before)s
                  ORDER BY work_id DESC LIMIT %(limit)s) AS found
    UNION ALL
    SELECT found.work_id, 'institution', one.key
    FROM unnest(%(institutions)s::bigint[]) AS one(key),
         LATERAL (SELECT DISTINCT authorship.work_id
                  FROM (SELECT authorship_id FROM papers_authorshipinstitution
                        WHERE institution_id = one.key AND authorship_id < %(before_authorship)s
                        ORDER BY authorship_id DESC LIMIT %(most_of_a_place)s) AS named
                       JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
                  WHERE authorship.work_id < %(before)s) AS found
    UNION ALL
    SELECT found.work_id, 'search', one.key
    FROM unnest(%(searches)s::bigint[]) AS one(key),
         LATERAL (SELECT work_id FROM collaboration_searchmatch WHERE search_id = one.key AND work_id < %(before)s
                  ORDER BY work_id DESC LIMIT %(limit)s) AS found
"""
_WORKS: Final = """
    WITH met AS ({met}),
    newest AS (SELECT work_id, json_agg(DISTINCT jsonb_build_array(kind, target)) AS because
               FROM met GROUP BY work_id ORDER BY work_id DESC LIMIT %(limit)s)
    SELECT work.id, work.created_at, work.year,
           work.merged_into_id IS NULL AND work.erased_at IS NULL {narrower}
           AND NOT EXISTS (SELECT FROM papers_authorship AS quiet WHERE quiet.work_id = work.id AND quiet.author_id = ANY(%(muted)s::bigint[])),
           newest.because
    FROM newest JOIN papers_work AS work ON work.id = newest.work_id
    ORDER BY work.id DESC
"""
_FIRST_AUTHORSHIP: Final = "coalesce((SELECT min(id) FROM papers_authorship WHERE work_id = %(before)s), %(last)s)"
_CHANGES: Final = """
    SELECT found.*
    FROM unnest(%(authors)s::bigint[]) AS one(key),
         LATERAL (SELECT entry.id, entry.at, entry.action, entry.code, entry.author_id FROM profiles_trailentry AS entry
                  WHERE entry.author_id = one.key AND entry.id < %(before)s AND (entry.is_public OR entry.action = 'opened')
                    AND entry.undoes_id IS NULL AND entry.action = ANY(%(told)s)
                    AND NOT EXISTS (SELECT FROM profiles_trailentry AS later WHERE later.undoes_id = entry.id)
                  ORDER BY entry.id DESC LIMIT %(limit)s) AS found
    ORDER BY found.id DESC LIMIT %(limit)s
"""
_NAMES: Final = """
    SELECT 'author', id, display_name FROM papers_author WHERE id = ANY(%(author)s::bigint[]) AND erased_at IS NULL
    UNION ALL SELECT 'topic', id, name FROM papers_topic WHERE id = ANY(%(topic)s::bigint[]) AND erased_at IS NULL
    UNION ALL SELECT 'institution', id, name FROM papers_institution WHERE id = ANY(%(institution)s::bigint[]) AND erased_at IS NULL
    UNION ALL SELECT 'search', id, words || E'\\n' || query FROM collaboration_savedsearch WHERE id = ANY(%(search)s::bigint[])
"""


def interests_of(user_id: int) -> Interests:
    """What somebody follows, mutes and does not see. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_INTERESTS, {"user": user_id})
        return Interests(*cursor.fetchone())


def feed_works(interests: Interests, viewer: Viewer, *, before: int | None = None, limit: int) -> list[FeedWork]:
    """The latest works for those interests that came before work ``before``, latest first. One query, none without interests.

    Costs ``limit`` index entries for each thing that is followed. A work that may not be shown is among them with ``is_shown``
    false, so that the next page knows where to go on.
    """
    if interests.is_empty:
        return []
    narrower, more = narrowing(Work, "work.id", viewer)
    statement = _WORKS.format(met=_MET, narrower=with_names(narrower, more))
    statement = statement.replace("%(before_authorship)s", _FIRST_AUTHORSHIP if before else "%(last)s")
    parameters = {
        "authors": list(interests.authors),
        "topics": list(interests.topics),
        "institutions": list(interests.institutions),
        "searches": list(interests.searches),
        "muted": list(interests.muted),
        "before": before or LAST,
        "last": LAST,
        "limit": limit,
        "most_of_a_place": MOST_OF_A_PLACE,
        **{f"n{place}": value for place, value in enumerate(more)},
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [FeedWork(*row) for row in cursor.fetchall()]


def feed_changes(interests: Interests, *, before: int | None = None, limit: int) -> list[FeedChange]:
    """What was done on the pages of followed people, latest first; nothing by people who are muted or blocked. One query, none for no people."""
    quiet = {*interests.muted, *interests.hidden}
    authors = [key for key in interests.authors if key not in quiet]
    if not authors:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"authors": authors, "before": before or LAST, "told": list(TOLD), "limit": limit})
        return [FeedChange(*row) for row in cursor.fetchall()]


def names_of_targets(wanted: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], str]:
    """Names by kind and number; of a search its words, a line break and its query. One query, none for nothing."""
    if not any(wanted.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {kind: list(wanted.get(kind, ())) for kind in ("author", "topic", "institution", "search")})
        return {(kind, key): name for kind, key, name in cursor.fetchall()}
