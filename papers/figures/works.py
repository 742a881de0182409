"""The figures of works: of a few that changed, and of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from config.lib.bulk import Changed, day_number, write_back
from papers.figures import work_rows
from papers.figures.author_novelty import refresh_author_novelty
from papers.figures.reading import read_rows
from papers.figures.work_rows import Columns, in_place
from papers.metrics.novelty import WINDOW, TopicLinks, surprises_by_year
from papers.metrics.percentiles import Ints, Ranks, ranks_among, ranks_within
from papers.metrics.works import (
    NO_DAY,
    WorkInputs,
    citation_cells,
    figures_of_works,
    has_citations,
    has_surprise,
    kind_cells,
    novelty_cells,
    placed,
)
from papers.models import WorkFigures
from papers.refresh import mark_dirty

VERSION: Final = 1  # of the computation: raise it when a definition changes; the next night computes everything anew
FULL_FROM: Final = 200  # changed works at once, from which a small holding is computed in full: an import
SMALL_HOLDING: Final = 200_000  # works; ten seconds

_AT_ONCE: Final = 1 << 20  # links
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('papers_workfigures'))"  # two writers of many rows would deadlock


def refresh_work_figures(ids: Iterable[int]) -> int:
    """Compute and store the figures of these works; returns how many of them are shown. Others lose theirs.

    Each is ranked among its peers, and its topics are counted over the works of the years before, as those were last computed; they themselves
    follow in the night. About ten queries, over the works of the same fields and years and the links of the same topics. Many changes to a small holding are computed in full instead.
    Authors whose novelty rests on a changed one are marked.
    """
    asked = sorted(set(ids))
    if len(asked) >= FULL_FROM and _is_small():
        refresh_all_work_figures()
        return len(asked)
    started = timezone.now()
    sources = work_rows.count_sources(asked)
    inputs, counted_on = _some(asked, sources)
    columns = _compute_some(inputs, sources, as_of_day(started.date())) | _counting(inputs, counted_on, sources)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        before = _novelties(asked)
        WorkFigures.objects.filter(pk__in=set(asked) - set(inputs.ids.tolist())).delete()
        write_back(WorkFigures, key="work_id", columns=columns, stamp={"version": VERSION, "computed_at": started})
        after = _novelties(asked)
        moved = [work for work in {*before, *after} if before.get(work) != after.get(work)]
        authors = read_rows(
            "SELECT DISTINCT author_id FROM papers_authorship WHERE work_id = ANY(%(works)s) AND author_id IS NOT NULL", works=moved
        )
        mark_dirty(kind="author-figures", ids=[row[0] for row in authors], reason="novelty")
    return len(inputs.ids)


def refresh_all_work_figures(as_of: date | None = None) -> Changed:
    """Compute the figures of all works, and the novelty of all authors, and write what has changed.

    Works and links are streamed out as arrays, one year's pairs of topics after the other are counted in sparse matrices, and the result goes
    back by COPY. Works whose figures were computed meanwhile, because they changed, are left as they are.
    """
    started = timezone.now()
    sources = work_rows.count_sources()
    inputs, counted_on = _everything(sources)
    columns = compute_all(inputs, as_of_day(as_of or started.date()))
    columns |= _counting(inputs, counted_on, sources)
    del inputs
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        changed = write_back(
            WorkFigures,
            key="work_id",
            columns=columns,
            stamp={"version": VERSION, "computed_at": started},
            delete_others=True,
            only_where=f"target.computed_at <= '{started.isoformat()}'",
        )
    refresh_author_novelty(columns["work_id"], columns["novelty_part"])
    return changed


def as_of_day(today: date) -> int:
    """The day to which ages are counted: the Monday of the week, so that time alone rewrites figures once a week and not every night."""
    return day_number(today - timedelta(days=today.weekday()))


def compute_all(inputs: WorkInputs, as_of: int) -> Columns:
    """The figures of works that are each other's peers, by column. Touches no database."""
    cited, novel = has_citations(inputs), has_surprise(inputs)
    cells = citation_cells(inputs.fields, inputs.years, inputs.types, inputs.sources)
    kinds = kind_cells(inputs.fields, inputs.years, inputs.types)
    novelties = novelty_cells(inputs.fields, inputs.years, inputs.topics)
    return figures_of_works(
        inputs,
        as_of=as_of,
        citation_ranks=placed(cited, ranks_within(cells[cited], inputs.counts[cited].astype(np.float64))),
        kind_sizes=np.where(_is_placed(inputs), ranks_within(kinds, np.zeros(len(kinds))).peers, 0),
        novelty_ranks=placed(novel, ranks_within(novelties[novel], inputs.surprises[novel])),
    )


# --- All of them --------------------------------------------------------------------------------------------------


def _everything(sources: Sequence[str]) -> tuple[WorkInputs, Ints]:
    """What is known of all shown works, in the order of years and keys, and when their citations were counted."""
    columns = work_rows.works(sources)
    inputs, order = inputs_from(columns, work_rows.topic_links(), work_rows.topics())
    return inputs, columns["counted_on"][order]


def inputs_from(columns: Columns, linked: Iterable[tuple[Ints, Ints]], topics: Ints) -> tuple[WorkInputs, Ints]:
    """What the figures of works that are each other's peers follow from, in the order of years and keys, and that order.

    ``columns`` are those of ``work_rows.works`` but ``counted_on``; ``linked`` the links (work, topic) by key, in pieces; ``topics``
    those that count, ascending.
    """
    order = np.lexsort((columns["ids"], columns["years"]))
    columns = {name: values[order] for name, values in columns.items()}
    links = _links(columns, linked, topics)
    present, counted = np.unique(columns["years"][np.unique(links.works)], return_counts=True)
    with_topics = {year: count for year, count in zip(present.tolist(), counted.tolist(), strict=True) if year >= 0}
    return _inputs(columns, links, links, with_topics), order


def _links(columns: Columns, linked: Iterable[tuple[Ints, Ints]], listed: Ints) -> TopicLinks:
    """The links of works that stand in the order of years, with works and topics numbered from 0 on; ``listed`` are the topics that count.

    Twenty million links are never held as pairs of keys: each piece becomes one number a link as it comes, and those are sorted where they are.
    """
    by_key = np.argsort(columns["ids"])
    ids, size = columns["ids"][by_key], max(1, len(listed))
    keys = np.concatenate([_numbered(works, topics, by_key, ids, listed, size) for works, topics in linked])
    keys.sort()
    works, topics = (np.empty(len(keys), dtype=np.int32) for _ in range(2))
    for start in range(0, len(keys), _AT_ONCE):
        piece = slice(start, start + _AT_ONCE)
        works[piece], topics[piece] = np.divmod(keys[piece], size)
    return TopicLinks(works, topics, columns["years"].astype(np.int64), size)


def _numbered(works: Ints, topics: Ints, by_key: Ints, ids: Ints, listed: Ints, size: int) -> Ints:
    place, number = in_place(works, ids), in_place(topics, listed)
    kept = (place >= 0) & (number >= 0)
    return by_key[place[kept]] * size + number[kept]


def _inputs(columns: Columns, asked: TopicLinks, base: TopicLinks, with_topics: Mapping[int, int]) -> WorkInputs:
    count = len(columns["ids"])
    surprises, before = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    for works, found, years_before in surprises_by_year(asked, base, with_topics):
        surprises[works] = found
        before[works] = years_before
    wide: Columns = {name: columns[name].astype(np.int64) for name in ("years", "days", "types", "sources", "counts", "known")}
    return WorkInputs(
        ids=columns["ids"],
        has_day=columns["has_day"] > 0,
        fields=columns["fields"],
        topics=np.bincount(asked.works, minlength=count).astype(np.int64),
        surprises=surprises,
        years_before=before,
        **wide,
    )


def _is_placed(inputs: WorkInputs) -> Any:
    return (inputs.fields >= 0) & (inputs.years >= 0)


def _counting(inputs: WorkInputs, counted_on: Ints, sources: Sequence[str]) -> Columns:
    """Whose citation count it is, and of which day."""
    days = np.where(counted_on == NO_DAY, np.datetime64("NaT", "D"), np.datetime64("2000-01-01", "D") + counted_on)
    return {"citations_source": np.array(["", *sources], dtype="S30")[inputs.sources], "citations_as_of": days}


# --- A few that changed -------------------------------------------------------------------------------------------


def _is_small() -> bool:
    [[rows]] = read_rows("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'papers_work'::regclass")
    return bool(rows < SMALL_HOLDING)


def _some(asked: Sequence[int], sources: Sequence[str]) -> tuple[WorkInputs, Ints]:
    """What is known of these works, their surprises counted over the works that share a topic with them, as those were last computed."""
    columns = work_rows.works(sources, asked)
    order = np.lexsort((columns["ids"], columns["years"]))
    columns = {name: values[order] for name, values in columns.items()}
    works, topics = work_rows.topic_links_of(asked)
    listed = np.unique(topics[in_place(works, np.sort(columns["ids"])) >= 0])
    links = _links(columns, [(works, topics)], listed)
    known = columns["years"][columns["years"] >= 0]
    if not len(links.works) or not len(known):
        return _inputs(columns, links, links, {}), columns["counted_on"]
    first, last = int(known.min()) - WINDOW, int(known.max()) - 1
    others, their_topics, years = work_rows.links_of_topics(listed.tolist(), first, last, asked)
    base = _base(  # each of these may lie in the years before another
        np.r_[others, columns["ids"][links.works]],
        np.r_[np.searchsorted(listed, their_topics), links.topics],
        np.r_[years, columns["years"][links.works]],
        links.size,
    )
    with_topics = Counter(work_rows.works_with_topics(first, last, asked))
    with_topics.update(columns["years"][np.unique(links.works)].tolist())
    return _inputs(columns, links, base, with_topics), columns["counted_on"]


def _base(works: Ints, topics: Ints, years: Ints, size: int) -> TopicLinks:
    """Links of the works of earlier years, numbered in the order of years; topics are numbered already."""
    order = np.lexsort((topics, works, years))
    works, topics, years = works[order], topics[order], years[order]
    is_new = np.diff(works, prepend=-1) != 0
    return TopicLinks((np.cumsum(is_new) - 1).astype(np.int32), topics.astype(np.int32), years[is_new], size)


def _compute_some(inputs: WorkInputs, sources: Sequence[str], as_of: int) -> Columns:
    """The figures of a few works, ranked among all others of their fields and years."""
    placed_at = _is_placed(inputs)
    fields, years = np.unique(inputs.fields[placed_at]).tolist(), np.unique(inputs.years[placed_at]).tolist()
    cited, novel = has_citations(inputs), has_surprise(inputs)
    kinds, sizes, citation_ranks = _among_cited(inputs, cited, work_rows.citation_peers(fields, years, sources))
    others = work_rows.novelty_peers(fields, years, inputs.ids.tolist())
    cells = novelty_cells(inputs.fields, inputs.years, inputs.topics)[novel]
    novelty_ranks = ranks_among(
        cells,
        inputs.surprises[novel],
        np.r_[novelty_cells(others["fields"], others["years"], others["topics"]), cells],
        np.r_[others["surprises"], inputs.surprises[novel]],
        np.r_[others["weights"], np.ones(len(cells), dtype=np.int64)],
    )
    return figures_of_works(
        inputs,
        as_of=as_of,
        citation_ranks=placed(cited, citation_ranks),
        kind_sizes=np.where(placed_at, ranks_among(kinds, np.zeros(len(kinds)), *sizes).peers, 0),
        novelty_ranks=placed(novel, novelty_ranks),
    )


def _among_cited(inputs: WorkInputs, cited: Any, peers: Columns) -> tuple[Ints, tuple[Ints, Any, Ints], Ranks]:
    """The cell of each work, all works by cell, and the ranks of those with a count."""
    counted = peers["counts"] >= 0
    cells = citation_cells(peers["fields"], peers["years"], peers["types"], peers["sources"])[counted]
    ranks = ranks_among(
        citation_cells(inputs.fields, inputs.years, inputs.types, inputs.sources)[cited],
        inputs.counts[cited].astype(np.float64),
        cells,
        peers["counts"][counted].astype(np.float64),
        peers["weights"][counted],
    )
    everybody = kind_cells(peers["fields"], peers["years"], peers["types"])
    return kind_cells(inputs.fields, inputs.years, inputs.types), (everybody, np.zeros(len(everybody)), peers["weights"]), ranks


def _novelties(works: Collection[int]) -> dict[int, float | None]:
    return dict(WorkFigures.objects.filter(pk__in=works).values_list("work_id", "novelty_part"))
