"""Average linkage under constraints. Compiled.

Units are what stays together in any case: single mentions, groups that somebody decided, clusters known before. Two
units join while the mean probability over all pairs of their mentions is the largest there is and at least the cut. A pair
that must stay apart keeps everything apart that it is merged into. With nearest-neighbour chains (Murtagh 1983) this takes n² steps
for n units and gives the same joins as looking for the best pair each time.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from papers.disambiguation.collection import Arrays
from papers.disambiguation.outcomes import WEAK
from papers.disambiguation.pairs import compare

FREE, SAME_WORK, FORBIDDEN = 0, 1, 2  # why two units may not join: nothing, a work with both, a decision

Bytes = NDArray[np.int8]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@njit(cache=True)
def probability(
    arrays: Arrays, one: int, other: int, code: int, apart: tuple[int, int], weights: Real, bounds: Real, features: Real
) -> float:
    """That two mentions are one person's. ``bounds`` are the probabilities of the same and of different identifiers."""
    same, different = False, False
    for scheme in range(arrays.ids.shape[1]):
        mine, theirs = arrays.ids[one, scheme], arrays.ids[other, scheme]
        if mine != 0 and theirs != 0:
            same |= mine == theirs
            different |= mine != theirs
    if same:
        return float(bounds[0])
    if code == 0:
        return 0.0
    compare(arrays, one, other, code, apart, features)
    found = 1 / (1 + np.exp(-np.dot(features, weights)))
    return float(min(found, bounds[1]) if different else found)


@njit(cache=True)
def similarities(
    arrays: Arrays,
    rows: Whole,
    names: tuple[Whole, Bytes],
    companies: tuple[Whole, Whole],
    unit: Whole,
    known: Bytes,
    weights: Real,
    bounds: Real,
) -> tuple[Real, Bytes, Real, Whole]:
    """For the units of a block: the mean probability between two of them, why they may not join, the sum of it inside each, and each one's company.

    ``names`` are the block's ``local`` and ``codes``, ``companies`` its ``company`` and ``company_size``. Between two ``known`` units nothing is
    computed: they stay as they are.
    """
    local, codes = names
    company, members = companies
    count = len(known)
    total = np.zeros((count, count))
    barred = np.zeros((count, count), np.int8)
    inside = np.zeros(count)
    size = np.bincount(unit, minlength=count)
    home = np.empty(count, np.int64)
    home[unit[::-1]] = company[::-1]  # of its first mention
    features = np.zeros(len(weights))
    for i in range(len(rows)):
        for j in range(i):
            here, there = unit[i], unit[j]
            if known[here] and known[there]:
                continue
            if arrays.work[rows[i]] == arrays.work[rows[j]]:
                barred[here, there] |= SAME_WORK
                continue
            if arrays.orcid[rows[i]] != 0 and arrays.orcid[rows[j]] != 0 and arrays.orcid[rows[i]] != arrays.orcid[rows[j]]:
                barred[here, there] |= FORBIDDEN
            apart = (0, 0) if company[i] == company[j] else (members[i], members[j])
            found = probability(arrays, rows[i], rows[j], codes[local[i], local[j]], apart, weights, bounds, features)
            if here == there:
                inside[here] += found
            else:
                total[here, there] += found
    for here in range(count):
        for there in range(here):
            mean = (total[here, there] + total[there, here]) / (size[here] * size[there])
            total[here, there] = total[there, here] = mean
            why = barred[here, there] | barred[there, here]
            barred[here, there] = barred[there, here] = FORBIDDEN if known[here] and known[there] else why
    return total, barred, inside, home


@njit(cache=True)
def join(here: int, there: int, mean: Real, barred: Bytes, inside: Real, size: Whole, ended: Whole) -> None:
    """Put ``here`` into ``there``. Means towards what is gone already are nobody's concern any more."""
    inside[there] += inside[here] + mean[here, there] * size[here] * size[there]
    together = size[here] + size[there]
    for other in range(len(size)):
        if other not in (here, there):
            value = (mean[here, other] * size[here] + mean[there, other] * size[there]) / together
            mean[there, other] = mean[other, there] = value
            why = barred[here, other] | barred[there, other]
            barred[there, other] = barred[other, there] = why
        if ended[other] == here:
            ended[other] = there
    size[there] = together


@njit(cache=True)
def link(mean: Real, barred: Bytes, inside: Real, size: Whole, home: Whole, cut: float) -> tuple[Whole, Real, Whole]:
    """Join units in place. Returns for each unit the one it ended in, for each the least sure join on its way there (1 without any), and how many
    mentions the smaller sides had of weak joins between different companies.

    ``mean``, ``barred``, ``inside``, ``size`` and ``home``, the company of most of its mentions, are those of what is left afterwards, at the places that are returned.
    """
    count = len(size)
    ended = np.arange(count)
    alive = np.ones(count, np.bool_)
    weakest = np.ones(count)
    doubtful = np.zeros(count, np.int64)
    chain = np.empty(count + 1, np.int64)
    length, unseen = 0, 0
    finished = np.zeros(count, np.bool_)
    while True:
        if length == 0:
            while unseen < count and (finished[unseen] or not alive[unseen]):
                unseen += 1
            if unseen == count:
                break
            chain[0], length = unseen, 1
        here = chain[length - 1]
        before = chain[length - 2] if length > 1 else -1
        best, nearest = -1.0, -1
        for there in range(count):
            if alive[there] and there != here and barred[here, there] == FREE:
                found = mean[here, there]
                if found > best or (found == best and there == before):
                    best, nearest = found, there
        if nearest < 0 or best < cut:
            finished[here] = True
            length -= 1
        elif nearest == before:
            doubtful[before] += doubtful[here] + (min(size[here], size[before]) if best < WEAK and home[here] != home[before] else 0)
            home[before] = home[here] if size[here] > size[before] else home[before]
            join(here, before, mean, barred, inside, size, ended)
            alive[here] = False
            weakest[before] = min(weakest[here], weakest[before], best)
            length -= 2
        else:
            chain[length] = nearest
            length += 1
    return ended, weakest, doubtful
