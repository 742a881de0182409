"""What waits for moderators, of every kind, oldest first. Each kind has an index of its own, so the queue costs the same however long it is."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, TextChoices, Value
from django.utils.translation import gettext_lazy as _

from profiles.models import Appeal, Claim, ClaimMessage, Evidence, PublicRequest, Review, Standing
from profiles.models.choices import (
    HOLDING,
    OPEN,
    AppealStatus,
    ClaimStatus,
    EvidenceStatus,
    Level,
    MessageKind,
    Method,
    ReviewStage,
    Role,
    Verdict,
)
from profiles.models.privacy import RequestStatus

MOST_COUNTED = 1000


class DeskKind(TextChoices):
    """What can wait at the desk."""

    CLAIM = "claim", _("Claims")
    CHALLENGE = "challenge", _("Challenges")
    APPEAL = "appeal", _("Appeals")
    DOCUMENT = "document", _("Documents")
    SECOND = "second", _("Second reviews")
    AGAIN = "again", _("Second looks")
    REQUEST = "request", _("Requests without an account")


class Waiting(NamedTuple):
    """One thing that waits: its kind and key, since when, and the claim (None for a request) and page that it is about."""

    kind: str
    key: int
    since: datetime
    claim_id: int | None
    author_id: int


def waiting(now: datetime, kind: str = "", *, start: int, count: int) -> list[Waiting]:
    """A page of the queue. One query."""
    branches = _branches(now)
    wanted = [branches[kind]] if kind in branches else list(branches.values())
    most = start + count
    rows = [branch[:most] for branch in wanted]
    joined = rows[0].union(*rows[1:], all=True).order_by("since", "what", "key") if rows[1:] else wanted[0]
    return [Waiting(*row) for row in joined[start:most]]


def waiting_counts(now: datetime) -> dict[str, int]:
    """How many of each kind wait, ``MOST_COUNTED`` + 1 standing for more; kinds of which none does are left out. One query."""
    each = [branch.order_by()[: MOST_COUNTED + 1] for branch in _counted(now).values()]
    return Counter(kind for (kind,) in each[0].union(*each[1:], all=True))


def answered_or_over(now: datetime) -> Q:
    """Challenges that a moderator can do something about: not judged yet, answered by the owner, or fourteen days after they were asked."""
    answer = ClaimMessage.objects.filter(
        claim_id=OuterRef("challenges_id"), kind=MessageKind.ANSWER, role=Role.OWNER, created_at__gte=OuterRef("credible_at")
    )
    return Q(credible_at__isnull=True) | Q(answer_due__lte=now) | Q(Exists(answer))


def for_second_review() -> QuerySet[Standing]:
    """Pages that lack a second review for level 4, and nothing else but quiet days; not those refused since their latest evidence."""
    later = Evidence.objects.filter(claim_id=OuterRef("claim_id"), confirmed_at__gt=OuterRef("created_at"))
    refused = Review.objects.filter(~Exists(later), claim_id=OuterRef("claim_id"), stage=ReviewStage.SECOND, verdict=Verdict.REFUSE)
    lacking = Standing.objects.filter(claim_level=Level.L3, missing__contains=["second-review"], claim__status=ClaimStatus.GRANTED)
    return lacking.exclude(missing__contains=["two-strong"]).exclude(missing__contains=["identity"]).filter(~Exists(refused))


def _rows(now: datetime) -> dict[str, tuple[QuerySet[Any], str, str, str, str]]:
    """Each kind: its rows, and where key, time, claim and page of it stand."""
    in_review = Claim.objects.filter(status=ClaimStatus.REVIEW)
    live = [*OPEN, *HOLDING]
    return {
        DeskKind.CLAIM: (in_review.filter(challenges__isnull=True), "pk", "submitted_at", "pk", "author_id"),
        DeskKind.CHALLENGE: (
            in_review.filter(answered_or_over(now), challenges__isnull=False),
            "pk",
            "submitted_at",
            "pk",
            "author_id",
        ),
        DeskKind.APPEAL: (Appeal.objects.filter(status=AppealStatus.OPEN), "pk", "opened_at", "claim_id", "claim__author_id"),
        DeskKind.DOCUMENT: (
            Evidence.objects.filter(method=Method.DOCUMENT, status=EvidenceStatus.CHECKING, claim__status__in=live),
            "pk",
            "started_at",
            "claim_id",
            "claim__author_id",
        ),
        DeskKind.SECOND: (for_second_review(), "author_id", "level_since", "claim_id", "author_id"),
        DeskKind.AGAIN: (
            Review.objects.filter(drawn_at__isnull=False, looked_again_at__isnull=True),
            "pk",
            "drawn_at",
            "claim_id",
            "claim__author_id",
        ),
        DeskKind.REQUEST: (PublicRequest.objects.filter(status=RequestStatus.OPEN), "pk", "confirmed_at", "", "author_id"),
    }


def _branches(now: datetime) -> dict[str, QuerySet[Any]]:
    return {
        kind: rows.annotate(what=Value(str(kind)), key=F(key), since=F(since), of_claim=_claim(claim), of_page=F(page))
        .order_by(since, "pk")
        .values_list("what", "key", "since", "of_claim", "of_page")
        for kind, (rows, key, since, claim, page) in _rows(now).items()
    }


def _counted(now: datetime) -> dict[str, QuerySet[Any]]:
    return {
        kind: rows.annotate(what=Value(str(kind))).values_list("what") for kind, (rows, _key, _since, _claim, _page) in _rows(now).items()
    }


def _claim(path: str) -> Any:
    return F(path) if path else Value(None, output_field=BigIntegerField())
