"""What a picture of a slice shows, before anything has its place: which nodes, with which labels, joined by which lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from papers.graph.document import Edge, Node, NodeKind, SliceDocument
from papers.graph.drawing.labels import Label, Line, one_line, shortened, wrapped
from papers.graph.words import short_fact

SIZE: Final = 12.0
FACT_SIZE: Final = 10.5
SUBJECT_SIZE: Final = 13.5
FEW: Final = 10
_LINES_PER_NODE: Final = 1.1  # of those that do not lead to the subject
Quotas = Mapping[NodeKind, int]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's frame: its name in the style sheet, its size, how many nodes of each kind, how wide a label's line may be."""

    name: str
    width: float
    height: float
    quotas: Quotas
    room: float
    facts: bool = True


def _quotas(people: int, papers: int, topics: int, institutions: int) -> Quotas:
    return MappingProxyType({NodeKind.PERSON: people, NodeKind.PAPER: papers, NodeKind.TOPIC: topics, NodeKind.INSTITUTION: institutions})


WIDE: Final = Canvas("wide", 800, 470, _quotas(12, 6, 6, 3), 150)
NARROW: Final = Canvas("narrow", 340, 430, _quotas(6, 2, 4, 2), 118)
WIDE_PAPER: Final = Canvas("wide", 800, 470, _quotas(6, 12, 4, 2), 150)
NARROW_PAPER: Final = Canvas("narrow", 340, 430, _quotas(3, 6, 2, 1), 118)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A node to be placed: its label, and its radius (for a topic 0: the label is the node)."""

    node: Node
    label: Label
    radius: float
    is_subject: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Nodes, the subject first, then what is joined to it most; and the lines between them, weakest first, as they are painted."""

    nodes: tuple[Drawn, ...]
    edges: tuple[Edge, ...]
    left_out: int


def canvases_for(document: SliceDocument) -> tuple[Canvas, Canvas]:
    """The wide and the narrow picture of a slice: around a paper stand papers, around all else people; where little is known, less high."""
    chosen = (WIDE_PAPER, NARROW_PAPER) if document.nodes[0].kind is NodeKind.PAPER else (WIDE, NARROW)
    if len(document.nodes) > FEW:
        return chosen
    wide, narrow = chosen
    return replace(wide, height=320), replace(narrow, height=340)


def scene_of(document: SliceDocument, canvas: Canvas) -> Scene:
    """What of the slice that canvas has room for. Same slice, same scene."""
    to_subject = {edge.b if edge.a == document.subject else edge.a: edge for edge in document.edges if document.subject in {edge.a, edge.b}}
    chosen = _chosen(document, canvas.quotas, to_subject)
    greatest = max((node.rank for node in chosen[1:]), default=1.0) or 1.0
    nodes = tuple(_drawn(node, to_subject.get(node.key), document.subject, canvas, greatest) for node in chosen)
    return Scene(nodes, _lines(document, {node.key for node in chosen}), len(document.nodes) - len(chosen))


def scene_among(nodes: Sequence[Node], edges: Sequence[Edge], subjects: Collection[str], canvas: Canvas) -> Scene:
    """The scene of chosen nodes of the explorer, those of ``subjects`` as subjects; the first node is one. What joins them to the first, where it is the
    only subject, stands beside them.
    """
    first = nodes[0].key
    shown = {node.key for node in nodes}
    to_first = {edge.b if edge.a == first else edge.a: edge for edge in edges if first in {edge.a, edge.b}} if len(subjects) == 1 else {}
    greatest = max((node.rank for node in nodes if node.key not in subjects), default=1.0) or 1.0
    drawn = tuple(
        _drawn(node, to_first.get(node.key), first, canvas, greatest, is_subject=node.key in subjects or node.key == first)
        for node in nodes
    )
    within = sorted((edge for edge in edges if edge.a in shown and edge.b in shown), key=lambda edge: (edge.weight, edge.a, edge.b))
    return Scene(drawn, tuple(within[-int(2.2 * len(nodes)) :]), 0)


def _chosen(document: SliceDocument, quotas: Quotas, to_subject: Mapping[str, Edge]) -> list[Node]:
    """The subject, and of each kind as many as there is room for: what is joined to it most comes first, then by rank.

    Rank alone prefers who is nowhere else; a reader looks for those with thirty joint papers. Nobody stands alone: what no line joins to what was
    chosen before gives its place to the next.
    """
    left = dict(quotas)
    first = {node.key: place for place, node in enumerate(document.nodes)}
    strength = {key: edge.weight for key, edge in to_subject.items()}
    beside: dict[str, set[str]] = {node.key: set() for node in document.nodes}
    for edge in document.edges:
        beside[edge.a].add(edge.b)
        beside[edge.b].add(edge.a)
    chosen = [node for node in document.nodes if node.key == document.subject]
    reached = {document.subject}
    waiting = sorted(document.nodes, key=lambda node: (-strength.get(node.key, 0.0), first[node.key]))
    while taken := [node for node in waiting if node.key not in reached and left[node.kind] > 0 and beside[node.key] & reached]:
        for node in taken:
            if left[node.kind] > 0:
                left[node.kind] -= 1
                chosen.append(node)
                reached.add(node.key)
    return chosen


def _lines(document: SliceDocument, shown: set[str]) -> tuple[Edge, ...]:
    within = sorted(
        (edge for edge in document.edges if edge.a in shown and edge.b in shown), key=lambda edge: (-edge.weight, edge.a, edge.b)
    )
    own = [edge for edge in within if document.subject in {edge.a, edge.b}]
    others = [edge for edge in within if document.subject not in {edge.a, edge.b}]
    loose = shown - {end for edge in own for end in (edge.a, edge.b)}
    kept = [edge for edge in others if edge.a in loose or edge.b in loose]  # what is not next to the subject shows why it is here
    kept += [edge for edge in others if edge not in kept][: max(0, int(len(shown) * _LINES_PER_NODE) - len(kept))]
    return tuple(sorted(kept, key=lambda edge: (edge.weight, edge.a, edge.b)) + own[::-1])


def _drawn(node: Node, edge: Edge | None, subject: str, canvas: Canvas, greatest: float, *, is_subject: bool = False) -> Drawn:
    name = one_line(node.label) or node.public_id
    if node.key == subject or is_subject:
        lines = [Line(text, SUBJECT_SIZE, bold=True) for text in wrapped(name, canvas.room * 1.35, SUBJECT_SIZE, 3, bold=True)]
        return Drawn(node, Label(tuple(lines)), 0.0 if node.kind is NodeKind.TOPIC else 13.0, is_subject=True)
    fact = fact_beside(node, edge, subject) if canvas.facts else ""
    texts = wrapped(name, canvas.room, SIZE, 2)
    lines = [Line(text, SIZE) for text in texts]
    if fact:
        lines.append(Line(shortened(fact, canvas.room, FACT_SIZE), FACT_SIZE, is_fact=True))
    share = (max(node.rank, 0.0) / greatest) ** 0.5
    sizes = {NodeKind.PERSON: 5.0 + 4.0 * share, NodeKind.PAPER: 5.5, NodeKind.TOPIC: 0.0, NodeKind.INSTITUTION: 7.0 + 2.0 * share}
    return Drawn(node, Label(tuple(lines)), round(sizes[node.kind], 1))


def fact_beside(node: Node, edge: Edge | None, subject: str) -> str:
    """The few words beside a node: what joins it to the subject, and a paper's year. May be ""."""
    stated = short_fact(edge.facts[0], from_a=edge.a == subject) if edge is not None and edge.facts else ""
    if node.kind is NodeKind.PAPER and node.year:
        return f"{stated} · {node.year}" if stated else str(node.year)
    return stated
