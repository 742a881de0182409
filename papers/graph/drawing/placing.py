"""Where everything stands: no label over another label or a node, none over the edge of the picture.

The stress layout gives directions and distances; the picture is filled by spreading both evenly, half way, so that neither
order is lost. Then the nodes are set one after the other, by rank: each takes, of some hundred places round where it belongs and
of the sides its label may stand on, the one nearest to its place that crosses the fewest lines and covers nothing. What finds no
place is left to the table. The same scene gives the same picture; n nodes cost about n numpy operations over a few hundred places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from papers.graph.drawing.scene import Canvas, Drawn, Scene

Boxes = npt.NDArray[np.float64]  # rows of left, top, right, bottom
Points = npt.NDArray[np.float64]

EDGE: Final = 5.0  # to the border of the picture
APART: Final = 4.0  # between one thing and the next
GAP: Final = 4.0  # between a node and its label
PILL: Final = (8.0, 4.0)  # a topic's label is its node: the room around its words
_RINGS: Final = (0.0, 9.0, 18.0, 28.0, 40.0, 54.0, 70.0, 90.0, 114.0, 142.0, 175.0)
_CROSSING: Final = 26.0  # a crossing is worth a way of so many units
_LOOKED_AT: Final = 90  # of the nearest free places, for their crossings
_UPRIGHT: Final = 1e-9  # a line that is not quite upright can be divided by
_SIDES: Final = ("end", "start", "below", "above")  # label to the right, to the left, …
_SIDE_COST: Final = (0.0, 0.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Placed:
    """A node in its place: its middle, the box of its shape, the box of its label and the side on which that stands."""

    drawn: Drawn
    x: float
    y: float
    shape: Box
    label: Box
    side: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A slice drawn on a canvas. ``left_out`` counts the slice's nodes that the picture does not show."""

    canvas: Canvas
    placed: tuple[Placed, ...]
    scene: Scene
    left_out: int


def picture_of(scene: Scene, canvas: Canvas, *, as_laid_out: bool = False) -> Picture:
    """Places for the scene's nodes; ``as_laid_out`` keeps the proportions of their coordinates, with no subject in the middle.

    Raises ``ValueError`` for a scene without a subject.
    """
    if not scene.nodes or not scene.nodes[0].is_subject:
        raise ValueError("a picture needs a subject")
    wanted = _fitted(scene, canvas) if as_laid_out else _wanted(scene, canvas)
    places = _Places(canvas, scene)
    for drawn, spot in zip(scene.nodes, wanted, strict=True):
        places.settle(drawn, spot)
    placed = tuple(places.placed) if as_laid_out else _joined(places.placed, scene)
    return Picture(canvas, placed, scene, scene.left_out + len(scene.nodes) - len(placed))


def _joined(placed: list[Placed], scene: Scene) -> tuple[Placed, ...]:
    """What is joined to the subject over what found a place: a node whose only neighbour found none would hang in the air."""
    beside: dict[str, set[str]] = {one.drawn.node.key: set() for one in placed}
    for edge in scene.edges:
        if edge.a in beside and edge.b in beside:
            beside[edge.a].add(edge.b)
            beside[edge.b].add(edge.a)
    reached, ahead = set(), [placed[0].drawn.node.key]
    while ahead:
        key = ahead.pop()
        reached.add(key)
        ahead += beside[key] - reached
    return tuple(one for one in placed if one.drawn.node.key in reached)


def _wanted(scene: Scene, canvas: Canvas) -> list[tuple[float, float]]:
    """Where each node belongs: the subject in the middle, the others around it on an ellipse-shaped disc, evenly spread half way."""
    middle = (canvas.width / 2, canvas.height / 2)
    subject, *others = (drawn.node for drawn in scene.nodes)
    if not others:
        return [middle]
    offsets = [(node.x - subject.x, node.y - subject.y) for node in others]
    far = [math.hypot(x, y) for x, y in offsets]
    angles = [math.atan2(y, x) % math.tau for x, y in offsets]
    longest = max(far) or 1.0
    keys = [node.key for node in others]
    outward = _even(far, keys)
    around = _even(angles, keys)
    turn = _mean_turn(angles, around)
    spots = [middle]
    for index in range(len(others)):
        radius = 0.42 + 0.58 * (0.7 * outward[index] + 0.3 * far[index] / longest)
        even = (around[index] * math.tau + turn) % math.tau
        angle = angles[index] + 0.6 * _turned(angles[index], even)
        spots.append(
            (
                middle[0] + radius * math.cos(angle) * (canvas.width / 2 - canvas.width * 0.09),
                middle[1] + radius * math.sin(angle) * (canvas.height / 2 - 24),
            )
        )
    return spots


def _fitted(scene: Scene, canvas: Canvas) -> list[tuple[float, float]]:
    """The nodes' coordinates, drawn together so that all lie on the canvas."""
    nodes = [drawn.node for drawn in scene.nodes]
    left, right = min(node.x for node in nodes), max(node.x for node in nodes)
    top, bottom = min(node.y for node in nodes), max(node.y for node in nodes)
    wide, high = canvas.width * 0.8, canvas.height * 0.86
    across, down = wide / ((right - left) or 1.0), high / ((bottom - top) or 1.0)
    middle = ((left + right) / 2, (top + bottom) / 2)
    return [(canvas.width / 2 + (node.x - middle[0]) * across, canvas.height / 2 + (node.y - middle[1]) * down) for node in nodes]


def _even(values: list[float], keys: list[str]) -> list[float]:
    """Each value's place among all, between 0 and 1."""
    order = sorted(range(len(values)), key=lambda index: (round(values[index], 3), keys[index]))
    even = [0.0] * len(values)
    for place, index in enumerate(order):
        even[index] = (place + 0.5) / len(values)
    return even


def _turned(start: float, end: float) -> float:
    """The shorter way round from one angle to another."""
    return (end - start + math.pi) % math.tau - math.pi


def _mean_turn(angles: list[float], around: list[float]) -> float:
    """By how much the even spread is turned so that it lies over the given angles best."""
    x = sum(math.cos(angle - place * math.tau) for angle, place in zip(angles, around, strict=True))
    y = sum(math.sin(angle - place * math.tau) for angle, place in zip(angles, around, strict=True))
    return math.atan2(y, x)


class _Places:
    """What stands already, and the best free place for what comes next."""

    def __init__(self, canvas: Canvas, scene: Scene) -> None:
        self.canvas = canvas
        self.placed: list[Placed] = []
        self._shapes: list[tuple[float, float, float, float]] = []
        self._labels: list[tuple[float, float, float, float]] = []
        self._lines: list[tuple[float, float, float, float]] = []
        self._at: dict[str, tuple[float, float]] = {}
        self._neighbours: dict[str, list[str]] = {}
        for edge in scene.edges:
            self._neighbours.setdefault(edge.a, []).append(edge.b)
            self._neighbours.setdefault(edge.b, []).append(edge.a)

    def settle(self, drawn: Drawn, wanted: tuple[float, float]) -> None:
        """Place a node, or leave it out where nothing is free."""
        is_first = not self.placed
        spots = np.array([wanted]) if is_first else _round_about(wanted)
        shapes, labels, sides = _boxes(drawn, spots)
        whole = np.column_stack(
            [
                np.minimum(shapes[:, 0], labels[:, 0]),
                np.minimum(shapes[:, 1], labels[:, 1]),
                np.maximum(shapes[:, 2], labels[:, 2]),
                np.maximum(shapes[:, 3], labels[:, 3]),
            ]
        )
        free = self._inside(whole)
        if self._labels:
            standing = np.array(self._shapes + self._labels)
            free &= ~(_meeting(shapes, standing).any(axis=1) | _meeting(labels, standing).any(axis=1))
        if is_first and not free.any():
            free[:] = True  # a subject whose name is longer than the picture is wide stands all the same
        if not free.any():
            return
        shapes, labels, sides = shapes[free], labels[free], sides[free]
        middles = np.column_stack([(shapes[:, 0] + shapes[:, 2]) / 2, (shapes[:, 1] + shapes[:, 3]) / 2])
        cost = np.hypot(middles[:, 0] - wanted[0], middles[:, 1] - wanted[1])
        cost += np.array(_SIDE_COST)[sides] + self._outward(sides, wanted)
        nearest = np.argsort(np.round(cost, 3), kind="stable")[:_LOOKED_AT]
        cost = cost[nearest] + _CROSSING * self._crossings(drawn, middles[nearest], shapes[nearest], labels[nearest])
        self._keep(drawn, int(nearest[np.argmin(np.round(cost, 3))]), middles, shapes, labels, sides)

    def _inside(self, whole: Boxes) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (
            (whole[:, 0] >= EDGE)
            & (whole[:, 1] >= EDGE)
            & (whole[:, 2] <= self.canvas.width - EDGE)
            & (whole[:, 3] <= self.canvas.height - EDGE)
        )
        return found

    def _outward(self, sides: npt.NDArray[np.int64], wanted: tuple[float, float]) -> npt.NDArray[np.float64]:
        """Labels stand on the side that looks away from the middle, where the lines are fewer."""
        right = wanted[0] >= self.canvas.width / 2
        wrong = 1 if right else 0
        return np.where(sides == wrong, 7.0, 0.0)

    def _crossings(self, drawn: Drawn, middles: Points, shapes: Boxes, labels: Boxes) -> npt.NDArray[np.float64]:
        """For each place, how many lines run through the label, and how many labels the node's own lines run through."""
        found = np.zeros(len(middles))
        if self._lines:
            lines = np.array(self._lines)
            found += _crossed(lines, labels).sum(axis=0)
            found += 0.5 * _crossed(lines, shapes).sum(axis=0)
        standing = np.array(self._labels) if self._labels else np.empty((0, 4))
        for other in self._neighbours.get(drawn.node.key, ()):
            if other in self._at and len(standing):
                ends = np.broadcast_to(np.array(self._at[other]), middles.shape)
                found += _crossed(np.hstack([middles, ends]), standing).sum(axis=1)
        return found

    def _keep(self, drawn: Drawn, best: int, middles: Points, shapes: Boxes, labels: Boxes, sides: npt.NDArray[np.int64]) -> None:
        x, y = (round(float(value), 1) for value in middles[best])
        shape, label = (Box(*(round(float(value), 1) for value in boxes[best])) for boxes in (shapes, labels))
        side = "middle" if drawn.radius == 0 else _SIDES[int(sides[best])]
        self.placed.append(Placed(drawn, x, y, shape, label, side))
        self._shapes.append((shape.left, shape.top, shape.right, shape.bottom))
        self._labels.append((label.left, label.top, label.right, label.bottom))
        self._at[drawn.node.key] = (x, y)
        for other in self._neighbours.get(drawn.node.key, ()):
            if other in self._at:
                self._lines.append((x, y, *self._at[other]))


def _round_about(wanted: tuple[float, float]) -> Points:
    """The place itself and places on rings around it, nearest first."""
    spots = []
    for ring in _RINGS:
        count = 1 if ring == 0 else max(8, int(ring / 4))
        turns = np.arange(count) * (math.tau / count)
        spots.append(np.column_stack([wanted[0] + 1.25 * ring * np.cos(turns), wanted[1] + ring * np.sin(turns)]))
    return np.round(np.vstack(spots), 1)


def _boxes(drawn: Drawn, spots: Points) -> tuple[Boxes, Boxes, npt.NDArray[np.int64]]:
    """For each spot and side: the box of the shape, the box of the label, the side."""
    x, y = spots[:, 0], spots[:, 1]
    width, height, r = drawn.label.width, drawn.label.height, drawn.radius
    if r == 0:
        shape = _box(x, y, width / 2 + PILL[0], height / 2 + PILL[1])
        return shape, shape, np.zeros(len(spots), dtype=np.int64)
    shape = _box(x, y, np.full_like(x, r), np.full_like(x, r))
    offsets = [
        (r + GAP + width / 2, 0.0),
        (-(r + GAP + width / 2), 0.0),
        (0.0, r + GAP / 2 + height / 2),
        (0.0, -(r + GAP / 2 + height / 2)),
    ]
    chosen = [2, 3] if drawn.is_subject else [0, 1, 2, 3]
    labels = np.vstack([_box(x + offsets[side][0], y + offsets[side][1], width / 2, height / 2) for side in chosen])
    sides = np.repeat(np.array(chosen, dtype=np.int64), len(spots))
    return np.vstack([shape] * len(chosen)), labels, sides


def _box(x: Points, y: Points, half_width: float | Points, half_height: float | Points) -> Boxes:
    return np.column_stack([x - half_width, y - half_height, x + half_width, y + half_height])


def _meeting(boxes: Boxes, others: Boxes) -> npt.NDArray[np.bool_]:
    """Whether box i comes nearer to other j than things may stand."""
    found: npt.NDArray[np.bool_] = (
        (boxes[:, None, 0] < others[None, :, 2] + APART)
        & (others[None, :, 0] < boxes[:, None, 2] + APART)
        & (boxes[:, None, 1] < others[None, :, 3] + APART / 2)
        & (others[None, :, 1] < boxes[:, None, 3] + APART / 2)
    )
    return found


def _crossed(lines: Boxes, boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Whether line i (x, y to x, y) runs through box j: the clipping of Liang and Barsky (1984)."""
    start = lines[:, None, :2]
    way = lines[:, None, 2:] - start
    way = np.where(np.abs(way) < _UPRIGHT, _UPRIGHT, way)
    near = (boxes[None, :, :2] - start) / way
    far = (boxes[None, :, 2:] - start) / way
    enters = np.minimum(near, far).max(axis=2)
    leaves = np.maximum(near, far).min(axis=2)
    found: npt.NDArray[np.bool_] = (enters < leaves) & (leaves > 0) & (enters < 1)
    return found
