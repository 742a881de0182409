"""The inputs and the results of all figures of works and authors as lines, and the figures computed again from such lines alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from config.lib.bulk import day_number
from config.lib.registries import WITHHOLD_FIGURES, wishes_of
from papers.figures import work_rows
from papers.figures.author_rows import COAUTHOR_LIMIT
from papers.figures.pieces import in_pieces
from papers.figures.reading import read_rows
from papers.figures.work_rows import Columns
from papers.figures.works import compute_all, inputs_from
from papers.metrics import JointWork, is_close, summarise_citations
from papers.metrics.citations import by_year
from papers.metrics.closeness import MOST_AUTHORS
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
    "works_count",
    "first_year",
    "last_year",
    "by_year",
    "topics_count",
    "coauthors_count",
    "close_count",
    "citations_known",
    "h_index",
    "i10_index",
    "cited_by_count",
    "citations_by_year",
    "citations_withheld",
    "novelty",
    "novelty_low",
    "novelty_high",
    "novelty_works",
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
    """A line for each work ("work", inputs as in ``WorkInputs``, "topics", "author_count", "people", those of them that were "erased", "stored")
    and for each author ("author", "works", "confidence", "year" of computing, "stored"). Who withholds figures has no line.

    Inputs of works are held in memory as arrays, about 200 bytes a work; the rest is streamed.
    """
    columns = work_rows.works(work_rows.count_sources())
    links: dict[int, list[int]] = defaultdict(list)
    counted = set(work_rows.topics().tolist())
    for works, topics in work_rows.topic_links():
        for work, topic in zip(works.tolist(), topics.tolist(), strict=True):
            if topic in counted:
                links[work].append(topic)
    place = {key: number for number, key in enumerate(columns["ids"].tolist())}
    rows = WorkFigures.objects.order_by("pk").values("work_id", "as_of", *STATED)
    for some in in_pieces(rows.iterator(chunk_size=_CHUNK), weight=_one, most=_CHUNK):
        people = _people([stored["work_id"] for stored in some])
        for stored in some:
            key = stored.pop("work_id")
            if key in place:
                inputs = {name: int(columns[name][place[key]]) for name in _INPUTS}
                listed = {"topics": sorted(links.get(key, [])), **people[key]}
                yield {"work": key, **inputs, **listed, "as_of": stored.pop("as_of").isoformat(), "stored": stored}
    authors = AuthorFigures.objects.order_by("pk").values("author_id", "author__confidence", "computed_at", *OF_AUTHORS)
    for chunk in in_pieces(authors.iterator(chunk_size=_CHUNK), weight=_one, most=_CHUNK):
        wishes = wishes_of("papers.Author", [row["author_id"] for row in chunk])
        yield from _with_works([row for row in chunk if WITHHOLD_FIGURES not in wishes.get(row["author_id"], ())])


def _one(_row: Any) -> int:
    return 1


def _people(works: list[int]) -> dict[int, dict[str, Any]]:
    """How many authors each work has, and who they are."""
    statement = """
        SELECT work.id, work.author_count, coalesce(array_agg(own.author_id ORDER BY own.author_id) FILTER (WHERE own.author_id IS NOT NULL), '{}'),
               coalesce(array_agg(own.author_id ORDER BY own.author_id) FILTER (WHERE author.erased_at IS NOT NULL), '{}')
        FROM papers_work AS work LEFT JOIN papers_authorship AS own ON own.work_id = work.id LEFT JOIN papers_author AS author ON author.id = own.author_id
        WHERE work.id = ANY(%(works)s) GROUP BY work.id
    """
    rows = read_rows(statement, works=works)
    return {key: {"author_count": count, "people": people, "erased": erased} for key, count, people, erased in rows}


def _with_works(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    by_author: dict[int, list[int]] = defaultdict(list)
    statement = f"""
        SELECT own.author_id, own.work_id FROM papers_authorship AS own JOIN papers_work AS work ON work.id = own.work_id
        WHERE own.author_id = ANY(%(authors)s) AND {work_rows.SHOWN} ORDER BY 1, 2
    """  # noqa: S608 - our own words
    for author, work in read_rows(statement, authors=[row["author_id"] for row in rows]):
        by_author[author].append(work)
    for row in rows:
        author, confidence, year = row.pop("author_id"), row.pop("author__confidence"), row.pop("computed_at").year
        yield {"author": author, "confidence": confidence, "year": year, "works": by_author[author], "stored": row}


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
    inputs, _order = inputs_from(columns, [(linked[:, 0], linked[:, 1])], np.unique(linked[:, 1]))
    for as_of in sorted({line["as_of"] for line in works.values()}):
        computed = compute_all(inputs, day_number(as_of))
        for place, key in enumerate(inputs.ids.tolist()):
            if works[key]["as_of"] == as_of:
                _compare(f"work {key}", works[key]["stored"], {name: computed[name][place] for name in STATED}, checked)


def _check_author(line: Mapping[str, Any], works: Mapping[int, Mapping[str, Any]], checked: Checked) -> None:
    own = [works[key] for key in line["works"] if key in works]
    counts = [None if work["counts"] < 0 else work["counts"] for work in own]
    dated = [None if work["years"] < 0 else work["years"] for work in own]
    years = Counter(year for year in dated if year is not None)
    cited = summarise_citations(counts, confidence=line["confidence"])
    parts = [work["stored"]["novelty_part"] for work in own]
    novelty = author_novelty([part for part in parts if part is not None], confidence=line["confidence"])
    again = {
        "works_count": len(own),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "by_year": [[year, years[year]] for year in sorted(years)],
        "topics_count": len({topic for work in own for topic in work["topics"]}),
        **_company(line["author"], own, line["year"]),
        "citations_known": cited.known,
        "h_index": cited.h_index,
        "i10_index": cited.i10_index,
        "cited_by_count": cited.total,
        "citations_by_year": by_year(zip(dated, counts, strict=True)),
        "citations_withheld": cited.reason,
        "novelty": novelty.mean,
        "novelty_low": novelty.low,
        "novelty_high": novelty.high,
        "novelty_works": novelty.papers,
        "novelty_withheld": novelty.reason,
    }
    _compare(f"author {line['author']}", line["stored"], again, checked)


def _company(author: int, own: Iterable[Mapping[str, Any]], year: int) -> dict[str, int]:
    """With how many people somebody wrote, and with how many of them closely."""
    met: set[int] = set()
    joint: dict[int, list[JointWork]] = defaultdict(list)
    for work in own:
        others = [other for other in work["people"] if other != author]
        if work["author_count"] <= COAUTHOR_LIMIT:
            met.update(others)
        if work["author_count"] <= MOST_AUTHORS and work["years"] >= 0:
            for other in others:
                if other not in work["erased"]:
                    joint[other].append(JointWork(work["years"], work["author_count"]))
    return {"coauthors_count": len(met), "close_count": sum(is_close(works, year=year) for works in joint.values())}


def _compare(what: str, stored: Mapping[str, Any], computed: Mapping[str, Any], checked: Checked) -> None:
    for name, value in computed.items():
        again = None if value is np.ma.masked or value != value else value  # noqa: PLR0124 - NaN is not itself
        if stored[name] != again:
            checked.different.append(f"{what} {name} {stored[name]} {again}")
