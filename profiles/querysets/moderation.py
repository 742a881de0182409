"""Reads for moderation: who moderates, who has an interest in what, what was decided."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from papers.models import Authorship
from profiles.models import Claim, ClaimMessage, Review, TrailEntry, User, Vouch
from profiles.models.choices import HOLDING, ClaimStatus, MessageKind, Role, VouchStatus

DECIDE = "profiles.decide_claim"
_OVER = (ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED)


def moderators() -> QuerySet[User]:
    """The accounts that may decide on claims."""
    decide = Permission.objects.filter(content_type__app_label="profiles", codename="decide_claim")
    may = Q(is_superuser=True) | Q(groups__permissions__in=decide) | Q(user_permissions__in=decide)
    return User.objects.filter(may, is_active=True, is_staff=True).distinct()


def pages_claimed_by(user_id: int) -> QuerySet[Claim]:
    """The claims by which an account has, had or wants a page."""
    return Claim.objects.filter(profile__user_id=user_id).exclude(status__in=_OVER)


def pages_shared_with(author_id: int, others: Iterable[int]) -> set[int]:
    """Which of the ``others`` stand on a work together with this author. One query."""
    works = Authorship.objects.filter(author_id=author_id).values("work_id")
    return set(Authorship.objects.filter(author_id__in=list(others), work_id__in=works).values_list("author_id", flat=True))


def claims_vouched_for(user_id: int, claim_ids: Iterable[int]) -> set[int]:
    """Which of these claims somebody vouched for, also where they took it back. One query."""
    given = Vouch.objects.filter(voucher_id=user_id, status__in=[VouchStatus.GIVEN, VouchStatus.TAKEN_BACK])
    return set(given.filter(evidence__claim_id__in=list(claim_ids)).values_list("evidence__claim_id", flat=True))


def holder_of(author_id: int) -> Claim | None:
    """The claim that holds a page now."""
    return Claim.objects.filter(author_id=author_id, status__in=HOLDING).select_related("profile__user").first()


def has_answered(challenge: Claim) -> bool:
    """Whether the owner has answered since the challenge was found credible. One query."""
    if challenge.challenges_id is None or challenge.credible_at is None:
        return False
    answers = ClaimMessage.objects.filter(claim_id=challenge.challenges_id, kind=MessageKind.ANSWER, role=Role.OWNER)
    return answers.filter(created_at__gte=challenge.credible_at).exists()


def standing_entries(claim_id: int, actions: Iterable[str]) -> QuerySet[TrailEntry]:
    """The acts of these kinds on a claim that were not taken back, latest first."""
    return TrailEntry.objects.filter(claim_id=claim_id, action__in=list(actions), undone_by__isnull=True).order_by("-pk")


def reviews_of(claim_id: int, stage: str) -> QuerySet[Review]:
    """What moderators found at one stage, first one first."""
    return Review.objects.filter(claim_id=claim_id, stage=stage).order_by("pk")
