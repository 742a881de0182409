"""Where everything stands: no label over another label or a node, none over the edge of the picture.

The stress layout gives directions and distances; the picture is filled by spreading both evenly, half way, so that neither
order is lost. Then the nodes are set one after the other, by rank: each takes, of some hundred places round where it belongs and
of the sides its label may stand on, the one nearest to its place that crosses the fewest lines and covers nothing. No line runs over or close
by a thing that it does not join, or it would seem to end there: what finds no such place is left to the table, and so is a line between
neighbours that cannot be followed. The same scene gives the same picture; n nodes cost about n numpy operations over a few hundred places.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from papers.graph.document import Edge
from papers.graph.drawing.boxes import Box, Boxes, Points, box_around, crossed, cuts, meeting
from papers.graph.drawing.following import CLEAR, Placed, in_order, lines_among, turned
from papers.graph.drawing.scene import Canvas, Drawn, Scene

EDGE: Final = 5.0  # to the border of the picture
GAP: Final = 4.0  # between a node and its label
PILL: Final = (8.0, 4.0)  # a topic's label is its node: the room around its words
_RINGS: Final = (0.0, 9.0, 18.0, 28.0, 40.0, 54.0, 70.0, 90.0, 114.0, 142.0, 175.0)
_FEW: Final = 10  # things: where fewer than these stand there is room, and each is looked a place for in all the picture
_STEP: Final = 16.0
_CROSSING: Final = 90.0  # a crossing is worth a way of so many units
_LOOKED_AT: Final = (60, 400)  # of the nearest free places, for their crossings; more where all of the first have some
_SIDES: Final = ("end", "start", "below", "above")  # label to the right, to the left, …
_SIDE_COST: Final = (0.0, 0.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """A slice drawn on a canvas, its lines thinnest first, as they are painted. ``left_out`` counts the slice's nodes that are not shown."""

    canvas: Canvas
    placed: tuple[Placed, ...]
    scene: Scene
    left_out: int
    lines: tuple[Edge, ...]


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
    for drawn, spot in list(zip(scene.nodes, wanted, strict=True))[1:] if scene.clear else []:
        places.settle_again(drawn, spot)
    for drawn, spot in zip(scene.nodes, wanted, strict=True):
        if len(places.placed) < _FEW and drawn.node.key not in places.placed:
            places.settle(drawn, spot, anywhere=True)
    standing = [places.placed[drawn.node.key] for drawn in scene.nodes if drawn.node.key in places.placed]
    lines = lines_among(standing, scene)
    placed = tuple(standing) if as_laid_out else _joined(standing, lines)
    shown = {one.drawn.node.key for one in placed}
    return Picture(canvas, placed, scene, scene.left_out + len(scene.nodes) - len(placed), in_order(lines, shown))


def _joined(placed: list[Placed], lines: list[Edge]) -> tuple[Placed, ...]:
    """What is joined to the subject over what found a place: a node whose only neighbour found none would hang in the air."""
    beside: dict[str, set[str]] = {one.drawn.node.key: set() for one in placed}
    for edge in lines:
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
        angle = angles[index] + 0.6 * turned(angles[index], even)
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


def _mean_turn(angles: list[float], around: list[float]) -> float:
    """By how much the even spread is turned so that it lies over the given angles best."""
    x = sum(math.cos(angle - place * math.tau) for angle, place in zip(angles, around, strict=True))
    y = sum(math.sin(angle - place * math.tau) for angle, place in zip(angles, around, strict=True))
    return math.atan2(y, x)


class _Places:
    """What stands already, and the best free place for what comes next."""

    def __init__(self, canvas: Canvas, scene: Scene) -> None:
        self.canvas = canvas
        self.placed: dict[str, Placed] = {}
        self._clear = scene.clear
        self._neighbours: dict[str, list[str]] = {}
        for edge in scene.edges:
            self._neighbours.setdefault(edge.a, []).append(edge.b)
            self._neighbours.setdefault(edge.b, []).append(edge.a)

    def settle_again(self, drawn: Drawn, wanted: tuple[float, float]) -> None:
        """Now that all stands: a better place for what lines run through or found none."""
        placed = self.placed.get(drawn.node.key)
        if placed is not None and not self._is_crossed(placed):
            return
        self.placed.pop(drawn.node.key, None)
        self.settle(drawn, wanted)
        if placed is not None:
            self.placed.setdefault(drawn.node.key, placed)

    def _is_crossed(self, placed: Placed) -> bool:
        at, shape, label = (np.array([row]) for row in ((placed.x, placed.y), placed.shape.row(), placed.label.row()))
        others = {key: one for key, one in self.placed.items() if one is not placed}
        return bool(self._crossings(placed.drawn, at, shape, label, others)[0] >= 1)

    def settle(self, drawn: Drawn, wanted: tuple[float, float], *, anywhere: bool = False) -> None:
        """Place a node near where it belongs, or ``anywhere``; leave it out where nothing is free."""
        is_first = not self.placed
        around = _all_over(self.canvas) if anywhere else _round_about(wanted)
        spots = np.array([wanted]) if is_first else around
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
        if self.placed:
            standing = np.array([box.row() for placed in self.placed.values() for box in (placed.shape, placed.label)])
            free &= ~(meeting(shapes, standing).any(axis=1) | meeting(labels, standing).any(axis=1))
        if self._clear:
            free &= self._clear_of_lines(drawn, shapes, free)
        if is_first and not free.any():
            free[:] = True  # a subject whose name is longer than the picture is wide stands all the same
        if not free.any():
            return
        shapes, labels, sides = shapes[free], labels[free], sides[free]
        middles = np.column_stack([(shapes[:, 0] + shapes[:, 2]) / 2, (shapes[:, 1] + shapes[:, 3]) / 2])
        cost = np.hypot(middles[:, 0] - wanted[0], middles[:, 1] - wanted[1])
        cost += np.array(_SIDE_COST)[sides] + self._outward(sides, wanted)
        nearest = np.argsort(np.round(cost, 3), kind="stable")
        for some in _LOOKED_AT:
            near = nearest[:some]
            crossings = self._crossings(drawn, middles[near], shapes[near], labels[near], self.placed)
            best = int(np.argmin(np.round(cost[near] + _CROSSING * crossings, 3)))
            if not crossings[best]:
                break
        self._keep(drawn, int(near[best]), middles, shapes, labels, sides)

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

    def _clear_of_lines(self, drawn: Drawn, shapes: Boxes, free: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Of the free places, those where no line would seem to end that does not, nor the node's own lines where they do not."""
        clear = np.zeros(len(shapes), dtype=np.bool_)
        spots, of = np.unique(shapes[free], axis=0, return_inverse=True)  # one spot has a place for each side of the label
        clear[free] = ~self._misread(drawn, spots)[of.reshape(-1)]
        return clear

    def _misread(self, drawn: Drawn, shapes: Boxes) -> npt.NDArray[np.bool_]:
        room = np.array([-CLEAR, -CLEAR, CLEAR, CLEAR])
        middles = np.column_stack([(shapes[:, 0] + shapes[:, 2]) / 2, (shapes[:, 1] + shapes[:, 3]) / 2])
        found = np.asarray(crossed(self._lines(self.placed), shapes + room).any(axis=0), dtype=np.bool_)
        for other, own in self._own_lines(drawn, middles, self.placed):
            third = np.array([placed.shape.row() for key, placed in self.placed.items() if key != other]).reshape(-1, 4)
            found |= crossed(own, third + room).any(axis=1)
        return found

    def _crossings(
        self, drawn: Drawn, middles: Points, shapes: Boxes, labels: Boxes, placed: Mapping[str, Placed]
    ) -> npt.NDArray[np.float64]:
        """For each place, how many lines run through the label, and how many labels, its own with them, the node's lines run through."""
        lines = self._lines(placed)
        found = crossed(lines, labels).sum(axis=0) + 0.5 * crossed(lines, shapes).sum(axis=0)
        for other, own in self._own_lines(drawn, middles, placed):
            standing = [
                one.label.row() for key, one in placed.items() if key != other or one.drawn.radius
            ]  # a topic's label is where its lines end
            found += crossed(own, np.array(standing).reshape(-1, 4)).sum(axis=1)
            if drawn.radius:
                found += cuts(own, labels)
        return np.asarray(found, dtype=np.float64)

    def _lines(self, placed: Mapping[str, Placed]) -> Boxes:
        """The lines between what stands, each as x, y to x, y."""
        pairs = [
            (one, placed[other])
            for key, one in placed.items()
            for other in self._neighbours.get(key, ())
            if other in placed and key < other
        ]
        return np.array([(one.x, one.y, other.x, other.y) for one, other in pairs]).reshape(-1, 4)

    def _own_lines(self, drawn: Drawn, middles: Points, placed: Mapping[str, Placed]) -> Iterator[tuple[str, Boxes]]:
        """For each neighbour that stands, the lines to it from all these places."""
        for other in self._neighbours.get(drawn.node.key, ()):
            if other in placed:
                yield other, np.hstack([middles, np.broadcast_to(np.array([placed[other].x, placed[other].y]), middles.shape)])

    def _keep(self, drawn: Drawn, best: int, middles: Points, shapes: Boxes, labels: Boxes, sides: npt.NDArray[np.int64]) -> None:
        x, y = (round(float(value), 1) for value in middles[best])
        shape, label = (Box(*(round(float(value), 1) for value in boxes[best])) for boxes in (shapes, labels))
        side = "middle" if drawn.radius == 0 else _SIDES[int(sides[best])]
        self.placed[drawn.node.key] = Placed(drawn, x, y, shape, label, side)


def _round_about(wanted: tuple[float, float]) -> Points:
    """The place itself and places on rings around it, nearest first."""
    spots = []
    for ring in _RINGS:
        count = 1 if ring == 0 else max(8, int(ring / 4))
        turns = np.arange(count) * (math.tau / count)
        spots.append(np.column_stack([wanted[0] + 1.25 * ring * np.cos(turns), wanted[1] + ring * np.sin(turns)]))
    return np.round(np.vstack(spots), 1)


def _all_over(canvas: Canvas) -> Points:
    """Places over the whole picture."""
    across, down = np.meshgrid(np.arange(_STEP, canvas.width, _STEP), np.arange(_STEP, canvas.height, _STEP))
    return np.column_stack([across.ravel(), down.ravel()]).astype(np.float64)


def _boxes(drawn: Drawn, spots: Points) -> tuple[Boxes, Boxes, npt.NDArray[np.int64]]:
    """For each spot and side: the box of the shape, the box of the label, the side."""
    x, y = spots[:, 0], spots[:, 1]
    width, height, r = drawn.label.width, drawn.label.height, drawn.radius
    if r == 0:
        shape = box_around(x, y, width / 2 + PILL[0], height / 2 + PILL[1])
        return shape, shape, np.zeros(len(spots), dtype=np.int64)
    shape = box_around(x, y, np.full_like(x, r), np.full_like(x, r))
    offsets = [
        (r + GAP + width / 2, 0.0),
        (-(r + GAP + width / 2), 0.0),
        (0.0, r + GAP / 2 + height / 2),
        (0.0, -(r + GAP / 2 + height / 2)),
    ]
    chosen = [2, 3] if drawn.is_subject else [0, 1, 2, 3]
    labels = np.vstack([box_around(x + offsets[side][0], y + offsets[side][1], width / 2, height / 2) for side in chosen])
    sides = np.repeat(np.array(chosen, dtype=np.int64), len(spots))
    return np.vstack([shape] * len(chosen)), labels, sides
