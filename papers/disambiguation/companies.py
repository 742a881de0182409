"""Companies: mentions of a block that are linked by chains of shared co-authors. Compiled."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from papers.disambiguation.collection import Arrays
from papers.disambiguation.pairs import shared_company

Whole = NDArray[np.int64]


@njit(cache=True)
def _root(company: Whole, place: int) -> int:
    while company[place] != place:
        place = company[place]
    return place


@njit(cache=True)
def meet(arrays: Arrays, rows: Whole, local: Whole, codes: NDArray[np.int8], company: Whole, fresh: NDArray[np.bool_]) -> None:
    """Have the ``fresh`` rows of a block meet all of its rows: two companies that share a co-author, under names that agree, become one.

    ``company``, changed in place, gives each row the place of the first one of its company. Where the other rows have met each other
    already, it ends as if all had met at once.
    """
    for i in range(len(rows)):
        if not fresh[i]:
            continue
        for j in range(len(rows)):
            if (fresh[j] and j >= i) or codes[local[i], local[j]] == 0:
                continue
            top, root = _root(company, j), _root(company, i)
            works = arrays.work[rows[i]], arrays.work[rows[j]]
            if root == top or works[0] == works[1]:
                continue
            if shared_company(arrays.company, works[0], works[1], arrays.block[rows[i]], arrays.block[rows[j]])[2] > 0:
                company[max(root, top)] = min(root, top)
    for i in range(len(rows)):
        company[i] = _root(company, i)


def companies(arrays: Arrays, rows: Whole, local: Whole, codes: NDArray[np.int8]) -> Whole:
    """For each of the rows of a block the place of the first row of its company."""
    company = np.arange(len(rows))
    meet(arrays, rows, local, codes, company, np.ones(len(rows), np.bool_))
    return company
