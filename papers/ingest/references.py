"""Citations: references that name a work we hold become citations; the others wait until that work arrives."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from papers.ingest.copying import numbers_text
from papers.models import PendingReference
from papers.records import WorkRecord

# References whose target is there now: of these citing works, or to these arrived works.
SETTLE = """
WITH settled AS (
    SELECT reference.id, reference.citing_id, coalesce(work.merged_into_id, work.id) AS cited_id, reference.source
    FROM papers_pendingreference reference
    JOIN papers_workidentifier identifier ON identifier.scheme = reference.scheme AND identifier.value = reference.value
    JOIN papers_work work ON work.id = identifier.work_id
    WHERE {condition}
), cited AS (
    INSERT INTO papers_citation (citing_id, cited_id, source)
    SELECT citing_id, cited_id, min(source) FROM settled WHERE citing_id <> cited_id
    GROUP BY citing_id, cited_id ORDER BY citing_id, cited_id
    ON CONFLICT DO NOTHING
)
DELETE FROM papers_pendingreference WHERE id IN (SELECT id FROM settled)
"""
OF_THESE = SETTLE.format(condition="reference.citing_id = ANY(%s::bigint[])")
TO_THESE = SETTLE.format(condition="identifier.work_id = ANY(%s::bigint[])")


def resolve_references(works: Sequence[tuple[int, WorkRecord]]) -> None:
    """Keep the references of these works and settle what can be settled, in both directions. At most three statements."""
    rows = {
        (work, reference.scheme, reference.value[:500]): PendingReference(
            citing_id=work, scheme=reference.scheme, value=reference.value[:500], source=record.source
        )
        for work, record in works
        for reference in record.references
        if reference.scheme and reference.value
    }
    keys = numbers_text(sorted({work for work, _ in works}))
    with connection.cursor() as cursor:
        if rows:
            PendingReference.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)
            cursor.execute(OF_THESE, [keys])
        cursor.execute(TO_THESE, [keys])
