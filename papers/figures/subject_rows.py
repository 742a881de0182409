"""What the figures of topics and institutions are made of: one query each for a batch of subjects.

Every query starts from ``member``: which shown works, and which authorships of them, belong to which subject. A work
belongs to its topics with all its authors, but to an institution only with those authors who name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from papers.figures.reading import read_rows

Kind = Literal["topic", "institution"]

TABLES: dict[Kind, str] = {"topic": "papers_topic", "institution": "papers_institution"}


class Listed(NamedTuple):
    """A person, topic or institution in the list of a subject, with the number of works in common."""

    subject_id: int
    id: int
    name: str
    works: int
    in_all: int


_MEMBERS: dict[Kind, str] = {
    "topic": """
        SELECT about.topic_id AS subject_id, work.id AS work_id, work.year
        FROM papers_worktopic AS about JOIN papers_work AS work ON work.id = about.work_id
        WHERE about.topic_id = ANY(%(subjects)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    """,
    "institution": """
        SELECT DISTINCT named.institution_id AS subject_id, work.id AS work_id, work.year
        FROM papers_authorshipinstitution AS named
        JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
        JOIN papers_work AS work ON work.id = authorship.work_id
        WHERE named.institution_id = ANY(%(subjects)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    """,
}

_PEOPLE: dict[Kind, str] = {
    "topic": """
        SELECT member.subject_id, authorship.author_id AS listed_id, count(*) AS works
        FROM member JOIN papers_authorship AS authorship ON authorship.work_id = member.work_id
        WHERE authorship.author_id IS NOT NULL
        GROUP BY member.subject_id, authorship.author_id
    """,
    "institution": """
        SELECT named.institution_id AS subject_id, authorship.author_id AS listed_id, count(*) AS works
        FROM papers_authorshipinstitution AS named
        JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
        JOIN papers_work AS work ON work.id = authorship.work_id
        WHERE named.institution_id = ANY(%(subjects)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL AND authorship.author_id IS NOT NULL
        GROUP BY named.institution_id, authorship.author_id
    """,
}

_TOPICS = """
    SELECT member.subject_id, about.topic_id AS listed_id, count(*) AS works
    FROM member JOIN papers_worktopic AS about ON about.work_id = member.work_id
    GROUP BY member.subject_id, about.topic_id
"""

_INSTITUTIONS = """
    SELECT member.subject_id, named.institution_id AS listed_id, count(DISTINCT member.work_id) AS works
    FROM member
    JOIN papers_authorship AS authorship ON authorship.work_id = member.work_id
    JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
    GROUP BY member.subject_id, named.institution_id
"""

_EXISTING = "SELECT id FROM {table} WHERE id = ANY(%(subjects)s) ORDER BY id"

_YEARS = """
    WITH member AS ({members})
    SELECT subject_id, year, count(*) FROM member GROUP BY subject_id, year ORDER BY subject_id, year
"""

_LISTING = """
    WITH member AS ({members}), counted AS ({counted}), ranked AS (
        SELECT counted.*, listed.{name} AS name,
               row_number() OVER (PARTITION BY subject_id ORDER BY works DESC, listed_id) AS place,
               count(*) OVER (PARTITION BY subject_id) AS in_all
        FROM counted JOIN {table} AS listed ON listed.id = counted.listed_id
        WHERE listed.erased_at IS NULL AND ({itself_too} OR listed_id <> subject_id)
    )
    SELECT subject_id, listed_id, name, works, in_all FROM ranked WHERE place <= %(listed)s ORDER BY subject_id, place
"""


def existing(kind: Kind, subjects: Sequence[int]) -> list[int]:
    """Which of these ids are subjects of that kind, in order."""
    return [row[0] for row in read_rows(_EXISTING.format(table=TABLES[kind]), subjects=list(subjects))]


def works_by_year(kind: Kind, subjects: Sequence[int]) -> list[tuple[int, int | None, int]]:
    """(subject, year, works), years in order, those of unknown year last."""
    return read_rows(_YEARS.format(members=_MEMBERS[kind]), subjects=list(subjects))


def people(kind: Kind, subjects: Sequence[int], listed: int) -> list[Listed]:
    """The authors of most works there; ``in_all`` counts all of them."""
    return _listing(kind, _PEOPLE[kind], "papers_author", subjects, listed)


def topics(kind: Kind, subjects: Sequence[int], listed: int) -> list[Listed]:
    """The topics of most works there, the subject itself left out."""
    return _listing(kind, _TOPICS, "papers_topic", subjects, listed)


def institutions(kind: Kind, subjects: Sequence[int], listed: int) -> list[Listed]:
    """The institutions that most works there name, the subject itself left out."""
    return _listing(kind, _INSTITUTIONS, "papers_institution", subjects, listed)


def _listing(kind: Kind, counted: str, table: str, subjects: Sequence[int], listed: int) -> list[Listed]:
    statement = _LISTING.format(
        members=_MEMBERS[kind],
        counted=counted,
        table=table,
        name="display_name" if table == "papers_author" else "name",
        itself_too="FALSE" if table == TABLES[kind] else "TRUE",
    )
    return [Listed(*row) for row in read_rows(statement, subjects=list(subjects), listed=listed)]
