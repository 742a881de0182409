"""``manage.py recompute_trust``: statistics, support and every score, now and here."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from papers.models import Author
from profiles.trust.scores import refresh_scores
from profiles.trust.statistics import recompute_statistics
from profiles.trust.support import rebuild_support

BATCH = 1000


class Command(BaseCommand):
    """Everything about trust, from scratch. May run beside workers: what it stores is what they would."""

    help = "Recompute what is usual in each field, the support between people, and all trust scores."

    def handle(self, *, verbosity: int, **_options: Any) -> None:
        """Work through all authors in the order of their keys, a thousand at a time."""
        started = time.monotonic()
        version = recompute_statistics()
        edges = rebuild_support()
        ids = list(Author.objects.filter(merged_into__isnull=True, erased_at__isnull=True).order_by("pk").values_list("pk", flat=True))
        done = 0
        with tqdm(total=len(ids), desc="trust", unit="", disable=verbosity == 0 or not sys.stderr.isatty(), file=sys.stderr) as bar:
            for start in range(0, len(ids), BATCH):
                done += refresh_scores(ids[start : start + BATCH])
                bar.update(len(ids[start : start + BATCH]))
        if verbosity > 0:
            self.stdout.write(f"scores={done} support={edges} statistics={version} seconds={time.monotonic() - started:.1f}")
