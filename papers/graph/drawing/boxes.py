"""Rectangles and lines of a picture: what meets and what runs through what, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]  # rows of left, top, right, bottom
Points = npt.NDArray[np.float64]

APART: Final = 4.0  # between one thing and the next
_UPRIGHT: Final = 1e-9  # a line that is not quite upright can be divided by


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def grown(self, by: float) -> Box:
        """The same with so much more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def row(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (self.left, self.top, self.right, self.bottom)


def box_around(x: Points, y: Points, half_width: float | Points, half_height: float | Points) -> Boxes:
    """Boxes around these middles."""
    return np.column_stack([x - half_width, y - half_height, x + half_width, y + half_height])


def meeting(boxes: Boxes, others: Boxes) -> npt.NDArray[np.bool_]:
    """Whether box i comes nearer to other j than things may stand."""
    found: npt.NDArray[np.bool_] = (
        (boxes[:, None, 0] < others[None, :, 2] + APART)
        & (others[None, :, 0] < boxes[:, None, 2] + APART)
        & (boxes[:, None, 1] < others[None, :, 3] + APART / 2)
        & (others[None, :, 1] < boxes[:, None, 3] + APART / 2)
    )
    return found


def crossed(lines: Boxes, boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Whether line i (x, y to x, y) runs through box j."""
    return cuts(lines[:, None], boxes[None])


def cuts(lines: npt.NDArray[np.float64], boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether each line runs through the box of the same place, broadcast: the clipping of Liang and Barsky (1984)."""
    enters, leaves = _within(lines[..., 0], lines[..., 2], boxes[..., 0], boxes[..., 2])
    enters_down, leaves_down = _within(lines[..., 1], lines[..., 3], boxes[..., 1], boxes[..., 3])
    np.maximum(enters, enters_down, out=enters)
    np.minimum(leaves, leaves_down, out=leaves)
    found: npt.NDArray[np.bool_] = (enters < leaves) & (leaves > 0) & (enters < 1)
    return found


def _within(start: Points, end: Points, least: Points, most: Points) -> tuple[Points, Points]:
    """Between which shares of its way a line is within bounds of one coordinate."""
    way = end - start
    way = np.where(np.abs(way) < _UPRIGHT, _UPRIGHT, way)
    one, other = (least - start) / way, (most - start) / way
    return np.minimum(one, other), np.maximum(one, other)
