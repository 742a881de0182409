"""What is usual in a field, computed every night from our own records."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from profiles.models import FieldStatistics
from profiles.trust.reading import NOTICED_SQL, WINDOW_YEARS

FEWEST_AUTHORS = 30
KEPT_VERSIONS = 30

_COUNTS = """
    CREATE TEMPORARY TABLE counted_works ON COMMIT DROP AS
    SELECT figures.author_id, figures.field_id,
           coalesce(sum(works) FILTER (WHERE year > %(year)s - %(short)s), 0) AS n0,
           coalesce(sum(works) FILTER (WHERE year > %(year)s - %(middle)s), 0) AS n1,
           coalesce(sum(works) FILTER (WHERE year > %(year)s - %(long)s), 0) AS n2,
           figures.works_count AS n3
    FROM papers_authorfigures AS figures
    LEFT JOIN LATERAL (
        SELECT (pair ->> 0)::int AS year, (pair ->> 1)::int AS works FROM jsonb_array_elements(figures.by_year) AS pair
    ) AS years ON true
    WHERE figures.works_count > 0
    GROUP BY figures.author_id
"""

_PERCENTILES = """
    SELECT field_id,
           count(*) FILTER (WHERE n0 > 0), count(*) FILTER (WHERE n1 > 0), count(*) FILTER (WHERE n2 > 0), count(*) FILTER (WHERE n3 > 0),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY n0) FILTER (WHERE n0 > 0),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY n1) FILTER (WHERE n1 > 0),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY n2) FILTER (WHERE n2 > 0),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY n3) FILTER (WHERE n3 > 0),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(noticed.k, 0))
    FROM counted_works LEFT JOIN noticed USING (author_id)
    GROUP BY GROUPING SETS ((field_id), ())
    HAVING grouping(field_id) = 1 OR field_id IS NOT NULL
    ORDER BY grouping(field_id) DESC
"""


def recompute_statistics() -> int:
    """Store a new version of the statistics of all fields and of the whole corpus; returns its number.

    Where a field has fewer than thirty authors with a work in a window, the corpus stands in for that window. One pass over figures and citations in the database, no rows in memory
    but one for each field. Old versions beyond thirty are dropped.
    """
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        years = dict(zip(("short", "middle", "long"), WINDOW_YEARS, strict=True))
        cursor.execute("DROP TABLE IF EXISTS pg_temp.counted_works, pg_temp.noticed")  # of a computation in the same transaction
        cursor.execute(_COUNTS, {"year": now.year, **years})
        cursor.execute(
            "CREATE TEMPORARY TABLE noticed (author_id, k) ON COMMIT DROP AS " + NOTICED_SQL.format(whose="own.author_id IS NOT NULL")
        )
        cursor.execute(_PERCENTILES)
        rows = cursor.fetchall()
        version = (FieldStatistics.objects.aggregate(latest=Max("version"))["latest"] or 0) + 1
        whole = _usual(rows[0], None) if rows else {"authors": [0] * 4, "n90": [1.0] * 4, "kappa": 4.0}
        FieldStatistics.objects.create(version=version, computed_at=now, **whole)
        FieldStatistics.objects.bulk_create(
            FieldStatistics(field_id=row[0], version=version, computed_at=now, **_usual(row, whole)) for row in rows[1:]
        )
        FieldStatistics.objects.filter(version__lte=version - KEPT_VERSIONS).delete()
    return version


def _usual(row: tuple[Any, ...], whole: dict[str, Any] | None) -> dict[str, Any]:
    """The figures of one field, with the corpus's for windows in which it has too few authors."""
    authors = [int(count) for count in row[1:5]]
    n90 = [max(1.0, float(value or 0)) for value in row[5:9]]
    kappa = max(4.0, float(row[9] or 0))
    if whole is not None:
        n90 = [own if count >= FEWEST_AUTHORS else theirs for own, theirs, count in zip(n90, whole["n90"], authors, strict=True)]
        kappa = kappa if authors[3] >= FEWEST_AUTHORS else whole["kappa"]
    return {"authors": authors, "n90": n90, "kappa": kappa}
