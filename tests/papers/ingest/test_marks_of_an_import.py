"""What an import of real works marks is what it changes: nearly all of it, and not much else."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from django.db import connection

from tests.benchmarks.graph_marks import measure_marks
from tests.papers.ingest.test_real_records import Read, neutral


@pytest.mark.django_db
def test_an_import_marks_the_slices_that_it_changes_materially(records: Path, read: Read, accept: bool) -> None:
    if not accept:
        pytest.skip("shares of hundreds of slices, with make accept")
    chosen = Random(3)
    read(*neutral(records / "works_ml.jsonl.gz", lambda _: chosen.random() < 0.1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    marked = measure_marks(works=40, sample=800)
    assert marked.changed >= 40
    assert marked.recall >= 0.95
    assert marked.times < 5
