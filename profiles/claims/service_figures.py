"""How long claims wait: for claimants, and in public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from profiles.models import Appeal, Claim
from profiles.models.choices import AppealStatus, ClaimStatus
from profiles.querysets.claims import queue

WINDOW = timedelta(days=90)


class Median(Aggregate):
    """The middle of the values (PostgreSQL's ``percentile_cont(0.5)``); None without any."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What is public about the desk. ``median`` is None where nobody decided anything in the last ninety days.

    ``granted``, ``refused`` and ``revoked`` are decisions of moderators in that time, ``automatic`` grants without one.
    """

    as_of: datetime
    waiting: int
    oldest: timedelta | None
    appeals_waiting: int
    median: timedelta | None
    granted: int
    refused: int
    revoked: int
    automatic: int

    @property
    def decided(self) -> int:
        """Claims that moderators decided: what the median is of."""
        return self.granted + self.refused


def place_in_queue(claim: Claim) -> int | None:
    """Which place a claim has among those that wait, counted from 1; None where it does not wait. One query."""
    if claim.status != ClaimStatus.REVIEW or claim.submitted_at is None:
        return None
    before = Q(submitted_at__lt=claim.submitted_at) | Q(submitted_at=claim.submitted_at, pk__lt=claim.pk)
    return queue().filter(before).count() + 1


def median_wait(now: datetime | None = None) -> timedelta | None:
    """How long claims waited from being handed in to a moderator's decision: the median of the last ninety days, or None. One query."""
    found: timedelta | None = _decided(now or timezone.now()).aggregate(median=Median("wait"))["median"]
    return found


def service_figures(now: datetime | None = None) -> ServiceFigures:
    """All of them at once. Four queries."""
    moment = now or timezone.now()
    since = moment - WINDOW
    decided: dict[str, Any] = _decided(moment).aggregate(
        median=Median("wait"),
        granted=Count("pk", filter=Q(granted_at__isnull=False)),
        refused=Count("pk", filter=Q(granted_at__isnull=True)),
    )
    waiting: dict[str, Any] = queue().order_by().aggregate(count=Count("pk"), oldest=Min("submitted_at"))
    others: dict[str, Any] = Claim.objects.filter(Q(decided_at__gte=since) | Q(granted_at__gte=since)).aggregate(
        revoked=Count("pk", filter=Q(status=ClaimStatus.REVOKED, decided_at__gte=since)),
        automatic=Count("pk", filter=Q(granted_automatically=True, granted_at__gte=since)),
    )
    return ServiceFigures(
        as_of=moment,
        waiting=waiting["count"],
        oldest=moment - waiting["oldest"] if waiting["oldest"] is not None else None,
        appeals_waiting=Appeal.objects.filter(status=AppealStatus.OPEN).count(),
        median=decided["median"],
        granted=decided["granted"],
        refused=decided["refused"],
        revoked=others["revoked"],
        automatic=others["automatic"],
    )


def _decided(now: datetime) -> Any:
    """Claims that moderators decided in the window. A later revocation does not change how long the claim had waited."""
    wait = ExpressionWrapper(F("decision") - F("submitted_at"), output_field=DurationField())
    return (
        Claim.objects.filter(submitted_at__isnull=False, granted_automatically=False)
        .filter(Q(granted_at__isnull=False) | Q(status=ClaimStatus.REFUSED))
        .annotate(decision=Coalesce("granted_at", "decided_at"))
        .filter(decision__gt=now - WINDOW, decision__lte=now)
        .annotate(wait=wait)
    )
