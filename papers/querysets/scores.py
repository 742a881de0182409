"""The figures of works as lists and pages read them: stored, never computed here."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from papers.models import WorkFigures


class WorkScore(NamedTuple):
    """The score of a work with its parts and what they rest on; see ``papers.models.WorkFigures`` for each."""

    score: float | None
    citations: int | None
    citations_source: str
    citations_as_of: date | None
    citations_below: int
    citations_equal: int
    citations_peers: int
    citations_cell: int
    citations_part: float | None
    citations_withheld: int
    topics_count: int
    years_before: int
    surprise: float | None
    novelty_below: int
    novelty_equal: int
    novelty_peers: int
    novelty_part: float | None
    novelty_withheld: int
    age_days: int | None
    recency_part: float | None
    known: int
    completeness_part: float
    year: int | None
    as_of: date


COLUMNS = ", ".join(f"figures.{name}" for name in WorkScore._fields)
"""The columns of a ``WorkScore``, in its order, of ``papers_workfigures AS figures``."""


def score_of(work_id: int) -> tuple[WorkScore, WorkFigures] | None:
    """The score of a work, and its whole row; None before it has been computed. One query."""
    row = WorkFigures.objects.select_related("field").filter(pk=work_id).first()
    return (WorkScore(*(getattr(row, name) for name in WorkScore._fields)), row) if row is not None else None
