"""Where the nodes of a slice stand: stress majorisation (Gansner, Koren, North 2004), the same for the same input, calm from one building to the next.

The subject stands at the origin and says least about where the others belong, as nearly all are its neighbours. So the others' wished distances
are their shortest paths without it, and their distance to it grows with their rank. Where coordinates of an earlier building are
given they are the start, and each node is held near its old place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from papers.graph.document import HOP

Matrix = npt.NDArray[np.float64]

STEPS: Final = 300
SETTLED: Final = 3e-5  # relative fall of the stress in a step, below which the picture stands
FARTHEST: Final = 3.0  # hops; what is not connected without the subject is wished this far apart
NEAREST_RING: Final = 0.9  # hops from the subject to the first in rank
FARTHEST_RING: Final = 2.2  # to the last
HOLD: Final = 0.3  # of a node's own stress weight: how firmly it is held to its old place
STILL: Final = 2.0  # units: where nothing would move farther, nothing moves
GOLDEN_ANGLE: Final = np.pi * (3 - np.sqrt(5))


def lay_out(
    keys: Sequence[str], edges: Sequence[tuple[str, str, float]], *, before: Mapping[str, tuple[float, float]] | None = None
) -> dict[str, tuple[float, float]]:
    """Coordinates by key, rounded to a tenth of a unit. The first key is the subject, the others stand in the order of rank.

    ``edges`` are (key, key, weight from 0 to 1); ``before`` are coordinates of an earlier picture. Cubic in the number of keys: about
    20 ms for sixty of them.
    """
    if not keys:
        return {}
    wished = _wished(keys, edges)
    held = np.array([key in before for key in keys]) if before else np.zeros(len(keys), dtype=bool)
    start = _start(keys, wished, before or {})
    found = _majorise(wished, start, held)
    found -= found[0]
    if not held[1:].any():
        found = _turned(found)
    if before and before.keys() == set(keys) and np.abs(found - np.array([before[key] for key in keys])).max() <= STILL:
        return {key: before[key] for key in keys}
    rounded = np.round(found, 1) + 0.0  # no negative zeros
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, rounded, strict=True)}


def radius(coordinates: Mapping[str, tuple[float, float]]) -> float:
    """How far from the subject the farthest node stands."""
    return max((float(np.hypot(x, y)) for x, y in coordinates.values()), default=0.0)


def _wished(keys: Sequence[str], edges: Sequence[tuple[str, str, float]]) -> Matrix:
    """Wished distances in units, symmetric."""
    number = {key: place for place, key in enumerate(keys)}
    size = len(keys)
    hops = np.full((size, size), np.inf)
    np.fill_diagonal(hops, 0.0)
    for a, b, weight in edges:
        i, j = number[a], number[b]
        if i and j and i != j:
            hops[i, j] = hops[j, i] = min(hops[i, j], 1.0 - 0.4 * weight)
    for through in range(1, size):
        np.minimum(hops, hops[:, through, None] + hops[through], out=hops)
    hops = np.minimum(hops, FARTHEST)
    ring = NEAREST_RING + (FARTHEST_RING - NEAREST_RING) * np.sqrt(np.arange(size - 1) / max(1, size - 1))
    hops[0, 1:] = hops[1:, 0] = ring
    wished: Matrix = hops * HOP
    return wished


def _start(keys: Sequence[str], wished: Matrix, before: Mapping[str, tuple[float, float]]) -> Matrix:
    """A place for each: the old one; beside its nearest placed neighbours; else on a spiral."""
    turns = np.arange(len(keys)) * GOLDEN_ANGLE
    places: Matrix = np.column_stack([np.cos(turns), np.sin(turns)]) * wished[0][:, None]
    known = [place for place, key in enumerate(keys) if key in before]
    if not known:
        return places
    for place in known:
        places[place] = before[keys[place]]
    others = [place for place in known if place] or known
    for place in (place for place, key in enumerate(keys) if key not in before):
        pull = 1.0 / np.maximum(wished[place, others], 1.0) ** 4
        beside = (pull[:, None] * places[others]).sum(axis=0) / pull.sum()
        places[place] = beside + 0.05 * places[place]  # those with the same neighbours do not start on one another
    places[0] = 0.0
    return places


def _majorise(wished: Matrix, places: Matrix, held: npt.NDArray[np.bool_]) -> Matrix:
    """Each step solves for the places that lower the stress for the present directions; the sum of all falls with every step."""
    size = len(places)
    if size == 1:
        return np.zeros((1, 2))
    weights = 1.0 / np.where(wished > 0, wished, 1.0) ** 2
    np.fill_diagonal(weights, 0.0)
    own = weights.sum(axis=1)
    hold = np.where(held, HOLD * own, 0.0)
    anchor = hold[:, None] * places
    laplacian = np.diag(own + hold) - weights
    if not held.any():
        laplacian += own.mean() / size  # pins the centre of mass, which stress leaves open
        anchor = np.zeros_like(places)
    inverse = np.linalg.inv(laplacian)
    goal = weights * wished
    constant = float((goal * wished).sum())
    last = np.inf
    for _ in range(STEPS):
        lengths = (places**2).sum(axis=1)
        squared = np.maximum(lengths[:, None] + lengths - 2.0 * (places @ places.T), 1e-12)
        pull = goal / np.sqrt(squared)
        stress = float((weights * squared).sum()) - 2.0 * float((pull * squared).sum()) + constant
        if last - stress <= SETTLED * last and np.isfinite(last):
            break
        last = stress
        places = inverse @ (pull.sum(axis=1)[:, None] * places - pull @ places + anchor)
    return places


def _turned(places: Matrix) -> Matrix:
    """A first picture turned so that it lies wide rather than high, its first node to the left of the subject: readers see one slice at a time, and screens are wide."""
    spread = places.T @ places
    _values, axes = np.linalg.eigh(spread)
    turned: Matrix = places @ axes[:, ::-1]
    signs = np.where(turned[1] > 0, -1.0, 1.0) if len(turned) > 1 else np.ones(2)
    return turned * signs
