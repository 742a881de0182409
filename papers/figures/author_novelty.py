"""The novelty of all authors at once, from that of their works."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.lib.bulk import Changed, read_columns, write_back
from papers.figures.work_rows import in_place
from papers.metrics.novelty import AuthorNovelty, author_novelty
from papers.metrics.percentiles import Floats, Ints
from papers.models import AuthorFigures

_WRITTEN: Final = """
    SELECT authorship.author_id, authorship.work_id, coalesce(author.confidence, -1)
    FROM papers_authorship AS authorship
    JOIN papers_authorfigures AS figures ON figures.author_id = authorship.author_id
    JOIN papers_author AS author ON author.id = authorship.author_id
"""
_NOT_JUDGED: Final = -1.0


def refresh_author_novelty(works: Ints, novelty: Floats) -> Changed:
    """Store the novelty of every author that has figures, from that of these works (NaN where one has none). Only rows that change are written.

    One pass over all authorships, streamed; a million authors take about ten seconds.
    """
    has_one = np.isfinite(novelty)
    order = np.argsort(works[has_one])
    among, values = works[has_one][order], novelty[has_one][order]
    written = read_columns(_WRITTEN, {"author": "i8", "work": "i8", "confidence": "f8"})
    authors, firsts = np.unique(written["author"], return_index=True)
    place = in_place(written["work"], among)
    counted = place >= 0
    author, value = written["author"][counted], values[place[counted]] if len(values) else np.empty(0)
    by_author = np.argsort(author, kind="stable")
    author, value = author[by_author], value[by_author]
    starts, ends = np.searchsorted(author, authors, side="left"), np.searchsorted(author, authors, side="right")
    found = [
        author_novelty(value[start:end].tolist(), confidence=None if confidence == _NOT_JUDGED else confidence)
        for start, end, confidence in zip(starts.tolist(), ends.tolist(), written["confidence"][firsts].tolist(), strict=True)
    ]
    return write_back(AuthorFigures, key="author_id", columns={"author_id": authors, **_columns(found)}, insert=False)


def _columns(found: list[AuthorNovelty]) -> dict[str, NDArray[Any]]:
    def floats(name: str) -> Floats:
        return np.array([getattr(one, name) for one in found], dtype=np.float64)  # None becomes NaN

    return {
        "novelty": floats("mean"),
        "novelty_low": floats("low"),
        "novelty_high": floats("high"),
        "novelty_works": np.array([one.papers for one in found], dtype=np.int32),
        "novelty_withheld": np.array([one.reason for one in found], dtype="S12"),
    }
