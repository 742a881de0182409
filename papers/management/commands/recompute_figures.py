"""``manage.py recompute_figures``: the figures of all works and the novelty of all authors, in full, now."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from papers.figures import refresh_all_work_figures


class Command(BaseCommand):
    """What the night does, at once: after an upgrade, or after a large import where nobody wants to wait."""

    help = "Recompute the figures of all works and the novelty of all authors in full."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Compute, store what has changed, and say how much that was."""
        started = time.perf_counter()
        changed = refresh_all_work_figures()
        seconds = time.perf_counter() - started
        self.stdout.write(f"inserted={changed.inserted} updated={changed.updated} deleted={changed.deleted} seconds={seconds:.1f}")
