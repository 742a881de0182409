"""The figures of topics and institutions: computed for a batch, stored in one statement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from papers.figures import subject_rows
from papers.figures.pieces import in_pieces
from papers.figures.storing import store_rows
from papers.figures.subject_rows import Kind, Listed
from papers.models import SubjectFigures

LISTED = 24
MOST_WORKS = 50_000  # of subjects in one piece of work


def refresh_topic_figures(ids: Iterable[int]) -> int:
    """``refresh_subject_figures`` of topics."""
    return refresh_subject_figures("topic", ids)


def refresh_institution_figures(ids: Iterable[int]) -> int:
    """``refresh_subject_figures`` of institutions."""
    return refresh_subject_figures("institution", ids)


def refresh_subject_figures(kind: Kind, ids: Iterable[int]) -> int:
    """Recompute and store the figures of these topics or institutions; returns how many of them exist.

    Subjects that are gone lose their figures; one without works gets a row of zeros. Seven queries for a usual batch;
    subjects with very many works are taken in pieces, so that memory stays bounded. Ties are broken by id.
    """
    asked = sorted(set(ids))
    found = subject_rows.existing(kind, asked)
    SubjectFigures.objects.filter(kind=kind, subject_id__in=set(asked) - set(found)).delete()
    years = _years(kind, found)
    for piece in in_pieces(found, weight=lambda subject: years[subject].total() + 1, most=MOST_WORKS):
        store_rows(_computed(kind, piece, years), key=("kind", "subject_id"))
    return len(found)


def _computed(kind: Kind, subjects: Sequence[int], years: Mapping[int, Counter[int | None]]) -> list[SubjectFigures]:
    """The figures of these subjects, not stored. Three queries."""
    people = _by_subject(subject_rows.people(kind, subjects, LISTED))
    topics = _by_subject(subject_rows.topics(kind, subjects, LISTED))
    institutions = _by_subject(subject_rows.institutions(kind, subjects, LISTED))
    now = timezone.now()
    return [
        SubjectFigures(
            kind=kind,
            subject_id=subject,
            works_count=years[subject].total(),
            authors_count=people[subject][0].in_all if people[subject] else 0,
            by_year=[[year, works] for year, works in years[subject].items() if year is not None],
            authors=_objects(people[subject]),
            topics=_objects(topics[subject]),
            institutions=_objects(institutions[subject]),
            computed_at=now,
        )
        for subject in subjects
    ]


def _years(kind: Kind, subjects: Sequence[int]) -> Mapping[int, Counter[int | None]]:
    """For each subject its works by year, years in order; those of unknown year under None."""
    years: dict[int, Counter[int | None]] = defaultdict(Counter)
    for subject, year, works in subject_rows.works_by_year(kind, subjects):
        years[subject][year] = works
    return years


def _by_subject(rows: Iterable[Listed]) -> dict[int, list[Listed]]:
    lists: dict[int, list[Listed]] = defaultdict(list)
    for row in rows:
        lists[row.subject_id].append(row)
    return lists


def _objects(rows: Iterable[Listed]) -> list[dict[str, Any]]:
    return [{"id": row.id, "name": row.name, "works": row.works} for row in rows]
