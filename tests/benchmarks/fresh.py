"""Changes one work as an import does and prints, as JSON, how long it takes until its figures are fresh.

A process of its own, because it needs Django set up for the scratch database: ``python -m tests.benchmarks.fresh``.
"""

from __future__ import annotations

import json
import sys
import time

import django


def main() -> int:
    """Change, mark, wait; a usual work and the one whose topics are the most frequent."""
    django.setup()
    from django.db.models import Min

    from papers.models import Work, WorkFigures, WorkTopic
    from papers.refresh import mark_dirty
    from papers.rounds import refresh_some

    recent = WorkFigures.objects.filter(novelty_part__isnull=False, citations_part__isnull=False, year__gte=2015)
    usual = recent.order_by("work_id")[100].work_id
    frequent = WorkTopic.objects.filter(topic_id__lte=3, work__in=recent[:20_000].values("work_id")).values("work_id")
    hardest = frequent.annotate(first=Min("topic_id")).order_by("-work_id")[0]["work_id"]
    seconds = {}
    for name, key in (("usual", usual), ("hardest", hardest)):
        before = WorkFigures.objects.get(pk=key)
        Work.objects.filter(pk=key).update(cited_by_count=(before.citations or 0) + 40)
        started = time.perf_counter()
        mark_dirty(kind="work-figures", ids=[key], reason="import")
        refresh_some("work-figures")
        seconds[name] = time.perf_counter() - started
        after = WorkFigures.objects.get(pk=key)
        if after.citations_part == before.citations_part or after.surprise != before.surprise:
            raise AssertionError(
                f"the figures of work {key} did not follow, or moved where nothing changed: {before.surprise} {after.surprise}"
            )
    sys.stdout.write(json.dumps(seconds) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
