"""Who could introduce somebody: co-authors who own their pages and let themselves be asked, and the works behind each tie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from django.db import connection
from django.utils import timezone

from collaboration.introductions.paths import Path, Tie, best_paths
from papers.metrics.closeness import MOST_AUTHORS, JointWork, strength
from profiles.models import User

MOST_NEAR: Final = 100  # people at each end who let themselves be asked; those with the most joint works
WORKS_TOLD: Final = 5

_NEAR: Final = """
    SELECT person FROM (
        SELECT own.author_id AS endpoint, other.author_id AS person,
               row_number() OVER (PARTITION BY own.author_id ORDER BY count(*) DESC, other.author_id) AS place
        FROM papers_authorship AS own
             JOIN papers_work AS work ON work.id = own.work_id AND work.author_count <= %(most_authors)s
                                         AND work.merged_into_id IS NULL AND work.erased_at IS NULL
             JOIN papers_authorship AS other ON other.work_id = own.work_id AND other.author_id <> own.author_id
             JOIN profiles_claim AS claim ON claim.author_id = other.author_id AND claim.status = 'granted'
             JOIN profiles_profile AS profile ON profile.id = claim.profile_id AND profile.user_id <> %(user)s
             JOIN collaboration_collaborationchoice AS choice ON choice.user_id = profile.user_id AND choice.introduces
        WHERE own.author_id IN (%(start)s, %(goal)s) AND other.author_id NOT IN (%(start)s, %(goal)s)
          AND NOT EXISTS (SELECT FROM collaboration_block AS block
                          WHERE (block.blocker_id, block.blocked_id) IN ((profile.user_id, %(user)s), (%(user)s, profile.user_id)))
        GROUP BY own.author_id, other.author_id
    ) AS ranked WHERE place <= %(most_near)s
"""
_TIES: Final = """
    SELECT a.author_id, b.author_id, work.id, work.year, work.author_count
    FROM papers_authorship AS a
         JOIN papers_authorship AS b ON b.work_id = a.work_id AND b.author_id > a.author_id AND b.author_id = ANY(%(people)s)
         JOIN papers_work AS work ON work.id = a.work_id AND work.author_count <= %(most_authors)s
                                     AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    WHERE a.author_id = ANY(%(people)s)
    ORDER BY work.date_key DESC, work.id DESC
"""


def paths_to(*, user: User, start: int, goal: int) -> list[Path]:
    """The best ways from somebody's own page to another through people who allow it, the strongest first. Two statements.

    Who blocked ``user``, or is blocked by them, is on no path.
    """
    given = {"user": user.pk, "start": start, "goal": goal, "most_authors": MOST_AUTHORS, "most_near": MOST_NEAR}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, given)
        between = {row[0] for row in cursor.fetchall()}
    return best_paths(ties_among({start, goal, *between}), start, goal) if between else []


def ties_among(people: Collection[int]) -> list[Tie]:
    """What these people wrote together, pair by pair, as of this year. One statement."""
    joint: dict[tuple[int, int], list[tuple[int, JointWork]]] = defaultdict(list)
    year = timezone.now().year
    with connection.cursor() as cursor:
        cursor.execute(_TIES, {"people": sorted(people), "most_authors": MOST_AUTHORS})
        for a, b, work, published, authors in cursor.fetchall():
            joint[a, b].append((work, JointWork(published if published is not None else year - 30, authors)))
    return [
        Tie(a, b, strength([work for _key, work in works], year=year), tuple(key for key, _work in works[:WORKS_TOLD]))
        for (a, b), works in joint.items()
    ]
