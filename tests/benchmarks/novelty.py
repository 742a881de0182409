"""Prints, as JSON, what novelty is worth on a file of real records: ``python -m tests.benchmarks.novelty PATH``.

How it goes with the number of topics (rank correlation), and how far two random halves of the earlier works agree on it. No database is asked.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray


def main() -> int:
    """Compute three times, compare, print."""
    django.setup()
    from scipy.stats import spearmanr

    works = _works_with_topics(Path(sys.argv[1]))
    half = np.random.default_rng(3).random(len(works)) < 0.5
    whole = _percentiles(works, np.ones(len(works), dtype=bool))
    one, other = _percentiles(works, half), _percentiles(works, ~half)
    stated = np.isfinite(whole) & np.isfinite(one) & np.isfinite(other)
    topics = np.array([len(listed) for _year, _field, listed in works])
    found = {
        "works": len(works),
        "stated": int(stated.sum()),
        "rho": float(spearmanr(whole[stated], topics[stated])[0]),
        "agreement": float(spearmanr(one[stated], other[stated])[0]),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _works_with_topics(path: Path) -> list[tuple[int, int, list[int]]]:
    """(year, field, topics) of the records of a file with a year and a topic, in the order of years; no database."""
    from papers.fields import load_fields
    from papers.importers import format_named, open_stream, read_records
    from papers.names import search_key
    from papers.records import WorkRecord

    neutral = format_named("neutral")
    assert neutral is not None
    mapping = load_fields()
    fields = {entry.key: place for place, entry in enumerate(mapping.fields)}
    numbers: dict[str, int] = {}
    found = []
    with open_stream(path) as stream:
        for record in read_records(neutral, stream):
            if isinstance(record, WorkRecord) and record.year is not None and record.topics:
                decided = mapping.field_of(record.topics, record.venue)
                keys = {search_key(topic.name) for topic in record.topics}
                listed = sorted(numbers.setdefault(key, len(numbers)) for key in keys if key)
                if listed:
                    found.append((record.year, fields[decided.key] if decided else -1, listed))
    return sorted(found, key=lambda work: work[0])


def _percentiles(works: list[tuple[int, int, list[int]]], base: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The novelty of all works where only those in ``base`` are counted; NaN where it is not stated."""
    from papers.metrics import novelty
    from papers.metrics.percentiles import mid_rank, ranks_within
    from papers.metrics.works import LEAST_PEERS, novelty_cells

    years = np.array([year for year, _field, _topics in works])
    fields = np.array([field for _year, field, _topics in works])
    lengths = np.array([len(topics) for _year, _field, topics in works])
    size = 1 + max(topic for _year, _field, topics in works for topic in topics)
    of_work = np.repeat(np.arange(len(works)), lengths)
    topics = np.array([topic for _year, _field, listed in works for topic in listed], dtype=np.int32)
    asked = novelty.TopicLinks(of_work.astype(np.int32), topics, years, size)
    number = (np.cumsum(base) - 1).astype(np.int32)
    before = novelty.TopicLinks(number[of_work[base[of_work]]], topics[base[of_work]], years[base], size)
    surprise = np.full(len(works), np.nan)
    least, novelty.LEAST_WINDOW = novelty.LEAST_WINDOW, int(novelty.LEAST_WINDOW * base.mean())  # half of the works stand for all
    for rows, found, _works in novelty.surprises_by_year(asked, before, Counter(years[base].tolist())):
        surprise[rows] = found
    novelty.LEAST_WINDOW = least
    stated = np.isfinite(surprise) & (fields >= 0)
    ranks = ranks_within(novelty_cells(fields, years, lengths)[stated], surprise[stated])
    percentiles: Any = np.full(len(works), np.nan)
    percentiles[stated] = np.where(ranks.peers < LEAST_PEERS, np.nan, mid_rank(*ranks))
    return percentiles


if __name__ == "__main__":
    raise SystemExit(main())
