"""Records to read in, and the reading of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from papers.ingest.ahead import prepared
from papers.ingest.runs import execute
from papers.models import ImportRun
from papers.records import AuthorshipRecord, ParseResult, WorkRecord

TITLE = "On the Weaving of Numbers by Engines"


def record(
    record_id: str = "r1", *, source: str = "arxiv", title: str = TITLE, authors: Sequence[str | AuthorshipRecord] = (), **said: Any
) -> WorkRecord:
    """A record of a work by Ada Quill and Grace Harrow, unless it says otherwise."""
    people = authors or ("Ada Quill", "Grace Harrow")
    authorships = tuple(
        person if isinstance(person, AuthorshipRecord) else AuthorshipRecord(name=person, position=place)
        for place, person in enumerate(people)
    )
    return WorkRecord(
        source=source,
        record_id=record_id,
        title=title,
        authorships=said.pop("authorships", authorships),
        year=said.pop("year", 2024),
        **said,
    )


@pytest.fixture
def read(db: None) -> Callable[..., ImportRun]:
    """Reads results in as one run, and gives the run back."""

    def reading(*results: ParseResult) -> ImportRun:
        return execute(ImportRun.objects.create(origin="test"), prepared(results))

    return reading


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return run.created, run.updated, run.unchanged, run.rejected
