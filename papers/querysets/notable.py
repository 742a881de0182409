"""Papers by their score within a field and a year or week, along the indexes of their figures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from papers.querysets.works import WorkQuerySet, works

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

WEEKS_OFFERED: Final = 26
YEARS_OFFERED: Final = 40
ENOUGH: Final = 10

_FIELDS: Final = """
    SELECT field.id, field.key, field.name FROM papers_field AS field
    WHERE EXISTS (SELECT FROM papers_workfigures AS figures WHERE figures.field_id = field.id AND figures.year IS NOT NULL)
    ORDER BY field."order", field.key
"""
_PERIODS: Final = """
    WITH RECURSIVE years(year, place) AS (
        SELECT (SELECT max(year) FROM papers_workfigures WHERE field_id = %(field)s AND year <= %(latest)s), 1
        UNION ALL
        SELECT (SELECT max(year) FROM papers_workfigures WHERE field_id = %(field)s AND year < years.year), years.place + 1
        FROM years WHERE years.year IS NOT NULL AND years.place < %(years)s
    ), weeks(week, place) AS (
        SELECT (SELECT max(week) FROM papers_workfigures WHERE field_id = %(field)s AND week <= %(today)s), 1
        UNION ALL
        SELECT (SELECT max(week) FROM papers_workfigures WHERE field_id = %(field)s AND week < weeks.week), weeks.place + 1
        FROM weeks WHERE weeks.week IS NOT NULL AND weeks.place < %(weeks)s
    )
    SELECT year, NULL::date, (SELECT count(*) FROM (SELECT FROM papers_workfigures
                                                    WHERE field_id = %(field)s AND year = years.year LIMIT %(enough)s) AS first_ones)
    FROM years WHERE year IS NOT NULL UNION ALL SELECT NULL, week, NULL FROM weeks WHERE week IS NOT NULL
"""


class FieldOnOffer(NamedTuple):
    """A field with papers."""

    id: int
    key: str
    name: str


def fields_with_figures() -> list[FieldOnOffer]:
    """The fields that have papers, in their order. One query, a look into the index for each field."""
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS)
        return [FieldOnOffer(*row) for row in cursor.fetchall()]


class Periods(NamedTuple):
    """Years and the Mondays of weeks with papers of a field, each latest first; ``usual`` is the year to begin with, None where there is none."""

    years: list[int]
    weeks: list[date]
    usual: int | None


def periods(field: int, today: date) -> Periods:
    """The latest years and weeks of a field. One begins with the latest year of ``ENOUGH`` papers: a year that has just begun has a handful.

    One query that steps along two indexes.
    """
    given: dict[str, Any] = {
        "field": field,
        "latest": today.year,
        "today": today,
        "years": YEARS_OFFERED,
        "weeks": WEEKS_OFFERED,
        "enough": ENOUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PERIODS, given)
        found = cursor.fetchall()
    counts = {year: count for year, _week, count in found if year is not None}
    years = sorted(counts, reverse=True)
    weeks = sorted((week for _year, week, _count in found if week is not None), reverse=True)
    return Periods(years, weeks, next((year for year in years if counts[year] >= ENOUGH), years[0] if years else None))


def notable(field: int, viewer: Viewer, *, year: int | None = None, week: date | None = None) -> WorkQuerySet:
    """The shown works of a field and a year, or a week (its Monday), by score. Works without a score are left out."""
    period = {"figures__week": week} if week is not None else {"figures__year": year}
    chosen = works().visible_to(viewer).filter(figures__field_id=field, figures__score__isnull=False, **period)
    return chosen.order_by("-figures__score", "-figures__work_id")
