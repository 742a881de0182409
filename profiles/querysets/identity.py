"""Reads about pages that may be one person's or several people's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from papers.models import Author, Authorship, UncertainPair
from profiles.models import PageProposal, TrailEntry

MERGE, SPLIT, MOVE = "merge", "split", "move"
PAGE_ACTS: Final = (MERGE, SPLIT, MOVE)
"""The acts in the trail by which people settle whose a page's works are."""

NAMED_OF_A_WORK: Final = 5
MOST_COUNTED: Final = 1000

_IN_COMMON: Final = """
    SELECT work.title FROM papers_authorship AS one
    JOIN papers_authorship AS other ON other.work_id = one.work_id AND other.author_id = %s
    JOIN papers_work AS work ON work.id = one.work_id
    WHERE one.author_id = %s ORDER BY work.id
"""
_REFUSED: Final = """
    SELECT DISTINCT work.id, work.title FROM papers_authorshiprefusal AS refusal
    JOIN papers_authorship AS refused ON refused.id = refusal.authorship_id
    JOIN papers_authorship AS stands ON stands.work_id = refused.work_id
    JOIN papers_work AS work ON work.id = stands.work_id
    WHERE refusal.stands AND ((refusal.author_id = %s AND stands.author_id = %s) OR (refusal.author_id = %s AND stands.author_id = %s))
    ORDER BY work.id
"""
_APART: Final = """
    SELECT count(*) FROM papers_identityconstraint AS said
    JOIN papers_authorship AS one ON one.id = said.one_id
    JOIN papers_authorship AS other ON other.id = said.other_id
    WHERE said.kind = 'different' AND one.author_id = ANY(%s) AND other.author_id = ANY(%s) AND one.author_id <> other.author_id
"""


def works_in_common(one: int, other: int) -> list[str]:
    """The titles of works on which both pages stand. One query."""
    return [title for (title,) in _rows(_IN_COMMON, [one, other])]


def crossing_refusals(one: int, other: int) -> list[str]:
    """The titles of works of either page of which a person said that they are not the other's. One query."""
    return [title for _key, title in _rows(_REFUSED, [one, other, other, one])]


def crossing_constraints(one: int, other: int) -> int:
    """How often a person said that a work of one page and one of the other are different people's. One query."""
    both = [one, other]
    return int(_rows(_APART, [both, both])[0][0])


def works_of(author_id: int) -> QuerySet[Authorship]:
    """The authorships of a page with their works, newest first; without merged and erased works."""
    shown = Authorship.objects.filter(author_id=author_id, work__merged_into__isnull=True, work__erased_at__isnull=True)
    return shown.select_related("work__venue", "author").order_by("-work__date_key", "-work_id")


def companions_on(works: Iterable[int], author_id: int) -> dict[int, list[str]]:
    """Who else is among the first names of these works, at most five of each, as published. One query."""
    found: dict[int, list[str]] = {}
    rows = Authorship.objects.filter(work__in=list(works), position__lt=NAMED_OF_A_WORK + 3).exclude(author_id=author_id)
    for work, name in rows.order_by("work_id", "position").values_list("work_id", "raw_name"):
        names = found.setdefault(work, [])
        if len(names) < NAMED_OF_A_WORK:
            names.append(name)
    return found


def open_proposals() -> QuerySet[PageProposal]:
    """The proposals that wait, first come first, each with its pages."""
    return PageProposal.objects.filter(status="open").select_related("page", "other", "proposer").order_by("created_at", "pk")


def waiting_counts() -> tuple[int, int]:
    """How many proposals about pages, and how many uncertain pairs, wait; neither is counted further than ``MOST_COUNTED``. Two queries."""
    proposals = PageProposal.objects.filter(status="open").order_by()[: MOST_COUNTED + 1].count()
    return proposals, UncertainPair.objects.filter(verdict="").order_by()[: MOST_COUNTED + 1].count()


def proposals_about(author_ids: Iterable[int]) -> QuerySet[PageProposal]:
    """The proposals about these pages that wait."""
    wanted = list(author_ids)
    return open_proposals().filter(Q(page__in=wanted) | Q(other__in=wanted))


def proposals_of(user_id: int) -> QuerySet[PageProposal]:
    """What somebody proposed, newest first, each with its pages."""
    return PageProposal.objects.filter(proposer_id=user_id).select_related("page", "other").order_by("-pk")


def standing_acts(decision: UUID) -> QuerySet[TrailEntry]:
    """The acts of one decision that stand and changed something, the last one first."""
    of_decision = TrailEntry.objects.filter(decision=decision, undone_by__isnull=True, undoes__isnull=True)
    return of_decision.exclude(changes=[]).order_by("-pk")


def count_works(author_ids: Iterable[int]) -> dict[int, int]:
    """How many works stand under each of these authors now. One query."""
    wanted = list(author_ids)
    found = dict.fromkeys(wanted, 0)
    found |= dict(
        _rows(
            "SELECT authorship.author_id, count(*) FROM papers_authorship AS authorship"
            " JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL"
            " WHERE authorship.author_id = ANY(%s) GROUP BY authorship.author_id",
            [wanted],
        )
    )
    return found


def pages_by_key(author_ids: Iterable[int]) -> dict[int, Author]:
    """These authors by key, merged and erased ones too. One query."""
    return {author.pk: author for author in Author.objects.filter(pk__in=list(author_ids))}


def _rows(statement: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
