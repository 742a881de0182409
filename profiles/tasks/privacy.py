"""What workers do for people's rights: archives, erasures, and forgetting what is over. What is to be done stands in PostgreSQL."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from profiles.privacy import archives, deletion, retention


@shared_task(
    acks_late=True,  # an archive is written anew where its worker was killed
    soft_time_limit=3600,
    time_limit=3660,
)
def write_export(number: int) -> None:
    """Write one archive, unless it is done or somebody is at it."""
    archives.write_export(number=number)


@shared_task(soft_time_limit=50, time_limit=60)
def resume_exports() -> None:
    """Send archives to a worker again whose message or worker was lost."""
    archives.resume_exports(timezone.now())


@shared_task(soft_time_limit=1700, time_limit=1800)
def erase_due_accounts() -> None:
    """Erase the accounts whose days of grace are over."""
    now = timezone.now()
    for number in deletion.due_deletions(now):
        deletion.carry_out(number=number, now=now)


@shared_task(soft_time_limit=settings.LONGEST_TASK_SECONDS - 120, time_limit=settings.LONGEST_TASK_SECONDS)
def forget_what_is_over() -> None:
    """Apply the rules of retention."""
    retention.forget_what_is_over(timezone.now())
