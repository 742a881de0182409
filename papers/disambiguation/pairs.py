"""How two mentions compare, as numbers for the pair model. Compiled: some 300 nanoseconds a pair.

Everything is symmetric in the two mentions. What is "times rarity" lets the same sign weigh less under a rare name, where little is needed,
than under a common one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from papers.disambiguation.collection import Arrays, Company, Rows
from papers.disambiguation.names import CODES, First, Middle

FEATURES: Final = (
    "constant",
    "rarity",  # of the less telling of the two names: NameStatistics.rarity
    "initial",  # one of the first names is an initial
    "initials",  # both are
    "shortened",  # Alex, Alexander; Bob, Robert
    "similar",  # a letter apart
    "dropped",  # Simon Shaolei, Shaolei
    "middle_missing",
    "middle_agrees",
    "coauthors",  # 1 - exp(-sum of what it says to share each of them / 2)
    "coauthors_times_rarity",
    "coauthors_by_initial",  # the same where one name has only an initial
    "no_coauthor_of",  # log(1 + co-authors of the shorter list), where none is shared
    "text",  # root of the cosine of title, keywords and abstract
    "text_times_rarity",
    "affiliations_known",  # on both sides
    "affiliations",  # root of their cosine
    "affiliations_times_rarity",
    "affiliations_of_works",  # cosine over all authors of the two works
    "venue",
    "venue_times_rarity",
    "years_apart",  # log(1 + years)
    "years_apart_times_rarity",
    "same_company",  # a chain of shared co-authors leads from one to the other
    "same_company_times_rarity",
    "apart_smaller",  # else: log of how many mentions the smaller of the two companies has ("groups that never meet")
    "apart_smaller_times_rarity",
    "apart_larger",
    "apart_larger_times_rarity",
)

Matrix = NDArray[np.float64]
Whole = NDArray[np.int64]

_CODES = int(CODES)  # plain numbers, which the compiler takes for constants
_INITIAL, _INITIALS, _SHORTENED = int(First.INITIAL), int(First.INITIALS), int(First.SHORTENED)
_SIMILAR, _DROPPED = int(First.SIMILAR), int(First.DROPPED)
_MISSING, _AGREES = int(Middle.MISSING), int(Middle.AGREES)


@njit(cache=True)
def cosine(rows: Rows, one: int, other: int) -> float:
    """The product of two rows of length one."""
    total = 0.0
    here, there = rows.start[one], rows.start[other]
    end, last = rows.start[one + 1], rows.start[other + 1]
    while here < end and there < last:
        if rows.terms[here] == rows.terms[there]:
            total += rows.values[here] * rows.values[there]
            here += 1
            there += 1
        elif rows.terms[here] < rows.terms[there]:
            here += 1
        else:
            there += 1
    return total


@njit(cache=True)
def shared_company(company: Company, one: int, other: int, mine: int, theirs: int) -> tuple[float, float, int]:
    """What two works' co-authors say, without the blocks ``mine`` and ``theirs`` that are asked about: the summed weights of the same
    written-out names, of names that agree by initial, and how many are the same.
    """
    full, weak, count = 0.0, 0.0, 0
    here, there = company.start[one], company.start[other]
    end, last = company.start[one + 1], company.start[other + 1]
    while here < end and there < last:
        block = company.block[here]
        if block == company.block[there]:
            if block not in (mine, theirs):
                if company.first[here] == company.first[there] and company.first[here] > 0:
                    full += max(company.weight[here] + 1.5, 0.3)
                    count += 1
                elif company.first[here] < 0 or company.first[there] < 0:
                    weak += max(min(company.weight[here], company.weight[there]) + 1.5, 0.2)
            here += 1
            there += 1
        elif block < company.block[there]:
            here += 1
        else:
            there += 1
    return full, weak, count


@njit(cache=True)
def compare(arrays: Arrays, one: int, other: int, code: int, sizes: tuple[int, int], out: Matrix) -> None:
    """Write the features of two mentions to ``out``. ``code`` is the agreement of their names; ``sizes`` how many mentions their companies have,
    (0, 0) where they are one company.
    """
    works = arrays.work[one], arrays.work[other]
    rare = min(arrays.rarity[arrays.name[one]], arrays.rarity[arrays.name[other]])
    first, middle = code // _CODES, code % _CODES
    out[:] = 0.0
    out[0] = 1.0
    out[1] = rare
    out[2] = first == _INITIAL
    out[3] = first == _INITIALS
    out[4] = first == _SHORTENED
    out[5] = first == _SIMILAR
    out[6] = first == _DROPPED
    out[7] = middle == _MISSING
    out[8] = middle == _AGREES
    full, weak, count = shared_company(arrays.company, works[0], works[1], arrays.block[one], arrays.block[other])
    out[9] = 1 - np.exp(-full / 2)
    out[10] = out[9] * rare
    out[11] = 1 - np.exp(-weak / 2)
    if count == 0:
        start = arrays.company.start
        out[12] = np.log(max(min(start[works[0] + 1] - start[works[0]], start[works[1] + 1] - start[works[1]]), 1))
    out[13] = np.sqrt(max(cosine(arrays.text, works[0], works[1]), 0.0))
    out[14] = out[13] * rare
    if arrays.affiliation[one] >= 0 and arrays.affiliation[other] >= 0:
        out[15] = 1.0
        out[16] = np.sqrt(max(cosine(arrays.places, arrays.affiliation[one], arrays.affiliation[other]), 0.0))
        out[17] = out[16] * rare
    out[18] = cosine(arrays.surroundings, works[0], works[1])
    if arrays.venue[works[0]] == arrays.venue[works[1]] and arrays.venue[works[0]] >= 0:
        out[19] = 1.0
        out[20] = rare
    if arrays.year[works[0]] > 0 and arrays.year[works[1]] > 0:
        out[21] = np.log(1.0 + abs(arrays.year[works[0]] - arrays.year[works[1]]))
        out[22] = out[21] * rare
    if sizes[0] == 0:
        out[23] = 1.0
        out[24] = rare
    else:
        out[25] = np.log(min(sizes))
        out[26] = out[25] * rare
        out[27] = np.log(max(sizes))
        out[28] = out[27] * rare


@njit(cache=True)
def describe(
    arrays: Arrays, rows: Whole, local: Whole, codes: NDArray[np.int8], company: Whole, company_size: Whole
) -> tuple[Whole, Matrix]:
    """The comparable pairs of a block (places among ``rows``, two a line) and their features: what training reads."""
    count = 0
    for i in range(len(rows)):
        for j in range(i):
            count += codes[local[i], local[j]] != 0 and arrays.work[rows[i]] != arrays.work[rows[j]]
    pairs = np.empty((count, 2), np.int64)
    features = np.empty((count, 29))
    at = 0
    for i in range(len(rows)):
        for j in range(i):
            code = codes[local[i], local[j]]
            if code != 0 and arrays.work[rows[i]] != arrays.work[rows[j]]:
                pairs[at, 0], pairs[at, 1] = i, j
                apart = (0, 0) if company[i] == company[j] else (company_size[i], company_size[j])
                compare(arrays, rows[i], rows[j], code, apart, features[at])
                at += 1
    return pairs, features
