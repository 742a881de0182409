"""Jobs of suggestions."""

from __future__ import annotations

from celery import shared_task

from collaboration.suggestions.keeping import mark_out_of_date


@shared_task(soft_time_limit=60, time_limit=90)
def mark_old_suggestions() -> None:
    """Have suggestions computed again that are missing or old."""
    mark_out_of_date()
