"""The records around a page: works of its people, of those around them, and of those who work on the same, in bounded pieces."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final, cast

import numpy as np
from django.db import connection

from collaboration.suggestions.prospects import BEST_OF_EACH, WORDS_FADE, Ground, measures, prepare
from collaboration.suggestions.records import MOST_AUTHORS, Records, WorkRow, assemble
from papers.persons.words import words_of_collection

OWN_WORKS: Final = 500  # the latest
COAUTHORS: Final = 200  # those with the strongest ties
WORKS_OF_COAUTHORS: Final = 60  # of each, the latest
WORKS_OF_OTHERS: Final = 30
TOPICS: Final = 5  # those that weigh most
WORKS_OF_TOPICS: Final = 100  # of each, the latest

_OF_PEOPLE: Final = """
    SELECT DISTINCT latest.id
    FROM unnest(%(of)s::bigint[]) AS person (id)
         CROSS JOIN LATERAL (
             SELECT work.id FROM papers_authorship AS authorship JOIN papers_work AS work ON work.id = authorship.work_id
             WHERE authorship.author_id = person.id AND {counts}
             ORDER BY work.date_key DESC, work.id DESC LIMIT %(most)s
         ) AS latest
"""
_OF_TOPICS: Final = """
    SELECT DISTINCT latest.id
    FROM unnest(%(of)s::bigint[]) AS topic (id)
         CROSS JOIN LATERAL (
             SELECT work.id FROM papers_worktopic AS about JOIN papers_work AS work ON work.id = about.work_id
             WHERE about.topic_id = topic.id AND {counts}
             ORDER BY about.work_id DESC LIMIT %(most)s
         ) AS latest
"""
_COUNTS: Final = "work.year IS NOT NULL AND work.author_count <= %(authors)s AND work.merged_into_id IS NULL AND work.erased_at IS NULL"
_ROWS: Final = """
    SELECT work.id, work.year,
           ARRAY(SELECT DISTINCT authorship.author_id FROM papers_authorship AS authorship JOIN papers_author AS author ON author.id = authorship.author_id
                 WHERE authorship.work_id = work.id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
                 ORDER BY authorship.author_id),
           work.title,
           ARRAY(SELECT about.topic_id FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
                 WHERE about.work_id = work.id AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL ORDER BY about.topic_id),
           work.author_count
    FROM papers_work AS work WHERE work.id = ANY(%(works)s)
"""


def ground_around(page_id: int, year: int) -> Ground | None:
    """What suggestions for a page are computed from, as of ``year``; None for a page without works. Ten queries.

    At most ``OWN_WORKS`` works of its own, those of its ``COAUTHORS`` strongest co-authors, of the people next to these whom ties or a walk lead to first, of those whom
    a longer walk leads to, and of those who lately wrote on its topics: some 50,000 works for the busiest page there is, a few hundred for most.
    """
    held = _Held()
    held.read(_OF_PEOPLE, [page_id], OWN_WORKS)
    ground = held.ground(year)
    own = ground.records.place(page_id)
    if own is None:
        return None
    near = ground.strength[[own]]
    order = np.lexsort((ground.records.people[near.indices], -near.data))[:COAUTHORS]
    held.read(_OF_PEOPLE, ground.records.people[near.indices[order]].tolist(), WORKS_OF_COAUTHORS)
    held.read(_OF_PEOPLE, _led_to(held.ground(year), page_id, held.people), WORKS_OF_OTHERS)
    on_topics = held.works_by(_OF_TOPICS, _topics(held.rows.values(), page_id, year), WORKS_OF_TOPICS)
    writers = Counter(person for row in on_topics for person in row.people)
    most = sorted(writers, key=lambda person: (-writers[person], person))[:BEST_OF_EACH]
    held.read(_OF_PEOPLE, sorted({*_led_to(held.ground(year), page_id, held.people), *most}), WORKS_OF_OTHERS)
    return held.ground(year)


class _Held:
    """The works read so far, and whose were asked for."""

    def __init__(self) -> None:
        self.rows: dict[int, WorkRow] = {}
        self.people: set[int] = set()
        self.words = words_of_collection().text

    def read(self, statement: str, people: list[int], most: int) -> None:
        self.works_by(statement, [person for person in people if person not in self.people], most)
        self.people.update(people)

    def works_by(self, statement: str, keys: Iterable[int], most: int) -> list[WorkRow]:
        given = {"of": list(keys), "most": most, "authors": MOST_AUTHORS}
        works = [row[0] for row in _run(statement.format(counts=_COUNTS), given)] if given["of"] else []
        fresh = [work for work in works if work not in self.rows]
        for key, year, people, title, topics, authors in _run(_ROWS, {"works": fresh}):
            self.rows[key] = WorkRow(key, year, tuple(people), title, tuple(topics), authors)
        return [self.rows[work] for work in works if work in self.rows]

    def records(self) -> Records:
        return assemble(self.rows.values(), documents=lambda word: self.words.documents.get(word, 0), total=self.words.total)

    def ground(self, year: int) -> Ground:
        return prepare(self.records(), year)


def _led_to(ground: Ground, page_id: int, known: set[int]) -> list[int]:
    """Of the people whose works were not read yet, those whom ties and a walk lead to first."""
    own = ground.records.place(page_id)
    if own is None:
        return []
    found = measures(ground, np.array([own]))
    fresh = ~np.isin(ground.records.people, sorted(known))
    chosen: set[int] = set()
    for block in (found.ties, found.walk):
        inside = np.flatnonzero(fresh & (block[0] > 0))
        chosen.update(ground.records.people[inside[np.lexsort((inside, -block[0][inside]))[:BEST_OF_EACH]]].tolist())
    return sorted(chosen)


def _topics(rows: Iterable[WorkRow], page_id: int, year: int) -> list[int]:
    """The keys of the topics that somebody wrote on most and last."""
    weights: dict[int, float] = defaultdict(float)
    for row in rows:
        if page_id in row.people:
            for topic in row.topics:
                weights[topic] += math.exp(-max(0, year - row.year) / WORDS_FADE)
    return sorted(weights, key=lambda topic: (-weights[topic], topic))[:TOPICS]


def _run(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
