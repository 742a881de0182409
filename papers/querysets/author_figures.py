"""What an author's figures were computed from: every work with its citations and its novelty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection

from papers.models import Work
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

_INPUTS: Final = """
    SELECT work.id, work.title, work.year, work.cited_by_count, work.cited_by_source, figures.novelty_part
    FROM papers_authorship AS own JOIN papers_work AS work ON work.id = own.work_id
         LEFT JOIN papers_workfigures AS figures ON figures.work_id = work.id
    WHERE own.author_id = %s AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""


class FigureInput(NamedTuple):
    """One work of an author."""

    id: int
    title: str
    year: int | None
    citations: int | None
    source: str
    novelty: float | None


def figure_inputs(author_id: int, viewer: Viewer) -> list[FigureInput]:
    """The author's works that ``viewer`` may see, by key. One query of six narrow columns."""
    narrower, more = narrowing(Work, "work.id", viewer)
    with connection.cursor() as cursor:
        cursor.execute(f"{_INPUTS}{narrower} ORDER BY work.id", [author_id, *more])
        return [FigureInput(*row) for row in cursor.fetchall()]
