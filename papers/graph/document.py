"""What a slice of the research graph is stored, served and drawn as.

Coordinates have the subject at (0, 0); ``HOP`` units lie between two things that are directly connected, at best, and y grows
downwards. ``rank`` is a node's share of the personalised PageRank (the subject's is 1), by which nodes are ordered: the subject
first, then the highest rank, then the key. Edges are ordered by their keys, and each carries at least one fact, which is
typed and holds no text, so that pages say it in the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

VERSION: Final = 1
HOP: Final = 100.0


class NodeKind(StrEnum):
    """What stands in the graph."""

    PERSON = "person"
    PAPER = "paper"
    TOPIC = "topic"
    INSTITUTION = "institution"


QUOTAS: Final[Mapping[NodeKind, int]] = {
    NodeKind.PERSON: 20,
    NodeKind.PAPER: 20,
    NodeKind.TOPIC: 12,
    NodeKind.INSTITUTION: 8,
}  # that a slice shows
COUPLED: Final = 8  # of the papers around a paper: kept for those that share references or citing works with it, where there are such


class EdgeKind(StrEnum):
    """What connects two nodes: the strongest reason, where there are several facts."""

    AUTHORSHIP = "authorship"  # a person wrote a paper
    TOPIC = "topic"  # a paper, a person's or an institution's works, are about a topic; two topics meet in works
    CITATION = "citation"  # a paper cites a paper; a person's works cite a paper, are cited by it, or cite a person's
    INSTITUTION = "institution"  # a person's works, or a paper, name an institution
    COAUTHOR = "coauthor"  # two people, or two institutions, have works together
    SIMILAR = "similar"  # two papers cite the same works, or are cited together


class FactType(StrEnum):
    """What a fact states about the edge from ``a`` to ``b``. ``works`` are public ids, newest first, the first few of ``count``."""

    JOINT_WORKS = "joint-works"  # a and b have ``count`` works together, ``first``-``last``
    WROTE = "wrote"  # person a wrote paper b in ``first``, as author ``place`` of ``of``
    ABOUT = "about"  # paper a is about topic b
    WORKS_ON = "works-on"  # ``count`` of the ``of`` works of person a, or works looked at of institution a, are about topic b
    MEETS = "meets"  # ``count`` of the ``of`` works looked at on topic a are about topic b as well
    WORKS_FROM = "works-from"  # ``count`` of the ``of`` works looked at on topic a name institution b
    CITES = "cites"  # paper a cites paper b, in ``first``
    WORKS_CITE = "works-cite"  # ``count`` works of person a cite paper b, or works of person b
    CITED_BY = "cited-by"  # ``count`` works of person a are cited by paper b
    AFFILIATED = "affiliated"  # ``count`` works of person a name institution b, ``first``-``last``
    NAMES = "names"  # paper a names institution b
    SHARED_REFERENCES = "shared-references"  # papers a and b both cite these ``count`` works; a cites ``of`` in all
    CITED_TOGETHER = "cited-together"  # ``count`` works cite both papers


@dataclass(frozen=True, slots=True)
class Fact:
    """One reason, as a type with figures. Years and counts are None where the type has none or they are not known."""

    type: FactType
    count: int | None = None
    of: int | None = None
    place: int | None = None
    first: int | None = None
    last: int | None = None
    works: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The fact as plain values, without what it does not state; years stand as "from" and "to"."""
        stated = {"count": self.count, "of": self.of, "place": self.place, "from": self.first, "to": self.last}
        found: dict[str, Any] = {"type": self.type.value} | {key: value for key, value in stated.items() if value is not None}
        return found | {"works": list(self.works)} if self.works else found

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Fact:
        """The fact that ``to_json`` wrote. Raises ``KeyError`` or ``ValueError`` for anything else."""
        return cls(
            type=FactType(given["type"]),
            count=given.get("count"),
            of=given.get("of"),
            place=given.get("place"),
            first=given.get("from"),
            last=given.get("to"),
            works=tuple(given.get("works", ())),
        )


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the picture. ``key`` is kind and public id ("person:2f7c…"), ``short`` a label of at most about 24 characters.

    ``label`` is clean text (a paper's may hold mathematics between dollar signs); ``year`` is a paper's. ``works`` counts all works of
    a person, a topic or an institution as of the building; for a paper it is None.
    """

    key: str
    kind: NodeKind
    label: str
    short: str
    x: float
    y: float
    rank: float
    year: int | None = None
    works: int | None = None

    @property
    def public_id(self) -> str:
        """What stands in the address of the node's page."""
        return self.key.partition(":")[2]

    def to_json(self) -> dict[str, Any]:
        """The node as plain values."""
        return {
            "key": self.key,
            "kind": self.kind.value,
            "label": self.label,
            "short": self.short,
            "x": self.x,
            "y": self.y,
            "rank": self.rank,
            "year": self.year,
            "works": self.works,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Node:
        """The node that ``to_json`` wrote. Raises ``KeyError`` or ``ValueError`` for anything else."""
        return cls(
            key=given["key"],
            kind=NodeKind(given["kind"]),
            label=given["label"],
            short=given["short"],
            x=float(given["x"]),
            y=float(given["y"]),
            rank=float(given["rank"]),
            year=given.get("year"),
            works=given.get("works"),
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection with its reasons. Its facts read from ``a`` to ``b``; ``weight`` (0 to 1) is for the thickness of a line."""

    a: str
    b: str
    kind: EdgeKind
    weight: float
    facts: tuple[Fact, ...]

    def to_json(self) -> dict[str, Any]:
        """The edge as plain values."""
        return {"a": self.a, "b": self.b, "kind": self.kind.value, "weight": self.weight, "facts": [fact.to_json() for fact in self.facts]}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Edge:
        """The edge that ``to_json`` wrote. Raises ``KeyError`` or ``ValueError`` for anything else."""
        return cls(
            a=given["a"],
            b=given["b"],
            kind=EdgeKind(given["kind"]),
            weight=float(given["weight"]),
            facts=tuple(Fact.from_json(fact) for fact in given["facts"]),
        )


class Scope(StrEnum):
    """How far a slice looks."""

    FULL = "full"  # ranked over the graph
    ONE_HOP = "one-hop"  # what is next to the subject, drawn at first sight while the full one waits its turn


@dataclass(frozen=True, slots=True)
class SliceDocument:
    """The ranked neighbourhood of one subject, which is its first node, with the time it was built (ISO 8601, UTC)."""

    subject: str
    built_at: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    scope: Scope = Scope.FULL

    def to_json(self) -> dict[str, Any]:
        """The document as plain values, ready for a JSON column."""
        return {
            "v": VERSION,
            "subject": self.subject,
            "built_at": self.built_at,
            "scope": self.scope.value,
            "nodes": [node.to_json() for node in self.nodes],
            "edges": [edge.to_json() for edge in self.edges],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> SliceDocument:
        """The document that ``to_json`` wrote. Raises ``ValueError`` or ``KeyError`` for anything else, another version included."""
        if given.get("v") != VERSION:
            raise ValueError(f"a slice of version {given.get('v')!r}, not {VERSION}")
        return cls(
            subject=given["subject"],
            built_at=given["built_at"],
            nodes=tuple(Node.from_json(node) for node in given["nodes"]),
            edges=tuple(Edge.from_json(edge) for edge in given["edges"]),
            scope=Scope(given.get("scope", Scope.FULL)),
        )

    def canonical(self) -> bytes:
        """The content as bytes, whenever it was built: the same input gives the same bytes."""
        content = self.to_json()
        del content["built_at"]
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
