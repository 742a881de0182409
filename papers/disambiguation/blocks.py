"""The blocks of a collection: which mentions are compared with which, and how their names agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from papers.disambiguation.collection import Collection
from papers.disambiguation.names import CODES, First, agreement
from papers.names import PersonName

NO_CODE = np.int8(127)  # above every agreement


@dataclass(frozen=True, slots=True)
class Block:
    """Mentions that are compared with each other: ``rows`` of the collection, the number of each one's name among the block's distinct names
    (``local``), and how those agree (``codes``).
    """

    rows: NDArray[np.int64]
    local: NDArray[np.int64]
    codes: NDArray[np.int8]


def blocks_of(collection: Collection, unit: NDArray[np.int64]) -> Iterator[Block]:
    """The blocks with two or more mentions, in the order of their numbers. ``unit`` gives each row the first one of what was decided to stay
    together with it (itself where nothing was): where that has names of several blocks, they are one.
    """
    numbers = _joined(collection.arrays.block, unit)
    order = np.argsort(numbers, kind="stable")
    edges = np.flatnonzero(np.diff(numbers[order])) + 1
    for rows in np.split(order, edges):
        if len(rows) > 1:
            yield block_among(collection, rows.astype(np.int64), unit)


def _joined(block: NDArray[np.int32], unit: NDArray[np.int64]) -> NDArray[np.int64]:
    """The block of each row, the same for blocks that a decision joins."""
    linked = unit != np.arange(len(unit))
    if not linked.any():
        return block.astype(np.int64)
    size = int(block.max()) + 1
    joins = coo_array((np.ones(int(linked.sum())), (block[linked], block[unit[linked]])), shape=(size, size))
    _, number = connected_components(joins, directed=False)
    return np.asarray(number[block], np.int64)


def block_among(collection: Collection, rows: NDArray[np.int64], unit: NDArray[np.int64]) -> Block:
    """These rows as one block."""
    distinct, local = np.unique(collection.arrays.name[rows], return_inverse=True)
    names = [collection.names[number] for number in distinct]
    local, codes = _with_aliases(local.astype(np.int64), codes_of(names), unit[rows])
    return Block(rows, local, codes)


def _with_aliases(local: NDArray[np.int64], codes: NDArray[np.int8], unit: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Who was decided to bear several names answers to each of them: such a unit gets a name of its own that agrees with whatever one of
    its names agrees with.
    """
    heads, counts = np.unique(unit, return_counts=True)
    local = local.copy()
    for head in heads[counts > 1]:
        members = np.flatnonzero(unit == head)
        names = np.unique(local[members])
        if len(names) > 1 and not codes[np.ix_(names, names)].all():
            best = np.where(codes[names] == 0, NO_CODE, codes[names]).min(axis=0)
            best = np.where(best == NO_CODE, np.int8(0), best)
            codes = np.block([[codes, best[:, None]], [best[None, :], np.full((1, 1), First.EQUAL * CODES, np.int8)]])
            local[members] = len(codes) - 1
    return local, codes


def codes_of(names: list[PersonName]) -> NDArray[np.int8]:
    """How each of the names agrees with each: see ``names.agreement``."""
    codes = np.zeros((len(names), len(names)), np.int8)
    for i, one in enumerate(names):
        for j in range(i + 1):
            codes[i, j] = codes[j, i] = agreement_of(one, names[j])
    return codes


def agreement_of(one: PersonName, other: PersonName) -> int:
    """``names.agreement`` of two whole names, nicknames in brackets included."""
    if one.family != other.family:
        return 0  # brought together by a decision, not by their names
    found = agreement(one.given, other.given)
    if not found and (one.nicknames or other.nicknames) and (one.first in other.nicknames or other.first in one.nicknames):
        return First.SHORTENED * CODES
    return found
