"""Reads over claims."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from profiles.models import Appeal, Claim
from profiles.models.choices import HOLDING, OPEN, AppealStatus, ClaimStatus, ReasonCode


def holding(author_ids: Iterable[int]) -> QuerySet[Claim]:
    """The claims that hold these pages now, at most one a page, each with profile and account."""
    return Claim.objects.filter(author_id__in=list(author_ids), status__in=HOLDING).select_related("profile__user")


def held_by(profile_id: int) -> QuerySet[Claim]:
    """The claim by which somebody owns a page, at most one, with the page."""
    return Claim.objects.filter(profile_id=profile_id, status__in=HOLDING).select_related("author")


def open_claims(profile_id: int) -> QuerySet[Claim]:
    """The claims that somebody is making."""
    return Claim.objects.filter(profile_id=profile_id, status__in=OPEN)


def queue() -> QuerySet[Claim]:
    """The claims that wait for a moderator, first come first."""
    return Claim.objects.filter(status=ClaimStatus.REVIEW).order_by("submitted_at", "pk")


def claims_of(user_id: int) -> QuerySet[Claim]:
    """All claims that an account ever made, newest first, each with its page."""
    return Claim.objects.filter(profile__user_id=user_id).select_related("author").order_by("-pk")


def decided_against(profile_id: int, author_id: int) -> QuerySet[Claim]:
    """The claims of somebody on a page that were refused, or revoked for what the claimant had done; newest decision first."""
    refused = Claim.objects.filter(profile_id=profile_id, author_id=author_id, status=ClaimStatus.REFUSED)
    revoked = Claim.objects.filter(
        profile_id=profile_id,
        author_id=author_id,
        status=ClaimStatus.REVOKED,
        reason_code__in=[ReasonCode.IMPOSTURE, ReasonCode.OTHER_PERSON, ReasonCode.ABUSE],
    )
    return (refused | revoked).order_by("-decided_at")


def unfounded_challenges(profile_id: int) -> QuerySet[Claim]:
    """The challenges of somebody, on any page, that were found unfounded; newest decision first."""
    return Claim.objects.filter(profile_id=profile_id, status=ClaimStatus.REFUSED, reason_code=ReasonCode.UNFOUNDED).order_by("-decided_at")


def credible_challenges(author_id: int) -> QuerySet[Claim]:
    """The challenges of a page that a moderator found worth its owner's time and that are not decided yet, first one first."""
    return Claim.objects.filter(author_id=author_id, status__in=OPEN, credible_at__isnull=False).order_by("credible_at", "pk")


def due_to_expire(now: datetime) -> QuerySet[Claim]:
    """Claims whose time is over, longest first."""
    return Claim.objects.filter(expires_at__lte=now, status__in=[ClaimStatus.DRAFT, ClaimStatus.EVIDENCE, ClaimStatus.GRANTED]).order_by(
        "expires_at", "pk"
    )


def appeals_against_last_decision(claim: Claim) -> QuerySet[Appeal]:
    """The appeals, at whatever stage but withdrawn ones, against the decision that stands on the claim now."""
    return Appeal.objects.filter(claim=claim, opened_at__gte=F("claim__decided_at")).exclude(status=AppealStatus.WITHDRAWN)
