"""Best paths from one person to another through people in between. Pure: who worked with whom comes in as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Final

MOST_PATHS: Final = 5


@dataclass(frozen=True, slots=True)
class Tie:
    """Two people who worked together: how strongly (0 to 1, ``papers.metrics.closeness``) and the works that say so, latest first."""

    a: int
    b: int
    strength: float
    works: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A way over its ties, in order, each turned so that it leads on; ``strength`` is the product of theirs."""

    ties: tuple[Tie, ...]

    @property
    def strength(self) -> float:
        return prod(tie.strength for tie in self.ties)

    @property
    def between(self) -> tuple[int, ...]:
        """Who stands between the two ends, in order."""
        return tuple(tie.b for tie in self.ties[:-1])


def best_paths(ties: Iterable[Tie], start: int, goal: int, *, most: int = MOST_PATHS) -> list[Path]:
    """The strongest ways from ``start`` to ``goal`` with one or two people in between, the strongest first, at most one for each first person.

    A direct tie is no path: nobody has to introduce them. Equal ones go by the people's keys, so the same ties give the same paths. Costs the
    number of ties times that of the neighbours of ``start``.
    """
    near: dict[int, dict[int, Tie]] = defaultdict(dict)
    for tie in ties:
        if tie.strength > 0 and tie.a != tie.b:
            near[tie.a][tie.b] = tie
            near[tie.b][tie.a] = Tie(tie.b, tie.a, tie.strength, tie.works)
    best: dict[int, Path] = {}
    for first, opening in near[start].items():
        if first == goal:
            continue
        ways = [Path((opening, near[first][goal]))] if goal in near[first] else []
        ways += [
            Path((opening, middle, near[second][goal]))
            for second, middle in near[first].items()
            if second not in {start, goal} and goal in near[second]
        ]
        if ways:
            best[first] = min(ways, key=_order)
    return sorted(best.values(), key=_order)[:most]


def _order(path: Path) -> tuple[float, int, tuple[int, ...]]:
    return (-path.strength, len(path.ties), path.between)
