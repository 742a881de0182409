"""The reasons in a slice: counted in the arrays, which hold every work with its date, and read of the records where only those tell.

A slice's twenty people have a thousand works behind them, whose rows lie all over the database; the arrays count them without reading one.
What is read are the sixty things themselves, and which institutions the works on a topic or from an institution name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from papers.graph.arrays import Graph, Nodes
from papers.graph.counting import counted_of_people, counted_on, counted_places, newest, papers_of
from papers.graph.document import FactType, NodeKind
from papers.graph.evidence import Counted, Ref
from papers.slices.rows import facts_between, facts_of_paper, facts_of_person, in_order, places_named, works_naming

WORKS_OF_SUBJECT: Final = 2_000  # newest, of a topic or an institution, that are looked at for what they share with others


def facts_around(graph: Graph, refs: Iterable[Ref], *, subject: Ref) -> list[Counted]:
    """All that the records say between these things and the subject, which this graph must hold. At most three queries.

    What a paper shares with others is not among it: that decides what is around it, so it comes before (``facts_of_likeness``).
    """
    among = sorted({subject, *refs})
    people, papers, topics, places = ([ref for ref in among if ref[0] == kind] for kind in NodeKind)
    found = [*facts_between(among, subject=subject), *counted_of_people(graph, people, topics, places)]
    if subject[0] == NodeKind.PERSON:
        found += facts_of_person(among, subject=subject)
    elif subject[0] == NodeKind.TOPIC:
        on_it = newest(graph, papers_of(graph, graph.numbered(subject)), WORKS_OF_SUBJECT)
        found += _of_works(graph, subject, on_it, topics, places, (FactType.MEETS, FactType.WORKS_FROM))
    elif subject[0] == NodeKind.INSTITUTION:
        named = works_naming(subject[1])
        from_it = newest(graph, np.array(graph.nodes(NodeKind.PAPER, named), dtype=np.int32), WORKS_OF_SUBJECT)
        found += _of_works(graph, subject, from_it, topics, places, (FactType.WORKS_ON, FactType.JOINT_WORKS))
        found += [Counted(paper, subject, FactType.NAMES) for paper in papers if paper[1] in set(named)]
    return in_order(found)


def facts_of_likeness(graph: Graph, refs: Iterable[Ref], *, subject: Ref) -> list[Counted]:
    """What a paper shares with each of these papers, and which of these institutions it names. One query."""
    joined = papers_of(graph, graph.numbered(subject))
    others = [papers_of(graph, graph.numbered(ref)) for ref in refs if ref[0] == NodeKind.PAPER and ref != subject]
    both = joined[np.isin(joined, np.concatenate(others))] if others else joined[:0]
    return facts_of_paper(refs, subject=subject, beside=graph.ids[both].tolist())


def _of_works(
    graph: Graph, subject: Ref, works: Nodes, topics: Sequence[Ref], places: Sequence[Ref], kinds: tuple[FactType, FactType]
) -> list[Counted]:
    """On which of these topics the works of a topic or an institution are, and which institutions they name."""
    on_topics, from_places = kinds
    others = [place for place in places if place != subject]
    named = places_named(graph.ids[works].tolist(), [key for _kind, key in others])
    return [
        *counted_on(graph, subject, works, [topic for topic in topics if topic != subject], on_topics),
        *counted_places(graph, subject, named, from_places, of=len(works)),
    ]
