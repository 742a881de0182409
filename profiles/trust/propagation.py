"""Trust that flows between people: propagation from seeds over a leaky graph, in full and after a few changes.

``x = seed + 0.7 C^T x`` with ``C_uv = g_u w_uv / max(sum_w_u, 10)``: who supports little passes on little, one vouch moves
at most a tenth of the voucher's trust. Pure: arrays and sparse matrices, no database.
After Kamvar et al. 2003 (EigenTrust), seeded as Cheng & Friedman 2005 show it must be; updates by residual push
after Andersen, Chung & Lang 2006.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse  # its loading takes a tenth of a process's start, and only a computation needs it

DAMPING = 0.7
LEAST_OUT_WEIGHT = 10.0
MOST_PER_PAIR = 2.0
GATES = np.array([0.0, 0.0, 0.5, 1.0, 1.0])  # g_u by level
HALF_LIFE_DAYS = 2 * 365.25
TOLERANCE = 1e-6

MOST_BY_ONE = 0.1 / 8
MOST_BY_INSTITUTION = 0.1 / 4
MOST_BY_OTHERS = 0.1 / 20
VERIFIED_FROM = 3  # the level from which a supporter's institution counts as verified
NO_INSTITUTION = -1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed support from ``source`` to ``target``, both numbers of people from 0 on, with its weight after decay."""

    source: Ints
    target: Ints
    weight: Floats


def decay(weight: Floats, age_in_days: Floats) -> Floats:
    """Weights after their age: half after two years since the latest event of the edge."""
    return weight * np.exp2(-age_in_days / HALF_LIFE_DAYS)


def transfer(edges: Edges, levels: Ints) -> sparse.csr_array:
    """C: what share of each person's trust goes to whom, n by n. Self-edges vanish, a pair's edges add up to at most 2."""
    return transfer_and_out(edges, levels)[0]


def transfer_and_out(edges: Edges, levels: Ints) -> tuple[sparse.csr_array, Floats]:
    """C, and the weight of all that each person gives, at least 10, by which it is divided."""
    from scipy import sparse

    size = len(levels)
    others = edges.source != edges.target
    weights = sparse.csr_array((edges.weight[others], (edges.source[others], edges.target[others])), shape=(size, size), dtype=np.float64)
    weights.sum_duplicates()
    np.minimum(weights.data, MOST_PER_PAIR, out=weights.data)
    out = np.maximum(np.asarray(weights.sum(axis=1)).ravel(), LEAST_OUT_WEIGHT)
    shares = sparse.csr_array(sparse.diags_array(GATES[levels] / out) @ weights)
    shares.eliminate_zeros()
    return shares, out


def propagate(shares: sparse.csr_array, seeds: Floats, tolerance: float = TOLERANCE) -> Floats:
    """x, by iteration until no component moves by more than ``tolerance``; the error shrinks by .7 each round, so at most about 40 rounds."""
    from scipy import sparse

    flow = sparse.csr_array(shares.T)
    x = seeds.astype(np.float64, copy=True)
    while True:
        following = seeds + DAMPING * (flow @ x)
        if np.abs(following - x).max(initial=0.0) <= tolerance * (1 - DAMPING):
            return following
        x = following


def community(shares: sparse.csr_array, x: Floats, levels: Ints, institutions: Ints) -> Floats:
    """What everybody receives, z: what supporters contribute, with caps for one supporter, one institution, and all others together.

    ``institutions`` gives each person's institution or ``NO_INSTITUTION``. It counts as verified only for supporters at L3 or
    above; everybody else shares the last bucket, so that no ring of unverified accounts can matter.
    """
    from scipy import sparse

    size = len(levels)
    edges = shares.tocoo()
    given = np.minimum(DAMPING * edges.data * x[edges.coords[0]], MOST_BY_ONE)
    source, target = edges.coords
    verified = (levels[source] >= VERIFIED_FROM) & (institutions[source] != NO_INSTITUTION)
    others = np.bincount(target[~verified], weights=given[~verified], minlength=size)
    z: Floats = np.minimum(others, MOST_BY_OTHERS)
    if verified.any():
        _numbers, place = np.unique(institutions[source[verified]], return_inverse=True)
        buckets = sparse.csr_array((given[verified], (target[verified], place)), shape=(size, int(place.max()) + 1))
        buckets.sum_duplicates()
        np.minimum(buckets.data, MOST_BY_INSTITUTION, out=buckets.data)
        z = z + np.asarray(buckets.sum(axis=1)).ravel()
    return z


@dataclass(slots=True)
class Flow:
    """A propagation that is kept up to date without looking at all of it.

    ``x_of`` and ``shares_of`` give what is stored of a person, ``expect`` is told who will be asked about next, all at once;
    ``x`` holds what was looked at or moved, ``residual`` what still has to be pushed.
    """

    x_of: Callable[[int], float]
    shares_of: Callable[[int], Mapping[int, float]]
    expect: Callable[[Collection[int]], object] = field(default=lambda _people: None)
    x: dict[int, float] = field(default_factory=dict)
    out: dict[int, Mapping[int, float]] = field(default_factory=dict)
    residual: dict[int, float] = field(default_factory=dict)

    def change(self, person: int, shares: Mapping[int, float], seed_change: float = 0.0) -> None:
        """Somebody's shares or seed have changed: ``r += 0.7 (C' - C)^T x``. Takes effect with ``push``."""
        before = self._shares(person)
        weight = DAMPING * self._x(person)
        for target in before.keys() | shares.keys():
            moved = weight * (shares.get(target, 0.0) - before.get(target, 0.0))
            if moved:
                self.residual[target] = self.residual.get(target, 0.0) + moved
        self.out[person] = shares
        if seed_change:
            self.residual[person] = self.residual.get(person, 0.0) + seed_change

    def push(self, tolerance: float = TOLERANCE) -> set[int]:
        """Push residuals on until none is above ``tolerance``; returns whose x has moved. Costs what has changed, not what there is."""
        waiting = [person for person, rest in self.residual.items() if abs(rest) > tolerance]
        moved: set[int] = set()
        while waiting:
            self.expect(waiting)
            following: list[int] = []
            for person in waiting:
                rest = self.residual.get(person, 0.0)
                if abs(rest) > tolerance:
                    self.residual[person] = 0.0
                    self.x[person] = self._x(person) + rest
                    moved.add(person)
                    following.extend(self._pass_on(person, rest, tolerance))
            waiting = following
        return moved

    def _x(self, person: int) -> float:
        if person not in self.x:
            self.x[person] = self.x_of(person)
        return self.x[person]

    def _shares(self, person: int) -> Mapping[int, float]:
        if person not in self.out:
            self.out[person] = self.shares_of(person)
        return self.out[person]

    def _pass_on(self, person: int, amount: float, tolerance: float) -> Iterable[int]:
        for target, share in self._shares(person).items():
            before = self.residual.get(target, 0.0)
            after = before + DAMPING * share * amount
            self.residual[target] = after
            if abs(after) > tolerance >= abs(before):
                yield target
