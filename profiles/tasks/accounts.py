"""Mails and changes of accounts. What is to be done stands in PostgreSQL; a task that is lost is found by the next sweep."""

from __future__ import annotations

from celery import shared_task

from profiles.accounts import changes, delivery


@shared_task(soft_time_limit=60, time_limit=90)
def deliver_mail(number: int) -> None:
    """Send one mail, if it is due and nobody is at it."""
    delivery.deliver(number=number)


@shared_task(soft_time_limit=540, time_limit=600)
def deliver_due_mails() -> None:
    """Send what was put off, or whose message was lost."""
    delivery.deliver_due()


@shared_task(soft_time_limit=240, time_limit=300)
def carry_out_changes() -> None:
    """Carry out the changes of accounts that have waited three days."""
    changes.carry_out_due()


@shared_task(soft_time_limit=240, time_limit=300)
def erase_old_mails() -> None:
    """Forget whom old mails went to."""
    delivery.erase_old()
