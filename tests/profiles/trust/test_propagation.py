"""Trust between people: what a ring cannot do, and updates that agree with starting over."""

from __future__ import annotations

import numpy as np
import pytest

from profiles.trust.propagation import (
    LEAST_OUT_WEIGHT,
    MOST_BY_OTHERS,
    NO_INSTITUTION,
    Edges,
    Flow,
    community,
    decay,
    propagate,
    transfer,
)
from tests.benchmarks.trust import Attack


def edges(*triples):
    source, target, weight = zip(*triples, strict=True) if triples else ((), (), ())
    return Edges(np.array(source, dtype=np.int64), np.array(target, dtype=np.int64), np.array(weight, dtype=np.float64))


def row(shares, person):
    start, end = shares.indptr[person], shares.indptr[person + 1]
    return dict(zip(shares.indices[start:end].tolist(), shares.data[start:end].tolist(), strict=True))


def points(z):
    """Points of N in the score."""
    return 20 * z / (z + 0.1)


def test_one_vouch_moves_at_most_a_tenth_of_the_vouchers_trust():
    levels = np.array([4, 2])
    shares = transfer(edges((0, 1, 1.0)), levels)

    assert shares[0, 1] == pytest.approx(1 / LEAST_OUT_WEIGHT)
    assert propagate(shares, np.array([1.0, 0.0]))[1] == pytest.approx(0.07)


def test_who_is_below_level_two_passes_nothing_on():
    shares = transfer(edges((0, 2, 1.0), (1, 2, 1.0)), np.array([1, 0, 3]))

    assert shares.nnz == 0


def test_a_pair_gives_at_most_two_and_nobody_gives_to_themselves():
    shares = transfer(edges((0, 1, 1.5), (0, 1, 1.5), (0, 0, 9.0)), np.array([3, 3]))

    assert shares[0, 1] == pytest.approx(0.2)
    assert shares[0, 0] == 0


def test_support_fades_by_half_in_two_years():
    assert decay(np.array([1.0]), np.array([2 * 365.25]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("institutions,most", [(0, 1.0), (1, 4.62), (4, 10.25), (20, 16.8)])
def test_a_ring_adds_what_its_honest_supporters_institutions_allow(institutions, most):
    """1,000 accounts at L2 in a ring that all support one, 100 vouches by seeds into the ring, and some directly for the target."""
    assert Attack(institutions).points() < most


def test_freezing_an_institution_undoes_its_share():
    # Frozen, its member shares the bucket of all others, which is as full as it gets already.
    assert Attack(4, frozen=0).points() == pytest.approx(Attack(3).points(), abs=0.5)
    assert Attack(4, frozen=0).points() < Attack(4).points()


def test_without_a_verified_institution_all_supporters_share_one_bucket():
    levels = np.full(101, 4)
    shares = transfer(edges(*[(supporter, 0, 1.0) for supporter in range(1, 101)]), levels)
    x = propagate(shares, np.ones(101))

    z = community(shares, x, levels, np.full(101, NO_INSTITUTION))

    assert z[0] == pytest.approx(MOST_BY_OTHERS)
    assert points(z[0]) < 1


def test_self_edges_change_nothing():
    levels = np.array([4, 3, 3])
    plain = edges((0, 1, 1.0), (1, 2, 1.0))
    vain = edges((0, 1, 1.0), (1, 2, 1.0), (2, 2, 50.0), (1, 1, 50.0))
    seeds = np.array([1.0, 0.0, 0.0])

    assert propagate(transfer(vain, levels), seeds).tolist() == propagate(transfer(plain, levels), seeds).tolist()


def test_updates_agree_with_starting_over(accept):
    random = np.random.default_rng(11)
    size, changes = (5_000, 10_000) if accept else (400, 300)
    levels = random.integers(0, 5, size)
    weights = {
        (int(a), int(b)): float(w)
        for a, b, w in zip(random.integers(0, size, size * 6), random.integers(0, size, size * 6), random.random(size * 6), strict=True)
    }
    seeds = (levels == 4).astype(float)
    institutions = random.integers(-1, 60, size)

    def shares_now():
        return transfer(edges(*[(a, b, w) for (a, b), w in weights.items()]), levels)

    shares = shares_now()
    x = propagate(shares, seeds)
    flow = Flow(x_of=lambda person: float(x[person]), shares_of=lambda person: row(shares, person))
    touched = set()
    for _ in range(changes):
        pair = (int(random.integers(size)), int(random.integers(size)))
        weights[pair] = float(random.random() * 2)
        touched.add(pair[0])
    after = shares_now()
    for person in touched:
        flow.change(person, row(after, person))
    flow.push()
    kept_up = x.copy()
    for person, there in flow.x.items():
        kept_up[person] = there

    full = propagate(after, seeds)
    assert np.abs(kept_up - full).max() < 1e-3
    incremental = 20 * (z := community(after, kept_up, levels, institutions)) / (z + 0.1)
    from_scratch = 20 * (z := community(after, full, levels, institutions)) / (z + 0.1)
    assert np.abs(incremental - from_scratch).max() < 0.05
