"""Which lines can be followed from one end to the other, once everything has its place."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from papers.graph.document import Edge
from papers.graph.drawing.boxes import Box, crossed
from papers.graph.drawing.choosing import works_behind
from papers.graph.drawing.scene import Drawn, Scene

CLEAR: Final = 6.0  # between a line and what it does not join
_SPARE_PER_NODE: Final = 0.7  # lines between neighbours, of all
_SPARE_AT_ONE: Final = 3  # … and at one node
_PARALLEL: Final = math.radians(9)  # two lines from one node that are closer look like one


@dataclass(frozen=True, slots=True)
class Placed:
    """A node in its place: its middle, the box of its shape, the box of its label and the side on which that stands."""

    drawn: Drawn
    x: float
    y: float
    shape: Box
    label: Box
    side: str


def lines_among(placed: Sequence[Placed], scene: Scene) -> list[Edge]:
    """The lines over what found a place: all that have to be there, and of the spare ones those that can be followed, the strongest first."""
    where = {one.drawn.node.key: one for one in placed}
    lines = [edge for edge in scene.edges if edge.a in where and edge.b in where]
    most = len(lines) + int(_SPARE_PER_NODE * len(placed))
    ends: dict[str, int] = {}
    for edge in scene.spare:
        if len(lines) >= most:
            break
        if not {edge.a, edge.b} <= where.keys() or max(ends.get(edge.a, 0), ends.get(edge.b, 0)) >= _SPARE_AT_ONE:
            continue
        if _can_be_followed(edge, where, lines):
            lines.append(edge)
            ends[edge.a], ends[edge.b] = ends.get(edge.a, 0) + 1, ends.get(edge.b, 0) + 1
    return lines


def _can_be_followed(edge: Edge, where: Mapping[str, Placed], lines: Sequence[Edge]) -> bool:
    """Whether the line runs over no label and near nothing that it does not join, and leaves its ends apart from the other lines there."""
    a, b = where[edge.a], where[edge.b]
    others = [one for key, one in where.items() if key not in {edge.a, edge.b}]
    boxes = (
        [one.shape.grown(1.5 * CLEAR) for one in others] + [one.label for one in others] + [end.label for end in (a, b) if end.drawn.radius]
    )
    if crossed(np.array([(a.x, a.y, b.x, b.y)]), np.array([box.row() for box in boxes]).reshape(-1, 4)).any():
        return False
    for end, far in ((a, b), (b, a)):
        mine = math.atan2(far.y - end.y, far.x - end.x)
        key = end.drawn.node.key
        for line in lines:
            if key in {line.a, line.b}:
                other = where[line.b if line.a == key else line.a]
                if abs(turned(mine, math.atan2(other.y - end.y, other.x - end.x))) < _PARALLEL:
                    return False
    return True


def in_order(lines: Sequence[Edge], shown: Collection[str]) -> tuple[Edge, ...]:
    """The lines between what is shown, thinnest first, as they are painted."""
    return tuple(
        sorted((edge for edge in lines if edge.a in shown and edge.b in shown), key=lambda edge: (works_behind(edge), edge.a, edge.b))
    )


def turned(start: float, end: float) -> float:
    """The shorter way round from one angle to another."""
    return (end - start + math.pi) % math.tau - math.pi
