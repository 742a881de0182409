"""``manage.py recompute_trust``: statistics, support and every score, now and here."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from papers.models import Author
from profiles.models import TrustScore
from profiles.trust.everybody import recompute_everybody
from profiles.trust.full import rebuild_support
from profiles.trust.scores import refresh_scores
from profiles.trust.statistics import recompute_statistics

BATCH = 1000


class Command(BaseCommand):
    """Everything about trust that is computed from what is stored. May run beside workers: what it stores is what they would.

    The night does the same after asking all sources of support, and ``--from-records`` reads the records as well.
    """

    help = "Recompute what is usual in each field, the support between people, and all trust scores."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to trust what is stored of the records."""
        parser.add_argument(
            "--from-records",
            action="store_true",
            help="Read the record of every page anew, and ask all sources of support. Otherwise that is kept by the marks of what changes.",
        )

    def handle(self, *, verbosity: int, from_records: bool, **_options: Any) -> None:
        """Work through all pages in the order of their keys."""
        started = time.monotonic()
        version = recompute_statistics()
        support = rebuild_support(gather=from_records)
        total = Author.objects.count() if from_records else TrustScore.objects.count()
        shown = verbosity > 0 and sys.stderr.isatty()
        with tqdm(total=total, desc="trust", unit="", disable=not shown, file=sys.stderr) as bar:
            done, written = _from_records(bar) if from_records else _as_stored(bar)
        if verbosity > 0:
            seconds = time.monotonic() - started
            self.stdout.write(f"scores={done} written={written} support={support.edges} statistics={version} seconds={seconds:.1f}")


def _as_stored(bar: Any) -> tuple[int, int]:
    """All stored scores; and those of pages that have none, from their records."""
    result = recompute_everybody(progress=bar.update)
    added = _of_pages(bar, trust__isnull=True)
    return result.seen + added, result.written + added


def _from_records(bar: Any) -> tuple[int, int]:
    done = _of_pages(bar)
    return done, done


def _of_pages(bar: Any, **which: Any) -> int:
    pages = Author.objects.filter(merged_into__isnull=True, erased_at__isnull=True, **which).order_by("pk")
    ids = list(pages.values_list("pk", flat=True))
    done = 0
    for start in range(0, len(ids), BATCH):
        done += refresh_scores(ids[start : start + BATCH])
        bar.update(len(ids[start : start + BATCH]))
    return done
