"""Reads over claims."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from profiles.models import Claim
from profiles.models.choices import HOLDING, OPEN, ClaimStatus


def holding(author_ids: Iterable[int]) -> QuerySet[Claim]:
    """The claims that hold these pages now, at most one a page, each with profile and account."""
    return Claim.objects.filter(author_id__in=list(author_ids), status__in=HOLDING).select_related("profile__user")


def open_claims(profile_id: int) -> QuerySet[Claim]:
    """The claims that somebody is making."""
    return Claim.objects.filter(profile_id=profile_id, status__in=OPEN)


def queue() -> QuerySet[Claim]:
    """The claims that wait for a moderator, first come first."""
    return Claim.objects.filter(status=ClaimStatus.REVIEW).order_by("submitted_at", "pk")
