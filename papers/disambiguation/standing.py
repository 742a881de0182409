"""A block that stays while mentions come: what was found out about those that are there is kept."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from papers.disambiguation.blocks import Bearer, Block, Codes, Whole, codes_of, with_aliases
from papers.disambiguation.collection import Arrays, Collection
from papers.disambiguation.companies import meet


class StandingBlock:
    """The rows of one block as they came, how their names agree, and which of them met. ``block`` gives what ``block_among`` would give for
    the same rows and units, in the order in which they came, for the price of what is new.

    Units only grow: a name that a unit once bore it bears for ever.
    """

    def __init__(self) -> None:
        self._rows = self._local = self._company = np.zeros(0, np.int64)
        self._names: dict[int, int] = {}
        self._codes: Codes = np.zeros((0, 0), np.int8)
        self._aliases: dict[int, Bearer] = {}

    def block(self, collection: Collection, rows: Whole, unit: Whole) -> Block:
        """The block, ``rows`` added, where ``unit`` gives every row of the collection its unit."""
        known = len(self._rows)
        self._add(collection, rows)
        local, codes, aliases = with_aliases(self._local, self._codes, unit[self._rows])
        fresh = np.arange(len(self._rows)) >= known
        changed = [head for head, bearer in aliases.items() if self._aliases.get(head) != bearer]
        if changed:
            fresh |= np.isin(unit[self._rows], changed)
        self._aliases = aliases
        meet(collection.arrays, self._rows, local, codes, self._company, fresh)
        return Block.of(self._rows, local, codes, self._company)

    def _add(self, collection: Collection, rows: Whole) -> None:
        before = len(self._rows)
        local = [self._names.setdefault(name, len(self._names)) for name in collection.arrays.name[rows].tolist()]
        self._local = np.concatenate([self._local, np.asarray(local, np.int64)])
        if len(self._names) > len(self._codes):
            self._codes = codes_of([collection.names[name] for name in self._names], self._codes)
        self._rows = np.concatenate([self._rows, rows])
        self._company = np.concatenate([self._company, np.arange(before, len(self._rows))])


def within_reach(arrays: Arrays, block: Block, unit: Whole, free: Whole) -> Block:
    """The part of a block that the ``free`` rows can be compared with: every unit (``unit`` by place) with a mention whose name agrees with one
    of theirs, or that has an identifier in common. Nothing else could join them, or keep them from joining.
    """
    asked = np.isin(block.rows, free)
    near = _comparable(arrays.ids, block.rows, block.local, block.codes, asked)
    if near.all():
        return block
    return block.part(np.flatnonzero(near | np.isin(unit, unit[near])))


@njit(cache=True)
def _comparable(ids: NDArray[np.int32], rows: Whole, local: Whole, codes: Codes, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    near = asked.copy()
    askers = np.flatnonzero(asked)
    for place in range(len(rows)):
        for asker in askers:
            if near[place]:
                break
            near[place] = codes[local[place], local[asker]] != 0
            for scheme in range(ids.shape[1]):
                value = ids[rows[place], scheme]
                near[place] |= value != 0 and value == ids[rows[asker], scheme]
    return near
