"""The nightly computations behind trust. Each can be killed and started again: what it stores, it stores whole."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from papers.refresh import mark_dirty
from profiles.models import TrustScore
from profiles.standings import mark_ageing
from profiles.trust.scores import KIND, take_snapshots
from profiles.trust.statistics import recompute_statistics
from profiles.trust.support import rebuild_support


@shared_task(soft_time_limit=3500, time_limit=3600)
def recompute_nightly() -> None:
    """What is usual in each field, support propagated in full, levels that aged, and every score marked: time alone moves some of them."""
    recompute_statistics()
    rebuild_support()
    now = timezone.now()
    mark_ageing(now)
    mark_dirty(kind=KIND, ids=TrustScore.objects.values_list("author_id", flat=True).iterator(chunk_size=10_000), reason="night")
    take_snapshots(now)
