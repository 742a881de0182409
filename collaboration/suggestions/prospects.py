"""Who could work with whom: what speaks for each pair, and the order that a small logistic model makes of it. Pure: arrays in, arrays out.

Three things speak for a pair: the people between them (Adamic and Adar 2003, each tie weighted by how strong and how recent it is), the chance that a walker
who starts at one and often returns comes to the other (personalised PageRank, Page et al. 1999, over works and people, recent works first), and
how alike the titles and topics of their works are. The rest speaks of the other: how long ago their last work was, how many they wrote lately and this year, and how far apart the two are in age as authors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from collaboration.suggestions.records import Floats, Ints, Matrix, Records

RESTART: Final = 0.3
ROUNDS: Final = 3  # a walk goes so many works far: to the co-authors of the co-authors of co-authors
TIE_FADES: Final = 3.0  # years in which a joint work weighs e times less for a tie,
WALK_FADES: Final = 6.0  # for the walker,
WORDS_FADE: Final = 4.0  # and for what somebody works on
LATELY: Final = 3  # years, this one included
ACTIVE: Final = 5  # years, this one included, in which somebody must have published to be suggested
BEST_OF_EACH: Final = 300  # candidates by each of the three things
NAMES: Final = ("ties", "walk", "words", "age", "lately", "this year", "apart")

Block = npt.NDArray[np.float32]
"""A row for each of some people, a column for everybody."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is computed once of some records as of a year, for everybody in them.

    ``joint`` says who wrote with whom, ``strength`` how strongly (0 to 1, faded); ``degree`` counts co-authors, ``works`` works, ``last`` and ``first`` are years,
    ``lately`` and ``this_year`` count recent works; ``profiles`` are unit rows of terms; ``to_works`` and ``to_people`` are the two half-steps of the walker.
    """

    records: Records
    year: int
    joint: Matrix
    strength: Matrix
    degree: Floats
    works: Floats
    first: Ints
    last: Ints
    lately: Floats
    this_year: Floats
    profiles: Matrix
    to_works: Matrix
    to_people: Matrix

    def is_active(self) -> npt.NDArray[np.bool_]:
        """Who has published within ``ACTIVE`` years."""
        return self.last > self.year - ACTIVE


@dataclass(frozen=True, slots=True)
class Measures:
    """What speaks for pairs: a row for each of some people, a column for everybody."""

    ties: Block
    walk: Block
    words: Block


def prepare(records: Records, year: int) -> Ground:
    """The ground for suggestions as of ``year``; a work dated later counts as new. Half a second for 13,000 works."""
    wrote, years = records.wrote, np.minimum(records.years, year)
    ages = (year - years).astype(float)
    joint = _others(wrote @ wrote.T)
    joint.data[:] = 1.0
    strength = _others(wrote @ sp.diags_array(np.exp(-ages / TIE_FADES) / np.sqrt(np.maximum(records.sizes, 2) - 1)) @ wrote.T)
    strength.data = -np.expm1(-strength.data)
    works = np.asarray(wrote.sum(axis=1)).ravel()
    people, works_of = wrote.nonzero()
    last, first = np.full(len(records.people), -(10**6)), np.full(len(records.people), 10**6)
    np.maximum.at(last, people, years[works_of])
    np.minimum.at(first, people, years[works_of])
    return Ground(
        records=records,
        year=year,
        joint=joint,
        strength=strength,
        degree=np.asarray(joint.sum(axis=1)).ravel(),
        works=works,
        first=first,
        last=last,
        lately=wrote @ (years > year - LATELY).astype(float),
        this_year=wrote @ (years == year).astype(float),
        profiles=_to_length(wrote @ sp.diags_array(np.exp(-ages / WORDS_FADE)) @ records.terms),
        to_works=_to_share(wrote @ sp.diags_array(np.exp(-ages / WALK_FADES) / np.sqrt(np.maximum(records.sizes, 1)))).T.tocsr(),
        to_people=_to_share(wrote.T @ sp.diags_array(1 / np.sqrt(np.maximum(works, 1)))).T.tocsr(),
    )


def measures(ground: Ground, people: Ints) -> Measures:
    """What speaks for each of these people and everybody, before anybody is left out. Memory: three rows of everybody for each."""
    damped = sp.diags_array(1 / np.log(np.maximum(ground.degree, 2)))
    ties = ground.strength[people] @ damped @ ground.strength
    words = ground.profiles[people] @ ground.profiles.T
    return Measures(_dense(ties), _walk(ground, people), np.clip(_dense(words), 0, 1))


def adamic_adar(ground: Ground, people: Ints) -> tuple[Block, Block]:
    """The measure that suggestions are held against: sum over shared co-authors of ``1 / ln(their co-authors)``; and how many are shared."""
    mine = ground.joint[people]
    damped = sp.diags_array(1 / np.log(np.maximum(ground.degree, 2)))
    return _dense(mine @ damped @ ground.joint), _dense(mine @ ground.joint)


def strangers(ground: Ground, person: int) -> npt.NDArray[np.bool_]:
    """Everybody but that person and those who wrote with them."""
    found = np.ones(len(ground.degree), dtype=bool)
    found[person] = False
    found[ground.joint[[person]].indices] = False
    return found


def candidates(ground: Ground, found: Measures, row: int, pool: npt.NDArray[np.bool_], *, most: int = BEST_OF_EACH) -> Ints:
    """Who is looked at for the person of that row: of those in ``pool`` who are still active, the best by each of the three, ascending."""
    chosen: set[int] = set()
    pool = pool & ground.is_active()
    for block in (found.ties, found.walk, found.words):
        inside = np.flatnonzero(pool & (block[row] > 0))
        chosen.update(inside[np.lexsort((inside, -block[row][inside]))[:most]].tolist())
    return np.array(sorted(chosen), dtype=np.int64)


def features(ground: Ground, found: Measures, row: int, person: int, others: Ints) -> Floats:
    """What the model reads of a person (with that row of the measures) and each of these: columns in the order of ``NAMES``."""
    careers = np.log1p(ground.year - ground.first)
    return np.column_stack(
        [
            np.log1p(30 * found.ties[row, others]),
            np.log(found.walk[row, others] + 1e-6),
            np.sqrt(found.words[row, others]),
            np.minimum(ground.year - ground.last[others], 20),
            np.log1p(ground.lately[others]),
            np.log1p(ground.this_year[others]),
            np.abs(careers[others] - careers[person]),
        ]
    ).astype(float)


def _walk(ground: Ground, people: Ints) -> Block:
    """Where a walker is found who starts at each of these and returns with ``RESTART`` at each half-step."""
    stays = (1 - RESTART) ** 2
    here = np.zeros((len(ground.degree), len(people)), dtype=np.float32)
    here[people, np.arange(len(people))] = 1.0
    found = RESTART * here
    for _round in range(ROUNDS):
        here = (stays * (ground.to_people @ (ground.to_works @ here))).astype(np.float32)
        found += RESTART * here
    return np.ascontiguousarray(found.T)


def _others(matrix: Matrix) -> Matrix:
    """A square matrix without its diagonal."""
    found = matrix.tocsr()
    found.setdiag(0)
    found.eliminate_zeros()
    return found


def _to_share(matrix: Matrix) -> Matrix:
    """Each row divided by its sum."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return sp.diags_array(1 / np.where(sums > 0, sums, 1)) @ matrix


def _to_length(matrix: Matrix) -> Matrix:
    """Each row divided by its length."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sp.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ matrix).tocsr()


def _dense(matrix: Matrix) -> Block:
    found: Block = matrix.toarray().astype(np.float32)
    return found
