"""Looking up and adding works for owners of pages: ids go in, one service is called, nothing comes back."""

from __future__ import annotations

from celery import shared_task

from profiles.owners.additions import carry_out, forget_old_additions, look_up, under_way


@shared_task(acks_late=True, soft_time_limit=1500, time_limit=1800)
def work_on_addition(addition_id: int) -> None:
    """Do what an addition waits for: each step does nothing where it is not its turn."""
    look_up(addition_id)
    carry_out(addition_id)


@shared_task(soft_time_limit=50, time_limit=60)
def resume_additions() -> None:
    """Send additions to a worker again that wait although nobody was told, or whose worker fell silent; forget old ones."""
    for number in under_way().values_list("pk", flat=True)[:50]:
        work_on_addition.delay(number)
    forget_old_additions()
