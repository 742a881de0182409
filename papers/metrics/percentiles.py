"""Where a value stands among its peers: the mid-rank percentile, and how far it is drawn to the middle.

Among n peers, itself included, of which b are below and e are equal, a value stands at ``(b + e / 2) / n``. Ties share one
percentile, a value alone in its cell stands at .5, and the mean over a cell is .5 whatever its size. Mid-ranks for citation counts
after Leydesdorff & Bornmann 2011 and Schreiber 2013.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DECIMALS = 12  # figures are rounded there, so that two machines whose logarithms differ in the last bit store the same


class Ranks(NamedTuple):
    """For each value how many peers are below it, how many equal it (itself included), and how many there are."""

    below: Ints
    equal: Ints
    peers: Ints


def ranks_within(cells: Ints, values: Floats) -> Ranks:
    """The rank of each value among those of the same cell. Values must be numbers; O(n log n)."""
    return _ranks(cells, values, np.ones(len(values), dtype=np.int64))


def ranks_among(cells: Ints, values: Floats, peer_cells: Ints, peer_values: Floats, weights: Ints) -> Ranks:
    """The rank of each value among the peers of its cell, each peer standing for ``weights`` many. Zeros for a cell without peers.

    A value counts itself only where it is among the peers.
    """
    asked = len(cells)
    ranks = _ranks(np.r_[cells, peer_cells], np.r_[values, peer_values], np.r_[np.zeros(asked, dtype=np.int64), weights])
    return Ranks(*(column[:asked] for column in ranks))


def _ranks(cells: Ints, values: Floats, weights: Ints) -> Ranks:
    """The rank of every entry among all, an entry counting ``weights`` times: equal ones stand in one run, runs of a cell in one stretch."""
    order = np.lexsort((values, cells))
    new_cell = np.diff(cells[order], prepend=cells[order][:1] - 1) != 0
    new_run = new_cell | (np.diff(values[order], prepend=values[order][:1]) != 0)
    before = np.r_[0, np.cumsum(weights[order])]
    runs, stretches = np.flatnonzero(new_run), np.flatnonzero(new_cell)
    run, stretch = np.cumsum(new_run) - 1, np.cumsum(new_cell) - 1
    run_ends, stretch_ends = np.r_[runs[1:], len(order)], np.r_[stretches[1:], len(order)]
    found = np.empty((3, len(order)), dtype=np.int64)
    found[0, order] = before[runs[run]] - before[stretches[stretch]]
    found[1, order] = before[run_ends[run]] - before[runs[run]]
    found[2, order] = before[stretch_ends[stretch]] - before[stretches[stretch]]
    return Ranks(*found)


def mid_rank(below: Ints, equal: Ints, peers: Ints) -> Floats:
    """The mid-rank percentile, 0 to 1; NaN without peers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.round((below + 0.5 * equal) / peers, DECIMALS)


def shrunk_for_age(share: Floats, age: Ints | Floats) -> Floats:
    """``.5 + lambda (share - .5)`` with ``lambda = age / (age + 2)``: what is young is drawn to the middle, for its citations are yet to come."""
    return np.round(0.5 + age / (age + 2.0) * (share - 0.5), DECIMALS)
