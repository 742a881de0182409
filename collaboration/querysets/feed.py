"""Reading the feed: the works that came for those whom somebody follows, fanned out when it is read.

Nothing is written when somebody publishes, however many follow them. Each thing that is followed gives its latest works out of
an index in the order in which works came; the latest of those are the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from collaboration.models import Follow
from collaboration.models.follows import TARGETS
from collaboration.querysets.follows import LAST, with_names
from config.lib.statements import rows_of_each
from papers.models import Work
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from collaboration.querysets.follows import Viewer
    from profiles.models import User

MOST_OF_A_PLACE: Final = 400
"""Authorships of an institution that one page looks at: a work with hundreds of authors from one place counts as one work."""
TOLD: Final = ("grant", "merge", "split", "opened")
"""Acts on a page that its followers are told of. Disputes and revocations stand on its history, and are no news to send round."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Whose works make a feed: all that an account follows, or one thing of a kind (a column of ``Follow``, from our own code)."""

    account: int | None = None
    kind: str = ""
    key: int | None = None


class FeedWork(NamedTuple):
    """A work of the feed: when it came, and because of what it is there, as kind, number and name (of a search its words, a line break and its query)."""

    id: int
    came_at: datetime
    year: int | None
    is_shown: bool
    because: list[list[Any]]


class FeedChange(NamedTuple):
    """Something that was decided or done on a page that is followed, with the page's name."""

    id: int
    at: datetime
    action: str
    author: int
    name: str


_OF_ACCOUNT: Final = "SELECT author_id, topic_id, institution_id, search_id FROM collaboration_follow WHERE follower_id = %(user)s"
_OF_ONE: Final = "SELECT %(author)s::bigint AS author_id, %(topic)s::bigint AS topic_id, %(institution)s::bigint AS institution_id, %(search)s::bigint AS search_id"
_PAGES_OF: Final = """
    SELECT claim.author_id FROM {people} JOIN profiles_profile AS profile ON profile.user_id = {person}
           JOIN profiles_claim AS claim ON claim.profile_id = profile.id AND claim.status IN ('granted', 'disputed')
"""
_MUTED: Final = f"""
    SELECT author_id FROM collaboration_mute WHERE muter_id = %(user)s AND author_id IS NOT NULL
    UNION ALL {_PAGES_OF.format(people="collaboration_mute AS mute", person="mute.person_id")} WHERE mute.muter_id = %(user)s
"""  # noqa: S608 - our own names
_HIDDEN: Final = f"""
    {_PAGES_OF.format(people="collaboration_block AS block", person="block.blocked_id")} WHERE block.blocker_id = %(user)s
    UNION ALL {_PAGES_OF.format(people="collaboration_block AS block", person="block.blocker_id")} WHERE block.blocked_id = %(user)s
"""
_MET: Final = """
    SELECT found.work_id, 'author' AS kind, own.author_id AS target
    FROM own, LATERAL (SELECT work_id FROM papers_authorship WHERE author_id = own.author_id AND work_id < %(before)s
                       ORDER BY work_id DESC LIMIT %(limit)s) AS found
    WHERE own.author_id IS NOT NULL
    UNION ALL
    SELECT found.work_id, 'topic', own.topic_id
    FROM own, LATERAL (SELECT work_id FROM papers_worktopic WHERE topic_id = own.topic_id AND work_id < %(before)s
                       ORDER BY work_id DESC LIMIT %(limit)s) AS found
    WHERE own.topic_id IS NOT NULL
    UNION ALL
    SELECT found.work_id, 'institution', own.institution_id
    FROM own, LATERAL (SELECT DISTINCT authorship.work_id
                       FROM (SELECT authorship_id FROM papers_authorshipinstitution
                             WHERE institution_id = own.institution_id AND authorship_id < {before_authorship}
                             ORDER BY authorship_id DESC LIMIT %(most_of_a_place)s) AS named
                            JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
                       WHERE authorship.work_id < %(before)s) AS found
    WHERE own.institution_id IS NOT NULL
    UNION ALL
    SELECT found.work_id, 'search', own.search_id
    FROM own, LATERAL (SELECT work_id FROM collaboration_searchmatch WHERE search_id = own.search_id AND work_id < %(before)s
                       ORDER BY work_id DESC LIMIT %(limit)s) AS found
    WHERE own.search_id IS NOT NULL
"""
_WORKS: Final = """
    WITH own AS MATERIALIZED ({own}),
    muted AS MATERIALIZED ({muted}),
    met AS MATERIALIZED ({met}),
    newest AS (SELECT DISTINCT work_id FROM met ORDER BY work_id DESC LIMIT %(limit)s),
    reasons AS (
        SELECT named.work_id, json_agg(json_build_array(named.kind, named.target, named.name) ORDER BY named.kind, named.target)
                              FILTER (WHERE named.name IS NOT NULL) AS because
        FROM (SELECT DISTINCT work_id, kind, target,
                     CASE kind WHEN 'author' THEN (SELECT display_name FROM papers_author WHERE id = target AND erased_at IS NULL)
                               WHEN 'topic' THEN (SELECT name FROM papers_topic WHERE id = target AND erased_at IS NULL)
                               WHEN 'institution' THEN (SELECT name FROM papers_institution WHERE id = target AND erased_at IS NULL)
                               ELSE (SELECT words || E'\\n' || query FROM collaboration_savedsearch WHERE id = target) END AS name
              FROM met JOIN newest USING (work_id)) AS named
        GROUP BY named.work_id)
    SELECT work.id, work.created_at, work.year,
           work.merged_into_id IS NULL AND work.erased_at IS NULL {narrower}
           AND NOT EXISTS (SELECT FROM papers_authorship AS quiet WHERE quiet.work_id = work.id AND quiet.author_id IN (SELECT author_id FROM muted)),
           coalesce(reasons.because, '[]')
    FROM newest JOIN papers_work AS work ON work.id = newest.work_id JOIN reasons ON reasons.work_id = work.id
    ORDER BY work.id DESC
"""
_FIRST_AUTHORSHIP: Final = "coalesce((SELECT min(id) FROM papers_authorship WHERE work_id = %(before)s), %(last)s)"
_CHANGES: Final = f"""
    WITH own AS MATERIALIZED (SELECT author_id FROM collaboration_follow WHERE follower_id = %(user)s AND author_id IS NOT NULL),
    told AS MATERIALIZED (
        SELECT entry.id, entry.at, entry.action, entry.author_id FROM profiles_trailentry AS entry
        WHERE entry.author_id = ANY(ARRAY(SELECT author_id FROM own)) AND entry.id < %(before_change)s AND (entry.is_public OR entry.action = 'opened')
              AND entry.undoes_id IS NULL AND entry.action = ANY(%(told)s))
    SELECT told.id, told.at, told.action, told.author_id, author.display_name
    FROM told JOIN papers_author AS author ON author.id = told.author_id AND author.erased_at IS NULL
    WHERE told.author_id NOT IN ({_MUTED}) AND told.author_id NOT IN ({_HIDDEN})
          AND NOT EXISTS (SELECT FROM profiles_trailentry AS later WHERE later.undoes_id = told.id)
    ORDER BY told.id DESC LIMIT %(limit)s
"""  # noqa: S608 - the same
_WAITING: Final = "SELECT EXISTS (SELECT FROM collaboration_invitation WHERE recipient_id = %(user)s AND status = 'sent')"


def feed_works(sources: Sources, viewer: Viewer, *, before: int | None = None, limit: int) -> list[FeedWork]:
    """The latest works from there that came before work ``before``, latest first. One query.

    Costs ``limit`` index entries for each thing that is followed. A work that may not be shown is among them with ``is_shown``
    false, so that the next page knows where to go on.
    """
    statement, given = _works(sources, viewer, before, limit)
    (works,) = rows_of_each(statement, given=given)
    return [FeedWork(*row) for row in works]


def feed_entries(
    user: User, *, before_work: int | None = None, before_change: int | None = None, limit: int
) -> tuple[list[FeedWork], list[FeedChange], bool]:
    """The latest works from all that somebody follows, and what was done on the pages of people whom they follow, each latest first; and
    whether any invitation may wait for their answer, blocks aside, since that stands on the same page.

    No works by people who are muted, no changes of pages of people who are muted or blocked. Three statements in one message to the database, which saves the way there and back.
    """
    statement, given = _works(Sources(account=user.pk), user, before_work, limit)
    given |= {"before_change": before_change or LAST, "told": list(TOLD)}
    works, changes, waiting = rows_of_each(statement, _CHANGES, _WAITING, given=given)
    return [FeedWork(*row) for row in works], [FeedChange(*row) for row in changes], bool(waiting[0][0])


def follows_nothing(user_id: int) -> bool:
    """Whether an account follows nothing at all. One query."""
    return not Follow.objects.filter(follower=user_id).exists()


def _works(sources: Sources, viewer: Viewer, before: int | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The statement for works, and its parameters."""
    narrower, more = narrowing(Work, "work.id", viewer)
    statement = _WORKS.format(
        own=_OF_ONE if sources.account is None else _OF_ACCOUNT,
        muted="SELECT NULL::bigint AS author_id WHERE FALSE" if sources.account is None else _MUTED,
        met=_MET.format(before_authorship=_FIRST_AUTHORSHIP if before else "%(last)s"),
        narrower=with_names(narrower, more),
    )
    return statement, {
        "user": sources.account,
        **{kind: sources.key if kind == sources.kind else None for kind in TARGETS},
        "before": before or LAST,
        "last": LAST,
        "limit": limit,
        "most_of_a_place": MOST_OF_A_PLACE,
        **{f"n{place}": value for place, value in enumerate(more)},
    }
