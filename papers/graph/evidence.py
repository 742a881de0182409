"""Edges with their reasons, from what was counted in the records. Pure: rows in, edges out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from config.lib.public_ids import encode_public_id
from papers.graph.document import Edge, EdgeKind, Fact, FactType, NodeKind

MOST_EDGES: Final = 170
TOPICS_OF_OTHERS: Final = 2  # edges to topics of somebody who wrote nothing with the subject
_WORKS_OF_A_FULL_LINE: Final = 32

Ref = tuple[NodeKind, int]
KeyT = TypeVar("KeyT")

_STRENGTH: Final = {  # of a kind of edge among others, and which of several names the edge
    EdgeKind.COAUTHOR: 6,
    EdgeKind.AUTHORSHIP: 5,
    EdgeKind.CITATION: 4,
    EdgeKind.SIMILAR: 3,
    EdgeKind.TOPIC: 2,
    EdgeKind.INSTITUTION: 1,
}
_KIND: Final = {
    FactType.JOINT_WORKS: EdgeKind.COAUTHOR,
    FactType.WROTE: EdgeKind.AUTHORSHIP,
    FactType.ABOUT: EdgeKind.TOPIC,
    FactType.WORKS_ON: EdgeKind.TOPIC,
    FactType.MEETS: EdgeKind.TOPIC,
    FactType.WORKS_FROM: EdgeKind.INSTITUTION,
    FactType.CITES: EdgeKind.CITATION,
    FactType.WORKS_CITE: EdgeKind.CITATION,
    FactType.CITED_BY: EdgeKind.CITATION,
    FactType.AFFILIATED: EdgeKind.INSTITUTION,
    FactType.NAMES: EdgeKind.INSTITUTION,
    FactType.SHARED_REFERENCES: EdgeKind.SIMILAR,
    FactType.CITED_TOGETHER: EdgeKind.SIMILAR,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact as counted: between which things, of what type, with which works (row keys, newest first)."""

    a: Ref
    b: Ref
    type: FactType
    count: int | None = None
    of: int | None = None
    place: int | None = None
    first: int | None = None
    last: int | None = None
    works: tuple[int, ...] = ()

    def fact(self) -> Fact:
        """The fact with public ids."""
        works = tuple(encode_public_id(work) for work in self.works)
        return Fact(self.type, self.count, self.of, self.place, self.first, self.last, works)


@dataclass(slots=True)
class _Tie:
    """All that was counted between two things."""

    counted: list[Counted] = field(default_factory=list)

    def weight(self) -> float:
        """Between 0 and 1: a single joint work is a fifth of a full line, thirty-one are one; a share counts as it is."""
        return round(max(_weight(one) for one in self.counted), 3)

    def kind(self) -> EdgeKind:
        return max((_KIND[one.type] for one in self.counted), key=lambda kind: _STRENGTH[kind])


def kind_of(fact: FactType) -> EdgeKind:
    """The kind of the edge that a fact alone would make."""
    return _KIND[fact]


def key_of(ref: Ref) -> str:
    """The key of a node in documents."""
    return f"{ref[0].value}:{encode_public_id(ref[1])}"


def edges_from(counted: Iterable[Counted], *, subject: Ref, ranked: Sequence[Ref]) -> list[Edge]:
    """The edges that these facts make among the ranked nodes and the subject, by keys; at most ``MOST_EDGES``.

    Kept first are the subject's own edges, then the best of every node, then the strongest. Somebody else's topics stand only where they
    say what connects them to the picture.
    """
    ties = _ties(counted, subject, ranked)
    place = {ref: at for at, ref in enumerate([subject, *ranked])}
    order = sorted(ties, key=lambda pair: (-_STRENGTH[ties[pair].kind()] - ties[pair].weight(), place[pair[0]], place[pair[1]]))
    chosen = [pair for pair in order if subject in pair]
    reached: set[Ref] = {ref for pair in chosen for ref in pair}
    for pair in order:
        if subject not in pair and not {*pair} <= reached:
            chosen.append(pair)
            reached.update(pair)
    taken = set(chosen)
    chosen += [pair for pair in order if pair not in taken]
    edges = [_edge(pair, ties[pair]) for pair in chosen[:MOST_EDGES]]
    return sorted(edges, key=lambda edge: (edge.a, edge.b))


def joined_by(counted: Iterable[Counted], *, subject: Ref, ranked: Sequence[Ref]) -> list[tuple[Ref, Ref]]:
    """Which of the ranked things and the subject these facts would join, however many lines that makes."""
    return list(_ties(counted, subject, ranked))


def reached_from(subject: KeyT, pairs: Iterable[tuple[KeyT, KeyT]], among: Collection[KeyT]) -> set[KeyT]:
    """Those among these that are joined to the subject, by one line or over others among these; the subject, too."""
    beside: dict[KeyT, list[KeyT]] = defaultdict(list)
    for one, other in pairs:
        if one in among and other in among:
            beside[one].append(other)
            beside[other].append(one)
    found, ahead = {subject}, [subject]
    while ahead:
        new = set(beside[ahead.pop()]) - found
        found |= new
        ahead += new
    return found


def _ties(counted: Iterable[Counted], subject: Ref, ranked: Sequence[Ref]) -> dict[tuple[Ref, Ref], _Tie]:
    among = {subject, *ranked}
    ties: dict[tuple[Ref, Ref], _Tie] = defaultdict(_Tie)
    for one in counted:
        if one.a in among and one.b in among and one.a != one.b:
            pair = (one.a, one.b) if (one.b, one.a) not in ties else (one.b, one.a)
            ties[pair].counted.append(one)
    return _without_idle_topics(ties, subject)


def _without_idle_topics(ties: dict[tuple[Ref, Ref], _Tie], subject: Ref) -> dict[tuple[Ref, Ref], _Tie]:
    """Leave out what others work on where they have works with the subject, and all but their main topics where they have not."""
    near = {ref for pair, tie in ties.items() if subject in pair and tie.kind() != EdgeKind.TOPIC for ref in pair}
    shares: dict[Ref, list[tuple[float, tuple[Ref, Ref]]]] = defaultdict(list)
    for pair, tie in ties.items():
        if subject not in pair and all(one.type == FactType.WORKS_ON for one in tie.counted):
            shares[tie.counted[0].a].append((-tie.weight(), pair))
    idle = {pair for person, found in shares.items() for _, pair in (found if person in near else sorted(found)[TOPICS_OF_OTHERS:])}
    return {pair: tie for pair, tie in ties.items() if pair not in idle}


def _edge(pair: tuple[Ref, Ref], tie: _Tie) -> Edge:
    """Facts read from ``a`` to ``b``; of two papers that cite each other, each fact is turned to where it belongs."""
    facts = sorted(tie.counted, key=lambda one: (-_STRENGTH[_KIND[one.type]], one.type.value, one.a != pair[0]))
    a, b = (facts[0].a, facts[0].b)
    return Edge(key_of(a), key_of(b), tie.kind(), tie.weight(), tuple(one.fact() for one in facts if one.a == a))


def _weight(one: Counted) -> float:
    if one.type in {FactType.WORKS_ON, FactType.MEETS, FactType.WORKS_FROM} and one.count and one.of:
        return max(0.1, min(1.0, one.count / one.of))
    if _KIND[one.type] == EdgeKind.SIMILAR and one.count:
        return min(1.0, math.log(1 + one.count, _WORKS_OF_A_FULL_LINE**2))  # five works in common weigh as much as one citation
    if one.count is not None:
        return min(1.0, math.log(1 + one.count, _WORKS_OF_A_FULL_LINE))
    return 0.4 if one.type == FactType.WROTE else 0.25
