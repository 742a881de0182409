"""Digests by the clock."""

from __future__ import annotations

from celery import shared_task

from collaboration.notifications import digests, sending
from collaboration.safety import reports


@shared_task(soft_time_limit=840, time_limit=900)
def write_digests() -> None:
    """Write the digests that are due."""
    digests.write_due_digests()


@shared_task(soft_time_limit=240, time_limit=300)
def forget_notifications() -> None:
    """Forget what was read long ago, and the words of reports that were decided long ago."""
    sending.forget_old()
    reports.forget_words()
