"""What the figures of authors are made of: one query each for a batch of authors, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from papers.figures.reading import read_rows
from papers.metrics import JointWork
from papers.metrics.closeness import LEAST_JOINT_WORKS, MOST_AUTHORS, WINDOW

COAUTHOR_LIMIT = 100  # nobody is called the co-author of three thousand people for one work


class AuthorWeight(NamedTuple):
    """An author that exists, how sure its record is, and about how many pairs with others it brings."""

    author_id: int
    confidence: float | None
    works: int
    pairs: int


class WrittenWork(NamedTuple):
    """One author's part in one work that is shown."""

    author_id: int
    work_id: int
    year: int | None
    date_key: int
    field_id: int | None
    cited_by_count: int | None
    cited_by_source: str
    cited_by_as_of: date | None
    sources: list[str]
    novelty: float | None


class CountedTopic(NamedTuple):
    """A topic of an author's works; ``in_all`` counts the author's topics."""

    author_id: int
    topic_id: int
    name: str
    works: int
    in_all: int


class NamedInstitution(NamedTuple):
    """An institution that an author's works name for this author."""

    author_id: int
    institution_id: int
    name: str
    works: int
    first_year: int | None
    last_year: int | None


class Collaboration(NamedTuple):
    """Two authors with enough recent joint works to ask whether they are close."""

    author_id: int
    other_id: int
    name: str
    joint: list[JointWork]


_WEIGHTS = """
    SELECT author.id, author.confidence, count(work.id), coalesce(sum(least(work.author_count, %(limit)s)), 0)
    FROM papers_author AS author
    LEFT JOIN papers_authorship AS authorship ON authorship.author_id = author.id
    LEFT JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    WHERE author.id = ANY(%(authors)s)
    GROUP BY author.id
    ORDER BY author.id
"""

_WORKS = """
    SELECT authorship.author_id, work.id, work.year, work.date_key, work.field_id,
           work.cited_by_count, work.cited_by_source, work.cited_by_as_of, work.sources, figures.novelty_part
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id
    LEFT JOIN papers_workfigures AS figures ON figures.work_id = work.id
    WHERE authorship.author_id = ANY(%(authors)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""

_TOPICS = """
    WITH counted AS (
        SELECT authorship.author_id, about.topic_id, count(*) AS works, max(work.date_key) AS latest
        FROM papers_authorship AS authorship
        JOIN papers_work AS work ON work.id = authorship.work_id
        JOIN papers_worktopic AS about ON about.work_id = work.id
        WHERE authorship.author_id = ANY(%(authors)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
        GROUP BY authorship.author_id, about.topic_id
    ), ranked AS (
        SELECT counted.*, topic.name,
               row_number() OVER (PARTITION BY author_id ORDER BY works DESC, latest DESC, topic_id) AS place,
               count(*) OVER (PARTITION BY author_id) AS in_all
        FROM counted JOIN papers_topic AS topic ON topic.id = counted.topic_id
        WHERE topic.erased_at IS NULL
    )
    SELECT author_id, topic_id, name, works, in_all FROM ranked WHERE place <= %(listed)s ORDER BY author_id, place
"""

_INSTITUTIONS = """
    WITH counted AS (
        SELECT authorship.author_id, named.institution_id, count(*) AS works,
               min(work.year) AS first_year, max(work.year) AS last_year
        FROM papers_authorship AS authorship
        JOIN papers_work AS work ON work.id = authorship.work_id
        JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
        WHERE authorship.author_id = ANY(%(authors)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
        GROUP BY authorship.author_id, named.institution_id
    ), ranked AS (
        SELECT counted.*, institution.name,
               row_number() OVER (PARTITION BY author_id ORDER BY last_year DESC NULLS LAST, works DESC, institution_id) AS place
        FROM counted JOIN papers_institution AS institution ON institution.id = counted.institution_id
        WHERE institution.erased_at IS NULL
    )
    SELECT author_id, institution_id, name, works, first_year, last_year
    FROM ranked WHERE place <= %(listed)s ORDER BY author_id, place
"""

_COAUTHORS = """
    SELECT mine.author_id, count(DISTINCT other.author_id)
    FROM papers_authorship AS mine
    JOIN papers_work AS work ON work.id = mine.work_id
    JOIN papers_authorship AS other ON other.work_id = mine.work_id
    WHERE mine.author_id = ANY(%(authors)s) AND work.author_count <= %(limit)s AND work.merged_into_id IS NULL AND work.erased_at IS NULL
      AND other.author_id <> mine.author_id
    GROUP BY mine.author_id
"""

_COLLABORATIONS = """
    WITH pairs AS (
        SELECT mine.author_id, other.author_id AS other_id,
               array_agg(work.year ORDER BY work.id) AS years, array_agg(work.author_count ORDER BY work.id) AS sizes
        FROM papers_authorship AS mine
        JOIN papers_work AS work ON work.id = mine.work_id
        JOIN papers_authorship AS other ON other.work_id = mine.work_id
        WHERE mine.author_id = ANY(%(authors)s) AND work.author_count <= %(limit)s AND work.year IS NOT NULL AND work.merged_into_id IS NULL AND work.erased_at IS NULL
          AND other.author_id <> mine.author_id
        GROUP BY mine.author_id, other.author_id
        HAVING count(*) FILTER (WHERE work.year > %(since)s) >= %(least)s
    )
    SELECT pairs.author_id, pairs.other_id, author.display_name, pairs.years, pairs.sizes
    FROM pairs JOIN papers_author AS author ON author.id = pairs.other_id
    WHERE author.erased_at IS NULL
    ORDER BY pairs.author_id, pairs.other_id
"""


def weights(authors: Sequence[int]) -> list[AuthorWeight]:
    """The authors among these ids that exist, by id."""
    return [AuthorWeight(*row) for row in read_rows(_WEIGHTS, authors=list(authors), limit=COAUTHOR_LIMIT)]


def works(authors: Sequence[int]) -> list[WrittenWork]:
    """What they wrote, in no order."""
    return [WrittenWork(*row) for row in read_rows(_WORKS, authors=list(authors))]


def topics(authors: Sequence[int], listed: int) -> list[CountedTopic]:
    """Each author's topics, most works first, then latest work, then id; at most ``listed`` each."""
    return [CountedTopic(*row) for row in read_rows(_TOPICS, authors=list(authors), listed=listed)]


def institutions(authors: Sequence[int], listed: int) -> list[NamedInstitution]:
    """Each author's institutions, latest first, then most works, then id; at most ``listed`` each."""
    return [NamedInstitution(*row) for row in read_rows(_INSTITUTIONS, authors=list(authors), listed=listed)]


def coauthor_counts(authors: Sequence[int]) -> dict[int, int]:
    """How many different people each wrote with, in works of at most ``COAUTHOR_LIMIT`` authors; those with none are left out."""
    return dict(read_rows(_COAUTHORS, authors=list(authors), limit=COAUTHOR_LIMIT))


def collaborations(authors: Sequence[int], year: int) -> list[Collaboration]:
    """The pairs with at least two joint works in the ten years up to ``year``, with all their joint works of known year."""
    since = year - WINDOW
    rows = read_rows(_COLLABORATIONS, authors=list(authors), limit=MOST_AUTHORS, since=since, least=LEAST_JOINT_WORKS)
    return [
        Collaboration(mine, other, name, [JointWork(*work) for work in zip(years, sizes, strict=True)])
        for mine, other, name, years, sizes in rows
    ]
