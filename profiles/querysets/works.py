"""Reads over the works of a page, as its owner goes through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from papers.models import AttributionState, Authorship
from profiles.models import PublicRequest, TrailEntry
from profiles.models.privacy import RequestKind, RequestStatus

CONFIRM, REFUSE, TAKE = "work-confirm", "work-refuse", "work-take"
DECISIONS: Final = (CONFIRM, REFUSE, TAKE)
"""The acts in the trail that are decisions about a work."""
STATES: Final = ("open", "confirmed", "questioned", "refused")
_SHOWN: Final = Q(work__merged_into__isnull=True, work__erased_at__isnull=True)


class Reviewed(NamedTuple):
    """How many works of a page there are, and what its owner has said of them. ``refused`` ones no longer stand on it."""

    works: int
    confirmed: int
    questioned: int
    refused: int

    @property
    def in_all(self) -> int:
        """All works that the owner was ever to look at: those on the page and those that left it."""
        return self.works + self.refused

    @property
    def looked_at(self) -> int:
        """Those that a person has decided about."""
        return self.confirmed + self.refused

    @property
    def open(self) -> int:
        """Those that nobody has decided about."""
        return self.works - self.confirmed

    @property
    def share(self) -> float:
        """The share looked at, between 0 and 1; 0 for a page without works."""
        return self.looked_at / self.in_all if self.in_all else 0.0


_REVIEWED: Final = """
    SELECT authorship.author_id, count(*),
           count(*) FILTER (WHERE authorship.decided_by_person AND authorship.state <> 'questioned'),
           count(*) FILTER (WHERE authorship.state = 'questioned')
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    WHERE authorship.author_id = ANY(%s) GROUP BY authorship.author_id
"""
_REFUSED: Final = """
    SELECT refusal.author_id, count(*)
    FROM papers_authorshiprefusal AS refusal
    JOIN papers_authorship AS authorship ON authorship.id = refusal.authorship_id
    JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    WHERE refusal.stands AND refusal.author_id = ANY(%s) GROUP BY refusal.author_id
"""


def reviewed(author_ids: list[int]) -> Mapping[int, Reviewed]:
    """How far the works of each of these pages have been looked at. Two queries, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWED, [author_ids])
        standing = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_REFUSED, [author_ids])
        refused = dict(cursor.fetchall())
    found = {}
    for author in author_ids:
        works, confirmed, questioned = standing.get(author, (0, 0, 0))
        found[author] = Reviewed(works, confirmed, questioned, refused.get(author, 0))
    return found


def works_to_look_at(author_id: int, state: str) -> QuerySet[Authorship]:
    """The authorships of a page in one of ``STATES`` ("" for all that stand on it), newest work first."""
    shown = Authorship.objects.filter(_SHOWN).order_by("-work__date_key", "-work_id")
    if state == "refused":
        return shown.filter(refusals__author_id=author_id, refusals__stands=True)
    on_page = shown.filter(author_id=author_id)
    match state:
        case "open":
            return on_page.filter(decided_by_person=False)
        case "confirmed":
            return on_page.filter(decided_by_person=True).exclude(state=AttributionState.QUESTIONED)
        case "questioned":
            return on_page.filter(state=AttributionState.QUESTIONED)
        case _:
            return on_page


def open_not_mine_requests(authorship_id: int) -> QuerySet[PublicRequest]:
    """The confirmed requests of people without an account to take an authorship off its page, first one first."""
    return PublicRequest.objects.filter(authorship_id=authorship_id, kind=RequestKind.NOT_MINE, status=RequestStatus.OPEN).order_by("pk")


def questions_about(author_id: int) -> QuerySet[PublicRequest]:
    """The same for all works of a page, the one that waits longest first, with their works."""
    waiting = PublicRequest.objects.filter(author_id=author_id, kind=RequestKind.NOT_MINE, status=RequestStatus.OPEN)
    return waiting.filter(authorship__author_id=F("author_id")).select_related("authorship__work").order_by("confirmed_at", "pk")


def standing_decisions(authorship_ids: list[int], author_id: int) -> QuerySet[TrailEntry]:
    """The decisions about these authorships on a page that stand; of each the latest comes last. One query."""
    about = TrailEntry.objects.filter(subject=Authorship._meta.label, subject_id__in=authorship_ids, author_id=author_id)
    return about.filter(action__in=DECISIONS, undone_by__isnull=True).order_by("pk")
