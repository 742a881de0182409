"""In how many works words stand, counted over the collection once in a while and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from papers.disambiguation.collection import places_of, text_of, words_of
from papers.disambiguation.corpus import CorpusWords, WordCounts
from papers.disambiguation.mentions import Work
from papers.models import WordStatistics

MOST_WORKS: Final = 50_000  # of a larger collection every second, third … work is counted
GROWTH: Final = 1.5  # a collection so many times as large as when it was counted is counted anew
READ_AT_ONCE: Final = 2_000
KINDS: Final = ("text", "places", "surroundings")

_WORKS = """
    SELECT work.id, work.title, left(work.abstract, 1500), work.affiliations_unaligned,
           ARRAY(SELECT topic.name FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
                 WHERE about.work_id = work.id ORDER BY topic.id),
           (SELECT json_agg(authorship.raw_affiliations) FROM papers_authorship AS authorship
            WHERE authorship.work_id = work.id AND authorship.raw_affiliations <> '{}')
    FROM papers_work AS work
    WHERE work.id > %s AND work.id %% %s = 0 AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    ORDER BY work.id LIMIT %s
"""


def words_of_collection() -> CorpusWords:
    """The counts as they are kept, counted first where there are none or where the collection has grown much. One query, usually."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(computed_at), min(works), count(*) FROM papers_wordstatistics")
        computed_at, counted, kinds = cursor.fetchone()
        if kinds == len(KINDS):
            cursor.execute("SELECT count(*) FROM (SELECT 1 FROM papers_work LIMIT %s) AS works", [int(counted * GROWTH) + 100])
            if cursor.fetchone()[0] < int(counted * GROWTH) + 100:
                return _kept(computed_at)
    return _kept(count_words())


def count_words() -> datetime:
    """Count the words of the collection and keep the counts; returns when that was. Some 0.2 ms a work, of at most ``MOST_WORKS``."""
    now = timezone.now()
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    totals: Counter[str] = Counter()
    for title, abstract, unaligned, topics, affiliations in _works():
        documents = [("text", text_of(Work(key="", title=title, abstract=abstract, keywords=tuple(topics))))]
        documents += [("places", places_of(one, ())) for one in affiliations or ()]
        around = " ".join([*unaligned, *(text for one in affiliations or () for text in one)])
        documents += [("surroundings", words_of(around))] if around else []
        for kind, words in documents:
            counts[kind].update(set(words))
            totals[kind] += 1
    works = _how_many()
    rows = []
    for kind in KINDS:
        kept = sorted(word for word, count in counts[kind].items() if count > 1)
        numbers = np.fromiter((counts[kind][word] for word in kept), np.int32, len(kept)).tobytes()
        rows.append(WordStatistics(kind=kind, total=totals[kind], works=works, words=" ".join(kept), counts=numbers, computed_at=now))
    with transaction.atomic():
        WordStatistics.objects.all().delete()
        WordStatistics.objects.bulk_create(rows)
    return now


def _how_many() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM papers_work")
        return int(cursor.fetchone()[0])


def _works() -> Iterator[tuple[Any, ...]]:
    """The works to count, a few thousand at a time."""
    step = max(1, -(-_how_many() // MOST_WORKS))
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_WORKS, [last, step, READ_AT_ONCE])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield from (row[1:] for row in rows)


@lru_cache(maxsize=1)
def _kept(_computed_at: datetime) -> CorpusWords:
    """The counts of that moment, kept in the process: a dictionary of some hundred thousand words."""
    found = {}
    for row in WordStatistics.objects.all():
        numbers = np.frombuffer(bytes(row.counts), np.int32).tolist()
        found[row.kind] = WordCounts(dict(zip(row.words.split(), numbers, strict=True)), row.total)
    return CorpusWords(*(found.get(kind, WordCounts()) for kind in KINDS))
