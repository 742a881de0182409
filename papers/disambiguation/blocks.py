"""The blocks of a collection: which mentions are compared with which, and how their names agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from papers.disambiguation.collection import Collection
from papers.disambiguation.companies import companies
from papers.disambiguation.names import CODES, First, agreement
from papers.names import PersonName

NO_CODE = np.int8(127)  # above every agreement


Whole = NDArray[np.int64]
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Block:
    """Mentions that are compared with each other: ``rows`` of the collection, the number of each one's name among the block's distinct names
    (``local``), and how those agree (``codes``).

    ``company`` is the first place of those that are linked with each row by chains of shared co-authors, ``company_size`` how many they are;
    ``bearers`` how many mentions there are of each name.
    """

    rows: Whole
    local: Whole
    codes: Codes
    company: Whole
    company_size: Whole
    bearers: Whole

    @classmethod
    def of(cls, rows: Whole, local: Whole, codes: Codes, company: Whole) -> Block:
        """With what can be counted counted."""
        sizes = np.bincount(company, minlength=len(rows))
        return cls(rows, local, codes, company, sizes[company], np.bincount(local, minlength=len(codes)))

    def part(self, places: Whole) -> Block:
        """Some of its mentions, which know of the others only how many there are."""
        return Block(self.rows[places], self.local[places], self.codes, self.company[places], self.company_size[places], self.bearers)


class Bearer(NamedTuple):
    """A unit whose names contradict each other: the names, and how many mentions it has."""

    names: tuple[int, ...]
    mentions: int


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


def block_among(collection: Collection, rows: Whole, unit: Whole) -> Block:
    """These rows as one block."""
    distinct, local = np.unique(collection.arrays.name[rows], return_inverse=True)
    names = [collection.names[number] for number in distinct]
    local, codes, _ = with_aliases(local.astype(np.int64), codes_of(names), unit[rows])
    return Block.of(rows, local, codes, companies(collection.arrays, rows, local, codes))


def with_aliases(local: Whole, codes: Codes, unit: Whole) -> tuple[Whole, Codes, dict[int, Bearer]]:
    """Who was decided to bear several names answers to each of them: such a unit gets a name of its own that agrees with whatever one of
    its names agrees with. Also returns who they are.
    """
    aliases: dict[int, Bearer] = {}
    local, own = local.copy(), local
    for head in np.unique(unit[_contradicting(own, codes, unit, np.argsort(unit, kind="stable"))]):
        members = np.flatnonzero(unit == head)
        names = np.unique(own[members])
        best = np.where(codes[names] == 0, NO_CODE, codes[names]).min(axis=0)
        best = np.where(best == NO_CODE, np.int8(0), best)
        codes = np.block([[codes, best[:, None]], [best[None, :], np.full((1, 1), First.EQUAL * CODES, np.int8)]])
        local[members] = len(codes) - 1
        aliases[int(head)] = Bearer(tuple(names.tolist()), len(members))
    return local, codes, aliases


@njit(cache=True)
def _contradicting(local: Whole, codes: Codes, unit: Whole, order: Whole) -> NDArray[np.bool_]:
    """Which places stand in a unit with a name that contradicts theirs. ``order`` brings those of each unit together."""
    found = np.zeros(len(local), np.bool_)
    start = 0
    for at in range(1, len(order)):
        if unit[order[at]] != unit[order[start]]:
            start = at
        for before in range(start, at):
            found[order[at]] |= codes[local[order[at]], local[order[before]]] == 0
    return found


def codes_of(names: list[PersonName], known: Codes | None = None) -> Codes:
    """How each of the names agrees with each: see ``names.agreement``. ``known`` are the codes of the first of them."""
    codes = np.zeros((len(names), len(names)), np.int8)
    start = 0 if known is None else len(known)
    if known is not None:
        codes[:start, :start] = known
    for i, one in enumerate(names[start:], start):
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
