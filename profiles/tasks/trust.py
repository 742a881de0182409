"""The nightly computations behind trust. Each can be killed and started again: what it stores, it stores whole."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from profiles.standings import mark_ageing
from profiles.trust.everybody import recompute_everybody
from profiles.trust.full import rebuild_support
from profiles.trust.scores import take_snapshots
from profiles.trust.shadows import drop_former
from profiles.trust.statistics import recompute_statistics


@shared_task(soft_time_limit=3500, time_limit=3600)
def recompute_nightly() -> None:
    """What is usual in each field, levels that aged, support propagated in full, and every score: time alone moves some of them."""
    recompute_statistics()
    now = timezone.now()
    mark_ageing(now)
    rebuild_support()
    recompute_everybody(now)
    drop_former()
    take_snapshots(now)
