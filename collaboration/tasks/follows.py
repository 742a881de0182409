"""Saved searches by the clock."""

from __future__ import annotations

from celery import shared_task

from collaboration.following import searches


@shared_task(soft_time_limit=240, time_limit=300)
def match_searches() -> None:
    """Match what imports brought to the searches that people follow."""
    searches.match_arrivals()


@shared_task(soft_time_limit=240, time_limit=300)
def forget_searches() -> None:
    """Delete what nobody follows any more."""
    searches.forget_unfollowed()
