"""How close two people work together, from their joint works."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

MOST_AUTHORS = 30  # a longer list says little about any two people on it
LEAST_JOINT_WORKS = 2
WINDOW = 10  # calendar years, this one included, in which those joint works must lie
LEAST_STRENGTH = 0.35
DECAY = 6.0  # years in which a joint work loses its weight by a factor of e


class JointWork(NamedTuple):
    """A work of two people: its year, and how many authors it has with them (2 or more)."""

    year: int
    authors: int


def strength(joint: Iterable[JointWork], *, year: int) -> float:
    """The strength of a collaboration as of ``year``: 0 for none, towards 1.

    ``1 - exp(-sum over joint works of exp(-age / 6) / sqrt(authors - 1))``. Works of more than 30 authors do not
    count; a work dated later than ``year`` counts as new. The same for any order of the works.
    """
    return -math.expm1(-math.fsum(_weight(work, year) for work in joint if work.authors <= MOST_AUTHORS))


def is_close(joint: Iterable[JointWork], *, year: int) -> bool:
    """Whether two people are close collaborators: two joint works in ten years, of at most 30 authors, and a strength of .35."""
    counted = [work for work in joint if work.authors <= MOST_AUTHORS]
    recent = sum(1 for work in counted if work.year > year - WINDOW)
    return recent >= LEAST_JOINT_WORKS and strength(counted, year=year) >= LEAST_STRENGTH


def _weight(work: JointWork, year: int) -> float:
    age = max(0, year - work.year)
    return math.exp(-age / DECAY) / math.sqrt(max(work.authors, 2) - 1)
