"""What time does to invitations."""

from __future__ import annotations

from celery import shared_task

from collaboration.invitations.clock import keep_time


@shared_task(soft_time_limit=270, time_limit=300)
def keep_time_of_invitations() -> None:
    """Once a quarter of an hour."""
    keep_time()
