"""The inputs and the results of all figures of works and authors as lines, and the figures computed again from such lines alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from config.lib.bulk import day_number
from papers.figures import work_rows
from papers.figures.reading import read_rows
from papers.figures.work_rows import Columns
from papers.figures.works import compute_all, inputs_from
from papers.metrics import summarise_citations
from papers.metrics.novelty import author_novelty
from papers.models import AuthorFigures, WorkFigures

STATED: Final = (
    "score",
    "surprise",
    "citations_part",
    "citations_below",
    "citations_equal",
    "citations_peers",
    "citations_cell",
    "citations_withheld",
    "topics_count",
    "years_before",
    "novelty_part",
    "novelty_below",
    "novelty_equal",
    "novelty_peers",
    "novelty_withheld",
    "age_days",
    "recency_part",
    "completeness_part",
)
OF_AUTHORS: Final = (
    "h_index",
    "i10_index",
    "cited_by_count",
    "citations_withheld",
    "novelty",
    "novelty_low",
    "novelty_high",
    "novelty_withheld",
)
_INPUTS: Final = ("years", "days", "has_day", "fields", "types", "sources", "counts", "known")
_CHUNK: Final = 2000


@dataclass(slots=True)
class Checked:
    """How many figures were computed again, and which differed: "work 12 score 61.2 61.3"."""

    works: int = 0
    authors: int = 0
    different: list[str] = field(default_factory=list)


def export_lines() -> Iterator[dict[str, Any]]:
    """A line for each work ("work", inputs as in ``WorkInputs``, "topics", "stored") and for each author ("author", "works", "confidence", "stored").

    Inputs of works are held in memory as arrays, about 200 bytes a work; the rest is streamed.
    """
    columns = work_rows.works(work_rows.count_sources())
    links: dict[int, list[int]] = defaultdict(list)
    for work, topic in zip(*(column.tolist() for column in work_rows.topic_links()), strict=True):
        links[work].append(topic)
    place = {key: number for number, key in enumerate(columns["ids"].tolist())}
    for stored in WorkFigures.objects.order_by("pk").values("work_id", "as_of", *STATED).iterator(chunk_size=_CHUNK):
        key = stored.pop("work_id")
        if key in place:
            inputs = {name: int(columns[name][place[key]]) for name in _INPUTS}
            yield {"work": key, **inputs, "topics": sorted(links.get(key, [])), "as_of": stored.pop("as_of").isoformat(), "stored": stored}
    yield from _author_lines()


def _author_lines() -> Iterator[dict[str, Any]]:
    rows = AuthorFigures.objects.order_by("pk").values("author_id", "author__confidence", *OF_AUTHORS)
    waiting: list[dict[str, Any]] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        waiting.append(row)
        if len(waiting) == _CHUNK:
            yield from _with_works(waiting)
            waiting = []
    yield from _with_works(waiting)


def _with_works(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    by_author: dict[int, list[int]] = defaultdict(list)
    statement = f"""
        SELECT own.author_id, own.work_id FROM papers_authorship AS own JOIN papers_work AS work ON work.id = own.work_id
        WHERE own.author_id = ANY(%(authors)s) AND {work_rows.SHOWN} ORDER BY 1, 2
    """  # noqa: S608 - our own words
    for author, work in read_rows(statement, authors=[row["author_id"] for row in rows]):
        by_author[author].append(work)
    for row in rows:
        author, confidence = row.pop("author_id"), row.pop("author__confidence")
        yield {"author": author, "confidence": confidence, "works": by_author[author], "stored": row}


def check_lines(lines: Iterable[Mapping[str, Any]]) -> Checked:
    """Every figure computed again from the lines alone, and compared bit by bit. No database is asked."""
    works: dict[int, Mapping[str, Any]] = {}
    authors: list[Mapping[str, Any]] = []
    for line in lines:
        if "work" in line:
            works[line["work"]] = line
        else:
            authors.append(line)
    checked = Checked(len(works), len(authors))
    _check_works(works, checked)
    for line in authors:
        _check_author(line, works, checked)
    return checked


def _check_works(works: Mapping[int, Mapping[str, Any]], checked: Checked) -> None:
    columns: Columns = {"ids": np.array(list(works), dtype=np.int64)}
    columns |= {name: np.array([line[name] for line in works.values()], dtype=np.int64) for name in _INPUTS}
    linked = np.array([(key, topic) for key, line in works.items() for topic in line["topics"]], dtype=np.int64).reshape(-1, 2)
    inputs, _order = inputs_from(columns, linked[:, 0], linked[:, 1])
    for as_of in sorted({line["as_of"] for line in works.values()}):
        computed = compute_all(inputs, day_number(as_of))
        for place, key in enumerate(inputs.ids.tolist()):
            if works[key]["as_of"] == as_of:
                _compare(f"work {key}", works[key]["stored"], {name: computed[name][place] for name in STATED}, checked)


def _check_author(line: Mapping[str, Any], works: Mapping[int, Mapping[str, Any]], checked: Checked) -> None:
    own = [works[key] for key in line["works"] if key in works]
    cited = summarise_citations([None if work["counts"] < 0 else work["counts"] for work in own], confidence=line["confidence"])
    parts = [work["stored"]["novelty_part"] for work in own]
    novelty = author_novelty([part for part in parts if part is not None], confidence=line["confidence"])
    again = (cited.h_index, cited.i10_index, cited.total, cited.reason, novelty.mean, novelty.low, novelty.high, novelty.reason)
    _compare(f"author {line['author']}", line["stored"], dict(zip(OF_AUTHORS, again, strict=True)), checked)


def _compare(what: str, stored: Mapping[str, Any], computed: Mapping[str, Any], checked: Checked) -> None:
    for name, value in computed.items():
        again = None if value is np.ma.masked or value != value else value  # noqa: PLR0124 - NaN is not itself
        if stored[name] != again:
            checked.different.append(f"{what} {name} {stored[name]} {again}")
