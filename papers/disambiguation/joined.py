"""Who is with whom among mentions that come over time, whatever the blocks of their names."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from papers.disambiguation.collection import Arrays

Whole = NDArray[np.int64]


class Joined:
    """The ``unit`` of each row: the row that heads those of one person. What is put together stays together."""

    def __init__(self) -> None:
        self.unit: Whole = np.zeros(0, np.int64)
        self._of_work: dict[int, list[int]] = defaultdict(list)
        self._orcid: dict[int, int] = {}

    def add(self, arrays: Arrays, unit: Whole) -> None:
        """Rows that are new, with the units that they have already: each its own, or that of an earlier one."""
        start = len(self.unit)
        self.unit = np.concatenate([self.unit, unit])
        for row, work in enumerate(arrays.work[start:].tolist(), start):
            self._of_work[work].append(row)
        for row in (np.flatnonzero(arrays.orcid[start:]) + start).tolist():
            self._orcid.setdefault(int(self.unit[row]), int(arrays.orcid[row]))

    def put(self, arrays: Arrays, unit: int, head: int, since: int) -> Whole:
        """Put a whole unit, all of it rows from ``since`` on, to that of ``head``. Returns the rows; none where that cannot be: two positions of one
        work, and two ORCID iDs that were signed in with, are two people.
        """
        rows = np.flatnonzero(self.unit[since:] == unit) + since
        if unit == head:
            return rows
        mine, theirs = self._orcid.get(unit, 0), self._orcid.get(head, 0)
        if (mine and theirs and mine != theirs) or any(self._stands_on(work, head) for work in arrays.work[rows].tolist()):
            return rows[:0]
        self.unit[rows] = head
        if mine:
            self._orcid[head] = mine
        return rows

    def _stands_on(self, work: int, head: int) -> bool:
        return any(self.unit[row] == head for row in self._of_work[work])
