"""Who may be suggested to whom, what is suggested, and whose suggestions are out of date."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from collaboration.models import (
    CollaborationChoice,
    Invitation,
    InvitationStatus,
    Measure,
    MeasureKind,
    Mute,
    Suggestion,
    SuggestionChoice,
    SuggestionDismissal,
)
from collaboration.models.invitations import DELIVERED, UNANSWERED
from collaboration.models.safety import Block
from papers.models import Author, Authorship
from profiles.models import Claim, PageChoice
from profiles.models.choices import HOLDING

RENEWED: Final = timedelta(days=7)
AT_ONCE: Final = 500
INVITED: Final = (*UNANSWERED, InvitationStatus.ACCEPTED, InvitationStatus.DECLINED)
"""How an invitation to somebody stands whom one need not be told of any more."""
KEEPING_OUT: Final = (MeasureKind.NO_CONTACT, MeasureKind.SUSPENDED)


def suggestible(user_id: int, page_id: int | Subquery) -> QuerySet[Author]:
    """The author pages that may be suggested to somebody who owns a page, for narrowing a few keys. Costs no query of its own.

    Left out are: pages that are gone, their own, those of existing co-authors; people whom they blocked, muted, dismissed or invited, or who blocked
    them, or whose invitation lies before them or was accepted;
    and who opted out: pages kept out of search engines, owners who are not suggested, take no invitations, or may contact nobody.
    """
    wrote = Authorship.objects.filter(author=OuterRef(OuterRef("pk")), work=OuterRef("work"))
    together = Authorship.objects.filter(Exists(wrote), author=page_id)
    hidden = PageChoice.objects.filter(author=OuterRef("pk"), noindex=True)
    unwanted = SuggestionDismissal.objects.filter(user=user_id, author=OuterRef("pk"))
    muted = Mute.objects.filter(muter=user_id, author=OuterRef("pk"))
    asked = Invitation.objects.filter(sender=user_id, author=OuterRef("pk"), status__in=INVITED)
    owned = Claim.objects.filter(author=OuterRef("pk"), status__in=HOLDING)
    pages = Author.objects.filter(merged_into__isnull=True, erased_at__isnull=True).exclude(pk=page_id)
    for reason in (together, hidden, unwanted, muted, asked, owned.filter(_owner_stays_out(user_id))):
        pages = pages.exclude(Exists(reason))
    return pages


def _owner_stays_out(user_id: int) -> Any:
    """The condition that the owner by a claim is not to be suggested to that account."""
    owner = OuterRef("profile__user")
    in_force = Q(lifted_at__isnull=True) & (Q(ends_at__isnull=True) | Q(ends_at__gt=Now()))
    return (
        Q(profile__user=user_id)
        | Exists(Block.objects.filter(Q(blocker=user_id, blocked=owner) | Q(blocked=user_id, blocker=owner)))
        | Exists(Mute.objects.filter(muter=user_id, person=owner))
        | Exists(SuggestionChoice.objects.filter(user=owner, is_suggested=False))
        | Exists(CollaborationChoice.objects.filter(user=owner, takes_invitations=False))
        | Exists(Invitation.objects.filter(sender=owner, recipient=user_id, status__in=[*DELIVERED, InvitationStatus.ACCEPTED]))
        | Exists(Measure.objects.filter(in_force, person=owner, kind__in=KEEPING_OUT))
    )


def suggestible_among(user_id: int, page_id: int, author_ids: Collection[int]) -> set[int]:
    """Those of these pages that may be suggested. One query."""
    return set(suggestible(user_id, page_id).filter(pk__in=list(author_ids)).values_list("pk", flat=True))


def suggestions_for(user_id: int) -> QuerySet[Suggestion]:
    """What is suggested to somebody for the page that they own now, best first, each with its author page, as far as it may (still) be."""
    page_id = Subquery(Claim.objects.filter(profile__user=user_id, status__in=HOLDING).values("author_id")[:1])
    rows = Suggestion.objects.filter(list=user_id, list__author=page_id).select_related("author")
    return rows.filter(Exists(suggestible(user_id, page_id).filter(pk=OuterRef("author")))).order_by("place")


_HAS_ANY: Final = "SELECT EXISTS (SELECT FROM collaboration_suggestion WHERE list_id = %s)"
_ANYBODY: Final = -1  # stands for the account in a statement that is composed once


@cache
def _composed(count: int) -> tuple[str, tuple[Any, ...]]:
    """The statement of the first suggestions and its parameters. Django composes it anew in 15 ms: five times what the database takes."""
    rows = suggestions_for(_ANYBODY).values_list("author_id", "author__display_name", "reasons")[:count]
    statement, given = rows.query.sql_with_params()
    return statement, tuple(given)


def first_suggestions(user_id: int, count: int) -> list[tuple[int, str, Any]]:
    """The first of ``suggestions_for``: page, its name, and the reasons. One query, and the second only for who has suggestions at all."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_ANY, [user_id])
        if not cursor.fetchone()[0]:
            return []
        statement, given = _composed(count)
        cursor.execute(statement, [user_id if one == _ANYBODY else one for one in given])
        return [(page, name, json.loads(reasons)) for page, name, reasons in cursor.fetchall()]


def dismissed_by(user_id: int, *, before: int | None = None) -> QuerySet[SuggestionDismissal]:
    """Whom somebody does not want suggested, latest first, each with its page; only what was dismissed before row ``before``."""
    rows = SuggestionDismissal.objects.filter(user=user_id, author__merged_into__isnull=True, author__erased_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    held = Claim.objects.filter(author=OuterRef("author"), status__in=HOLDING)
    blocked = Block.objects.filter(
        Q(blocker=user_id, blocked=OuterRef("profile__user")) | Q(blocked=user_id, blocker=OuterRef("profile__user"))
    )
    return rows.exclude(Exists(held.filter(Exists(blocked)))).select_related("author").order_by("-pk")


_OUT_OF_DATE: Final = """
    SELECT claim.author_id
    FROM profiles_claim AS claim
         JOIN profiles_profile AS profile ON profile.id = claim.profile_id
         LEFT JOIN collaboration_suggestionlist AS list ON list.user_id = profile.user_id AND list.author_id = claim.author_id
         LEFT JOIN papers_authorfigures AS figures ON figures.author_id = claim.author_id
    WHERE claim.status IN ('granted', 'disputed')
      AND (list.user_id IS NULL OR list.computed_at < %(renewed)s
           OR list.computed_at < %(at)s - interval '1 day' AND figures.computed_at > list.computed_at)
    ORDER BY list.computed_at NULLS FIRST, claim.author_id LIMIT %(most)s
"""


def out_of_date(at: datetime | None = None) -> list[int]:
    """The pages, at most ``AT_ONCE``, whose owners have no suggestions, or have them for a week, or for a day and have other figures since. One query."""
    now = at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_DATE, {"at": now, "renewed": now - RENEWED, "most": AT_ONCE})
        return [row[0] for row in cursor.fetchall()]
