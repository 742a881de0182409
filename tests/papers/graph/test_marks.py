"""An import marks the slices that it changes, and few others: on real records, at the counts of the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.benchmarks.graph_marks import measure_marks


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_an_import_marks_nearly_all_slices_that_change_and_less_than_five_for_each(
    accept: bool, request: pytest.FixtureRequest, settings, tmp_path: Path
) -> None:
    if not accept:
        pytest.skip("takes minutes: a whole corpus and two thousand slices; the sample is test_who_sees_a_new_work_from_afar")
    settings.GRAPH_ROOT = tmp_path / "graph"
    call_command("import_works", str(request.getfixturevalue("records") / "works_ml.jsonl.gz"), verbosity=0)
    found = measure_marks(works=200, sample=1000)
    assert found.changed >= 30
    assert found.recall >= 0.95, found
    assert found.times < 5, found
