"""Slices made by hand: a subject, what is around it, and why."""

from __future__ import annotations

import math
import random

from config.lib.public_ids import encode_public_id
from papers.graph.document import Edge, EdgeKind, Fact, FactType, Node, NodeKind, SliceDocument

NAMES = {
    NodeKind.PERSON: ("Ada Quillmere", "Wolfgang-Amadeus Featherstonehaugh-Ramakrishnan", "ليلى المثال", "李小明", "Ng"),
    NodeKind.PAPER: (
        "Learning Search Space Partition for Black-box Optimization using Monte Carlo Tree Search",
        "Supercalifragilisticexpialidociousnesses-without-a-single-place-to-break-the-line",
        "Zur Theorie der Wärmeleitung",
        "H2O",
    ),
    NodeKind.TOPIC: ("Computer Vision and Pattern Recognition", "Attention", "深層学習"),
    NodeKind.INSTITUTION: ("University of California, Berkeley", "MIT", "Collegium Institute (fictional)"),
}
_FACTS = {
    NodeKind.PERSON: (EdgeKind.COAUTHOR, Fact(FactType.JOINT_WORKS, count=3, first=2022, last=2024)),
    NodeKind.PAPER: (EdgeKind.AUTHORSHIP, Fact(FactType.WROTE, place=2, of=5, first=2023)),
    NodeKind.TOPIC: (EdgeKind.TOPIC, Fact(FactType.WORKS_ON, count=4, of=16)),
    NodeKind.INSTITUTION: (EdgeKind.INSTITUTION, Fact(FactType.AFFILIATED, count=4, first=2019, last=2024)),
}
FULL = {NodeKind.PERSON: 20, NodeKind.PAPER: 20, NodeKind.TOPIC: 12, NodeKind.INSTITUTION: 8}


def made_slice(seed: int = 1, *, sizes: dict[NodeKind, int] | None = None, subject: str = "person:" + encode_public_id(7)) -> SliceDocument:
    """A slice of so many of each kind, scattered by ``seed``; four fifths of them are joined to the subject, a few to each other."""
    chance = random.Random(seed)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for kind, count in (sizes or FULL).items():
        for number in range(count):
            away, turn = chance.choice((60, 100, 200, 220)), chance.uniform(0, math.tau)
            key = f"{kind}:{encode_public_id(1000 * (1 + list(NodeKind).index(kind)) + number)}"
            label = chance.choice(NAMES[kind])
            year = chance.randint(1999, 2026) if kind is NodeKind.PAPER else None
            nodes.append(Node(key, kind, label, label[:24], away * math.cos(turn), away * math.sin(turn), chance.random() / 9, year))
            if chance.random() < 0.8:
                edges.append(Edge(subject, key, _FACTS[kind][0], round(chance.random(), 3), (_FACTS[kind][1],)))
    for _ in range(len(nodes)):
        a, b = sorted((chance.choice(nodes), chance.choice(nodes)), key=lambda node: node.key)
        if a.key != b.key:
            edges.append(Edge(a.key, b.key, EdgeKind.SIMILAR, 0.2, (Fact(FactType.CITED_TOGETHER, count=2),)))
    nodes.sort(key=lambda node: (-node.rank, node.key))
    head = Node(subject, NodeKind(subject.split(":", maxsplit=1)[0]), "Grace Farrowgate", "Grace Farrowgate", 0.0, 0.0, 1.0)
    return SliceDocument(subject, "2026-11-21T15:00:00+00:00", (head, *nodes), tuple(edges))
