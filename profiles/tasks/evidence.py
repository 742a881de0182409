"""Evidence as time goes by: looked at again, documents deleted. What a lost or killed task left is found by the next one."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from profiles.evidence.document import delete_documents, remove_stray_files
from profiles.evidence.service import recheck_due

ROUND = timedelta(minutes=4)  # how long one task goes on; a single look takes at most ten seconds


@shared_task(soft_time_limit=290, time_limit=320)
def recheck_evidence() -> None:
    """Look again at what is due, one row at a time; several workers share it."""
    now = timezone.now()
    recheck_due(now=now, most=500, until=now + ROUND)


@shared_task(soft_time_limit=290, time_limit=320)
def delete_old_documents() -> None:
    """Delete files whose thirty days are over, and files that no row names."""
    delete_documents(now=timezone.now(), most=500)
    remove_stray_files()
