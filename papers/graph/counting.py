"""What the arrays say of the people, topics and institutions of a slice: joint works, topics and affiliations, each with its works. Pure.

The arrays with what is laid over them hold the same works as the records, so the counts are those of the records; nothing is read of
the database. Works are told newest first, as the records order them: by date, then by row key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from papers.graph.arrays import GONE, PLACE, Graph, Nodes
from papers.graph.document import FactType, NodeKind
from papers.graph.evidence import Counted, Ref

COAUTHORS_OF_A_WORK: Final = 100  # nobody is called the co-author of three thousand people for one work
WORKS_NAMED: Final = 5  # with each fact
_YEAR: Final = 10_000  # in a date as a number
_NONE: Final = np.empty(0, dtype=np.int32)

Indices = npt.NDArray[np.int64]
Pair = tuple[Ref, Ref]


def papers_of(graph: Graph, node: int) -> Nodes:
    """The papers next to a person, topic or paper, ascending."""
    row = graph.row(node)
    found: Nodes = row[graph.kinds[row] == PLACE[NodeKind.PAPER]]
    return found


def newest(graph: Graph, papers: Nodes, most: int) -> Nodes:
    """The ``most`` newest of those of these papers that are not gone, the newest first."""
    papers = papers[graph.details.dates[papers] != GONE]
    order = np.lexsort((-graph.ids[papers], -graph.details.dates[papers]))
    return papers[order[:most]]


def counted_of_people(graph: Graph, people: Sequence[Ref], topics: Sequence[Ref], institutions: Sequence[Ref]) -> list[Counted]:
    """Joint works of each two of these people, and works of each on these topics and naming these institutions.

    All must be in the graph. Costs time in the works of the people and the squared number of people: a millisecond or two for twenty-five of them.
    """
    written = [papers_of(graph, graph.numbered(one)) for one in people]
    return [
        *_joint(graph, people, written),
        *_on_topics(graph, people, written, topics),
        *_affiliated(graph, people, institutions),
    ]


def counted_on(graph: Graph, subject: Ref, papers: Nodes, topics: Sequence[Ref], kind: FactType) -> list[Counted]:
    """How many of these papers of a subject are on each topic, as facts of that kind."""
    return _on_topics(graph, [subject], [papers], topics, kind)


def counted_places(graph: Graph, subject: Ref, named: Sequence[tuple[int, int]], kind: FactType, *, of: int) -> list[Counted]:
    """How many works of a subject name each institution: (work, institution) by row keys, once each, of works that are in the graph."""
    pairs = [(subject, (NodeKind.INSTITUTION, place)) for place in sorted({place for _work, place in named})]
    at = {pair[1][1]: number for number, pair in enumerate(pairs)}
    group = np.array([at[place] for _work, place in named], dtype=np.int64)
    papers = np.array([graph.numbered((NodeKind.PAPER, work)) for work, _place in named], dtype=np.int32)
    return _told(graph, pairs, group, papers, kind, lambda _pair: of) if pairs else []


def _told(
    graph: Graph,
    pairs: Sequence[Pair],
    group: Indices,
    papers: Nodes,
    kind: FactType,
    of: Callable[[int], int | None] = lambda _place: None,
) -> list[Counted]:
    """One fact for each pair that has papers: ``papers[i]`` belongs to ``pairs[group[i]]``, and each stands once in a group. ``of`` gives the total by a pair's place."""
    dates, ids = graph.details.dates[papers], graph.ids[papers]
    order = np.lexsort((-ids, -dates, group))
    group = group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(starts[1:], len(group))[: len(starts)]
    years, keys = (dates[order] // _YEAR).tolist(), ids[order].tolist()
    found = []
    for low, high in zip(starts.tolist(), ends.tolist(), strict=True):
        place = int(group[low])
        oldest = next((year for year in reversed(years[low:high]) if year), None)  # who has no year stands behind all others
        works = tuple(keys[low : min(high, low + WORKS_NAMED)])
        found.append(Counted(*pairs[place], kind, high - low, of(place), None, oldest, years[low] or None, works))
    return found


def _joint(graph: Graph, people: Sequence[Ref], written: Sequence[Nodes]) -> list[Counted]:
    together, owner = _laid_out(written)
    papers, at = np.unique(together, return_inverse=True)
    wrote = np.zeros((len(people), len(papers)), dtype=bool)
    wrote[owner, at] = True
    wrote[:, graph.details.authors[papers] > COAUTHORS_OF_A_WORK] = False
    shared = np.flatnonzero(wrote.sum(axis=0) > 1)
    papers, wrote = papers[shared], wrote[:, shared]
    many = wrote.astype(np.float32)
    pairs = [(one, other) for one, other in np.argwhere(many @ many.T).tolist() if people[one][1] < people[other][1]]
    both = [papers[wrote[one] & wrote[other]] for one, other in pairs]
    return _grouped(graph, [(people[one], people[other]) for one, other in pairs], both, FactType.JOINT_WORKS)


def _on_topics(
    graph: Graph, subjects: Sequence[Ref], papers: Sequence[Nodes], topics: Sequence[Ref], kind: FactType = FactType.WORKS_ON
) -> list[Counted]:
    """Each topic's row is searched for all the papers: it may be long, and they are few."""
    together, owner = _laid_out(papers)
    hits, groups = [], []
    for place, topic in enumerate(topics):
        row = graph.row(graph.numbered(topic))
        if len(row):
            hit = row[np.minimum(np.searchsorted(row, together), len(row) - 1)] == together
            hits.append(together[hit])
            groups.append(owner[hit] * len(topics) + place)
    if not hits:
        return []
    pairs = [(subject, topic) for subject in subjects for topic in topics]
    totals = [len(one) for one in papers]
    return _told(graph, pairs, np.concatenate(groups), np.concatenate(hits), kind, lambda pair: totals[pair // len(topics)])


def _affiliated(graph: Graph, people: Sequence[Ref], institutions: Sequence[Ref]) -> list[Counted]:
    named, owner = _laid_out([graph.details.named_by(graph.numbered(person)) for person in people])
    pairs, papers = [], []
    for place in institutions:
        here = np.flatnonzero(named[:, 0] == graph.numbered(place)) if len(named) else ()
        for person in np.unique(owner[here]) if len(here) else ():
            pairs.append((people[person], place))
            papers.append(named[here[owner[here] == person], 1])
    return _grouped(graph, pairs, papers, FactType.AFFILIATED)


def _laid_out(rows: Sequence[Nodes]) -> tuple[Nodes, Indices]:
    """Several people's rows one behind the other, and whose each is."""
    owner = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
    return np.concatenate(rows) if rows else _NONE, owner


def _grouped(graph: Graph, pairs: Sequence[Pair], papers: Sequence[Nodes], kind: FactType) -> list[Counted]:
    if not pairs:
        return []
    group = np.repeat(np.arange(len(pairs)), [len(one) for one in papers])
    return _told(graph, pairs, group, np.concatenate(papers), kind)
