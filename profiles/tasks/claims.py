"""What time does to claims: drafts run out, grants without evidence lapse, people are reminded before."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from profiles.claims.life import expire_claims, mark_lapsing
from profiles.claims.notices import remind


@shared_task(soft_time_limit=270, time_limit=300)
def keep_time_of_claims() -> None:
    """Remind, then end what is over. Each claim is a transaction of its own: what a killed run left, the next one does."""
    now = timezone.now()
    mark_lapsing(now=now)
    remind(now=now)
    expire_claims(now=now)
