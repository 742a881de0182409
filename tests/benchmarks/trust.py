"""What a ring of accounts can do to the trust score, and how quickly trust is propagated. Pure computations, no servers."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from profiles.trust.formula import WEIGHT_N, Z_HALF
from profiles.trust.propagation import Edges, Floats, Ints, community, propagate, transfer
from tests.benchmarks.rows import Measured, at_most

RING, HONEST, INSTITUTIONS, DUPED_INTO_THE_RING = 1_000, 4_000, 200, 100
PEOPLE, SUPPORTS = 1_000_000, 5_000_000


@dataclass(frozen=True)
class Attack:
    """Accounts at L2 in a ring that all support the first of them; 100 honest L4 people vouch into the ring, and one member each of
    ``institutions`` vouches for the target directly."""

    institutions: int
    frozen: int | None = None

    def points(self) -> float:
        """What the target gains in points of the score. With ``frozen``, that institution no longer counts as verified."""
        levels, institutions = self._people()
        shares = transfer(self._edges(), levels)
        x = propagate(shares, (levels == 4).astype(np.float64))
        z = float(community(shares, x, levels, institutions)[0])
        return 100 * WEIGHT_N * z / (z + Z_HALF)

    def pagerank_gain(self) -> float:
        """By how many times its PageRank (damping .85) the target gains over an honest person's median."""
        edges = self._edges()
        size = RING + HONEST
        counted = sparse.csr_array((np.ones(len(edges.source)), (edges.source, edges.target)), shape=(size, size))
        out = np.maximum(np.asarray(counted.sum(axis=1)).ravel(), 1.0)
        flow = sparse.csr_array((sparse.diags_array(1.0 / out) @ counted).T)
        rank = np.full(size, 1.0 / size)
        for _ in range(60):
            rank = 0.15 / size + 0.85 * (flow @ rank)
        return float(rank[0] / np.median(rank[RING:]))

    def followers_gain(self) -> int:
        """How many followers the ring gives the target."""
        edges = self._edges()
        return int((edges.target == 0).sum())

    def _people(self) -> tuple[Ints, Ints]:
        levels = np.concatenate([np.full(RING, 2), np.full(HONEST, 4)])
        places = np.arange(HONEST) % INSTITUTIONS
        if self.frozen is not None:
            places = np.where(places == self.frozen, -1, places)
        return levels, np.concatenate([np.full(RING, INSTITUTIONS), places])

    def _edges(self) -> Edges:
        random = np.random.default_rng(3)
        members = np.arange(1, RING)
        honest = RING + np.arange(HONEST)
        duped = RING + np.arange(DUPED_INTO_THE_RING)
        direct = RING + INSTITUTIONS + np.arange(self.institutions)  # one of each of so many institutions
        source = np.concatenate([members, members, duped, direct, np.repeat(honest, 5)])
        target = np.concatenate(
            [
                np.zeros(RING - 1, dtype=np.int64),
                members % (RING - 1) + 1,
                random.integers(1, RING, DUPED_INTO_THE_RING),
                np.zeros(self.institutions, dtype=np.int64),
                RING + random.integers(0, HONEST, 5 * HONEST),
            ]
        )
        return Edges(source, target, np.ones(len(source)))


def measure() -> Iterator[Measured]:
    """The ring for 0, 1, 4 and 20 institutions that were duped, beside PageRank and followers; then a million people."""
    for institutions in (0, 1, 4, 20):
        attack = Attack(institutions)
        bar = 1.0 if institutions == 0 else None
        yield at_most(f"trust.ring.k{institutions}", attack.points(), "points", bar, "followers of the same", attack.followers_gain())
        yield at_most(f"trust.ring.k{institutions}.rank", attack.pagerank_gain(), "times", None, "median of honest PageRank", 1.0)
    whole = Attack(4).points()
    yield at_most("trust.ring.k4.freeze", Attack(4, frozen=0).points(), "points", whole - 1e-6, "before one was frozen", whole)
    yield from _a_million()


def _a_million() -> Iterator[Measured]:
    random = np.random.default_rng(5)
    levels = random.choice(5, PEOPLE, p=[0.5, 0.3, 0.15, 0.045, 0.005])
    edges = Edges(random.integers(0, PEOPLE, SUPPORTS), random.integers(0, PEOPLE, SUPPORTS), random.random(SUPPORTS))
    institutions: Ints = random.integers(-1, 20_000, PEOPLE)
    started = time.perf_counter()
    shares = transfer(edges, levels)
    built = time.perf_counter()
    x: Floats = propagate(shares, (levels == 4).astype(np.float64))
    community(shares, x, levels, institutions)
    done = time.perf_counter()
    yield at_most("trust.propagate", done - started, "s", 60, "building the matrix", built - started)
    yield at_most("trust.propagate.peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", 2048)
