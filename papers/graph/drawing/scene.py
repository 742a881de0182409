"""What a picture of a slice shows, before anything has its place: which nodes, with which labels, joined by which lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from papers.graph.document import Edge, Node, NodeKind, SliceDocument
from papers.graph.drawing.choosing import Quotas, joined_to_subject, lines_for, nodes_for
from papers.graph.drawing.labels import Label, Line, one_line, wrapped
from papers.graph.words import fact_over, short_fact

SIZE: Final = 12.0
FACT_SIZE: Final = 10.5
SUBJECT_SIZE: Final = 13.5
FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's frame: its name in the style sheet, its size, how many nodes of each kind, how wide a label's line may be."""

    name: str
    width: float
    height: float
    quotas: Quotas
    room: float
    facts: bool = True
    of: Quotas | None = None  # of the larger picture whose first it shows


def _quotas(people: int, papers: int, topics: int, institutions: int) -> Quotas:
    return MappingProxyType({NodeKind.PERSON: people, NodeKind.PAPER: papers, NodeKind.TOPIC: topics, NodeKind.INSTITUTION: institutions})


WIDE: Final = Canvas("wide", 800, 470, _quotas(12, 6, 6, 3), 150)
NARROW: Final = Canvas("narrow", 340, 460, _quotas(6, 2, 4, 2), 118, of=WIDE.quotas)
WIDE_PAPER: Final = Canvas("wide", 800, 470, _quotas(6, 12, 4, 2), 150)
NARROW_PAPER: Final = Canvas("narrow", 340, 460, _quotas(3, 6, 2, 1), 118, of=WIDE_PAPER.quotas)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A node to be placed: its label, and its radius (for a topic 0: the label is the node). ``is_own``: a line joins it to the subject."""

    node: Node
    label: Label
    radius: float
    is_subject: bool = False
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """Nodes, the subject first, then what is joined to it most; and the lines between them.

    ``edges`` are drawn in any case; ``spare``, strongest first, as far as they stay readable. ``clear``: no line of ``edges`` may run over what
    it does not join, even if that leaves a node to the table.
    """

    nodes: tuple[Drawn, ...]
    edges: tuple[Edge, ...]
    left_out: int
    spare: tuple[Edge, ...] = ()
    clear: bool = False


def canvases_for(document: SliceDocument) -> tuple[Canvas, Canvas]:
    """The wide and the narrow picture of a slice: around a paper stand papers, around all else people; where little is known, less high."""
    chosen = (WIDE_PAPER, NARROW_PAPER) if document.nodes[0].kind is NodeKind.PAPER else (WIDE, NARROW)
    if len(document.nodes) > FEW:
        return chosen
    wide, narrow = chosen
    return replace(wide, height=320), replace(narrow, height=340)


def scene_of(document: SliceDocument, canvas: Canvas) -> Scene:
    """What of the slice that canvas has room for. Same slice, same scene."""
    chosen = nodes_for(document, [canvas.of, canvas.quotas] if canvas.of else [canvas.quotas])
    greatest = max((node.rank for node in chosen[1:]), default=1.0) or 1.0
    needed, spare = lines_for(document, chosen)
    own = joined_to_subject(document)
    names = {node.key: one_line(node.short) for node in chosen}
    nodes = []
    for node in chosen:
        over = next((edge for edge in needed if node.key in {edge.a, edge.b}), None) if node.key not in own else None
        drawn = _drawn(node, own.get(node.key), document.subject, canvas, greatest, over="" if over is None else _over(node, over, names))
        nodes.append(replace(drawn, is_own=node.key in own or node.key == document.subject))
    return Scene(tuple(nodes), tuple(needed), len(document.nodes) - len(chosen), tuple(spare), clear=True)


def _over(node: Node, edge: Edge, names: Mapping[str, str]) -> str:
    """Why somebody or something is here that no line joins to the subject. May be ""."""
    if node.kind is NodeKind.PAPER or not edge.facts:
        return ""
    from_a = edge.b == node.key
    return fact_over(edge.facts[0], names[edge.a if from_a else edge.b], from_a=from_a)


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


def _drawn(
    node: Node, edge: Edge | None, subject: str, canvas: Canvas, greatest: float, *, is_subject: bool = False, over: str = ""
) -> Drawn:
    name = one_line(node.label) or node.public_id
    if node.key == subject or is_subject:
        whole = f"{name} ({node.year})" if node.kind is NodeKind.PAPER and node.year else name
        lines = [Line(text, SUBJECT_SIZE, bold=True) for text in wrapped(whole, canvas.room * 1.7, SUBJECT_SIZE, 3, bold=True)]
        return Drawn(node, Label(tuple(lines)), 0.0 if node.kind is NodeKind.TOPIC else 13.0, is_subject=True)
    texts = wrapped(name, canvas.room, SIZE, 3 if node.kind is NodeKind.INSTITUTION else 2)
    lines = [Line(text, SIZE) for text in texts]
    fact = (fact_beside(node, edge, subject) or over) if canvas.facts else ""
    if fact:
        lines += [Line(text, FACT_SIZE, is_fact=True) for text in wrapped(fact, canvas.room, FACT_SIZE, 2)]
    share = (max(node.rank, 0.0) / greatest) ** 0.5
    sizes = {NodeKind.PERSON: 5.0 + 4.0 * share, NodeKind.PAPER: 5.5, NodeKind.TOPIC: 0.0, NodeKind.INSTITUTION: 7.0 + 2.0 * share}
    return Drawn(node, Label(tuple(lines)), round(sizes[node.kind], 1))


def fact_beside(node: Node, edge: Edge | None, subject: str) -> str:
    """The few words beside a node: what joins it to the subject, and a paper's year. May be ""."""
    stated = short_fact(edge.facts[0], from_a=edge.a == subject) if edge is not None and edge.facts else ""
    if node.kind is NodeKind.PAPER and node.year:
        return f"{stated} · {node.year}" if stated else str(node.year)
    return stated
