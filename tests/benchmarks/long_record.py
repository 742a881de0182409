"""Gives a made-up researcher a thousand of the works held and prints, as one JSON line, the states of their page with the queries of each.

A process of its own, because it needs Django set up for the scratch database: ``python -m tests.benchmarks.long_record``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import django

WORKS = 1_000


def main() -> int:
    """Make, count, print."""
    django.setup()
    from django.test import Client

    from tests.benchmarks.queries import count_queries

    path, filters = _made_up()
    states = ["", *(f"sort={sort}" for sort in ("oldest", "cited", "score", "novelty")), *filters, f"sort=score&{filters[0]}"]
    visitor = Client(SERVER_NAME="localhost")
    found = {state: count_queries(visitor, f"{path}?{state}" if state else path) for state in [*states, "sort=score&page=20"]}
    sys.stdout.write(json.dumps({"path": path, "queries": found}) + "\n")
    return 0


def _made_up() -> tuple[str, list[str]]:
    """The address of the page, and filters that leave much of its list: the commonest year, type and topic, and works with code."""
    from config.lib.public_ids import encode_public_id
    from papers.figures import refresh_author_figures
    from papers.models import AttributionRule, Author, Authorship, Work

    author = Author.objects.create(display_name="Ada Quillmere")
    works = list(
        Work.objects.filter(merged_into__isnull=True, erased_at__isnull=True, author_count__lte=30).order_by("-has_code", "id")[:WORKS]
    )
    Authorship.objects.bulk_create(
        Authorship(work=work, author=author, raw_name="Ada Quillmere", source="arxiv", rule=AttributionRule.FIRST_SEEN) for work in works
    )
    refresh_author_figures([author.pk])
    author.refresh_from_db()
    year, kind = (Counter(getattr(work, name) for work in works).most_common(1)[0][0] for name in ("year", "type"))
    filters = [f"year={year}", f"type={kind}", "code=1"]
    topics = author.figures.topics
    return author.get_absolute_url(), [*filters, *(f"topic={encode_public_id(topic['id'])}" for topic in topics[:1])]


if __name__ == "__main__":
    raise SystemExit(main())
