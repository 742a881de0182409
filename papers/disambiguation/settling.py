"""One block into clusters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from papers.disambiguation.blocks import Block, block_among
from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions
from papers.disambiguation.linkage import FORBIDDEN, FREE, SAME_WORK, join, link, similarities
from papers.disambiguation.model import PairModel
from papers.disambiguation.outcomes import WEAK

SURE = 0.8  # two clusters this near that share a work: its list of authors names one person twice
UNSURE = 0.35  # from this probability on a pair of clusters is one for people to review
FEW, NEARLY_ALL = (
    5,
    0.8,
)  # mentions of a cluster, and its share of all that a name could mean, from which it is that of the name's one bearer

Whole = NDArray[np.int64]


@dataclass(slots=True)
class Gathered:
    """A cluster on its way: its rows, the summed probability inside, its least sure join, how many mentions joined weakly, and how near the nearest other one is."""

    rows: list[int]
    inside: float = 0.0
    weakest: float = 1.0
    rival: float = 0.0
    doubtful: int = 0


@dataclass(slots=True)
class Settled:
    """What came of a block. ``unsure`` are pairs of clusters by their places in ``clusters``, with the probability."""

    clusters: list[Gathered] = field(default_factory=list)
    unsure: list[tuple[int, int, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Linked:
    """Units after linking, at the places that are left."""

    unit: Whole
    ended: Whole
    weakest: NDArray[np.float64]
    doubtful: Whole
    mean: NDArray[np.float64]
    barred: NDArray[np.int8]
    inside: NDArray[np.float64]
    size: Whole
    home: Whole


def settle(collection: Collection, block: Block, decided: Decisions, model: PairModel, free: Whole | None = None) -> Settled:
    """Cluster one block. Where ``free`` names rows, all other units stay as they are and only take these in.

    A list of authors that names one person twice would keep two halves of a person apart for ever: the second naming is left alone then.
    """
    alone: list[int] = []
    while True:
        linked = _linked(collection, block, decided, model, free)
        doubled = _named_twice(collection, block, linked, decided) if free is None else []
        if not doubled:
            break
        alone += doubled
        block = block_among(collection, np.setdiff1d(block.rows, doubled), decided.unit)
    settled = _told(block, linked)
    settled.clusters += [Gathered([row]) for row in alone]
    return settled


def _linked(collection: Collection, block: Block, decided: Decisions, model: PairModel, free: Whole | None) -> _Linked:
    heads, unit = np.unique(decided.unit[block.rows], return_inverse=True)
    fixed = np.zeros(len(heads), np.int8) if free is None else (~np.isin(heads, free)).astype(np.int8)
    bounds = np.asarray([model.same_id, model.different_id])
    names, companies = (block.local, block.codes), (block.company, block.company_size)
    mean, barred, inside, home = similarities(collection.arrays, block.rows, names, companies, unit, fixed, model.weights, bounds)
    if decided.apart or decided.person:
        _keep_apart(barred, heads, decided)
    size = np.bincount(unit, minlength=len(heads)).astype(np.int64)
    ended, weakest, doubtful = link(mean, barred, inside, size, home, model.cut)
    linked = _Linked(unit, ended, weakest, doubtful, mean, barred, inside, size, home)
    _join_to_the_one_bearer(block, linked, model)
    return linked


def _join_to_the_one_bearer(block: Block, linked: _Linked, model: PairModel) -> None:
    """Where one cluster has nearly all mentions that a name could mean, less is asked of the few others: a second bearer is not likely."""
    while True:
        left = np.unique(linked.ended)
        size = linked.size[left]
        mean = np.where(linked.barred[np.ix_(left, left)] == FREE, linked.mean[np.ix_(left, left)], 0.0)
        np.fill_diagonal(mean, 0.0)
        mean[linked.size[left] < FEW, :] = 0.0
        if mean.max(initial=0.0) < model.cut_with_one_bearer:
            return
        for place in np.argsort(-mean, axis=None, kind="stable"):
            large, small = divmod(int(place), len(left))
            if mean[large, small] < model.cut_with_one_bearer:
                return
            if size[large] >= size[small] and _has_nearly_all(block, linked, int(left[large]), int(left[small])):
                if mean[large, small] < WEAK and linked.home[left[large]] != linked.home[left[small]]:
                    linked.doubtful[left[large]] += size[small]
                linked.doubtful[left[large]] += linked.doubtful[left[small]]
                join(int(left[small]), int(left[large]), linked.mean, linked.barred, linked.inside, linked.size, linked.ended)
                linked.weakest[left[large]] = min(mean[large, small], linked.weakest[left[large]], linked.weakest[left[small]])
                break
        else:
            return


def _has_nearly_all(block: Block, linked: _Linked, large: int, small: int) -> bool:
    """Whether the large cluster has most mentions that can bear any name of the small one, the small one aside."""
    ended = linked.ended[linked.unit]
    names = np.unique(block.local[ended == small])
    able = (block.codes[names] != 0).any(axis=0)
    return bool(able[block.local[ended == large]].sum() >= NEARLY_ALL * block.bearers[able].sum())


def _keep_apart(barred: NDArray[np.int8], heads: Whole, decided: Decisions) -> None:
    place = {int(head): number for number, head in enumerate(heads)}
    for head, number in place.items():
        for other in decided.apart.get(head, ()):
            if other in place:
                barred[number, place[other]] = barred[place[other], number] = FORBIDDEN
    named = [(number, decided.person[head]) for head, number in place.items() if head in decided.person]
    for number, person in named:
        for other, another in named:
            if person != another:
                barred[number, other] = FORBIDDEN


def _named_twice(collection: Collection, block: Block, linked: _Linked, decided: Decisions) -> list[int]:
    """Rows that name a person a second time on one work, where two sure halves of this person are kept apart by nothing else."""
    left = np.unique(linked.ended)
    kept = (linked.barred[np.ix_(left, left)] == SAME_WORK) & (linked.mean[np.ix_(left, left)] >= SURE)
    found: set[int] = set()
    works = collection.arrays.work
    for here, there in np.argwhere(np.triu(kept, 1)):
        sides = [block.rows[linked.ended[linked.unit] == left[side]] for side in (here, there)]
        small, large = sorted(sides, key=lambda rows: (len(rows), int(rows[0])))
        twice = small[np.isin(works[small], works[large])]
        if len(small) > 1 and len(twice) <= max(1, len(small) // 5) and not any(_is_decided(int(row), decided) for row in twice):
            found.update(int(row) for row in twice)
    return sorted(found)


def _is_decided(row: int, decided: Decisions) -> bool:
    unit = int(decided.unit[row])
    return unit in decided.person or int((decided.unit == unit).sum()) > 1


def _told(block: Block, linked: _Linked) -> Settled:
    ended = linked.ended[linked.unit]
    left, number = np.unique(ended, return_inverse=True)
    mean = np.where(linked.barred[np.ix_(left, left)] == FREE, linked.mean[np.ix_(left, left)], 0.0)
    np.fill_diagonal(mean, 0.0)
    order = np.argsort(number, kind="stable")
    members = np.split(block.rows[order], np.flatnonzero(np.diff(number[order])) + 1)
    nearest = mean.max(axis=1)
    settled = Settled(
        [
            Gathered(rows.tolist(), float(linked.inside[place]), float(linked.weakest[place]), float(rival), int(linked.doubtful[place]))
            for rows, place, rival in zip(members, left, nearest, strict=True)
        ]
    )
    if nearest.max() >= UNSURE:
        pairs = np.argwhere(np.triu(mean, 1) >= UNSURE)
        settled.unsure = [(int(here), int(there), float(mean[here, there])) for here, there in pairs]
    return settled
