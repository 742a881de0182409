"""Works as sparse arrays: who wrote them, when, and with which words in their titles. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from papers.disambiguation.collection import words_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Matrix = Any  # scipy's sparse rows, which its stubs name differently from release to release

MOST_AUTHORS: Final = 100  # a work of more people brings no two of them together
EVERYWHERE: Final = 0.1  # a word in more of the works than this says nothing


Documents = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A work as it is read: its key, its year, the keys of its people, its title, what it is about (keys of topics), and how many authors it lists."""

    key: int
    year: int
    people: tuple[int, ...]
    title: str = ""
    topics: tuple[int, ...] = ()
    authors: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """Works and the people on them. ``wrote`` has a row for each person and a column for each work, ``terms`` a row for each work and a column for each of ``vocabulary``.

    People stand in ascending order of their keys (``people``), works of theirs (``works``). A term is a word of the title, or a topic by its key; its weight
    is one plus the logarithm of how rare it is.
    """

    people: Ints
    works: Ints
    years: Ints
    sizes: Ints
    wrote: Matrix
    terms: Matrix
    vocabulary: tuple[str | int, ...]

    def place(self, person: int) -> int | None:
        """The row of a person, or None."""
        found = int(np.searchsorted(self.people, person))
        return found if found < len(self.people) and self.people[found] == person else None


def assemble(rows: Iterable[WorkRow], *, documents: Documents | None = None, total: int = 0) -> Records:
    """The arrays of these works; a work that comes twice counts once, one without people or with more than ``MOST_AUTHORS`` not at all.

    ``documents`` says in how many of ``total`` works of the whole collection a word stands; without it these works are the collection.
    Words that stand in one work only, or in one of ten, are left out.
    """
    kept = sorted({row.key: row for row in rows if row.people and _size(row) <= MOST_AUTHORS}.values(), key=lambda row: row.key)
    people = np.unique(np.fromiter((person for row in kept for person in row.people), dtype=np.int64))
    terms = [_terms_of(row) for row in kept]
    found = Counter(term for one in terms for term in one)
    weights = _weights(found, len(kept), documents, total)
    vocabulary = tuple(sorted(weights, key=lambda term: (isinstance(term, int), term)))
    number = {term: place for place, term in enumerate(vocabulary)}
    return Records(
        people=people,
        works=np.array([row.key for row in kept], dtype=np.int64),
        years=np.array([row.year for row in kept], dtype=np.int64),
        sizes=np.array([_size(row) for row in kept], dtype=np.int64),
        wrote=_rows([np.searchsorted(people, sorted(set(row.people))) for row in kept], len(people)).T.tocsr(),
        terms=_rows(
            [sorted(number[term] for term in one if term in number) for one in terms],
            len(vocabulary),
            np.array([weights[term] for term in vocabulary]),
        ),
        vocabulary=vocabulary,
    )


def _size(row: WorkRow) -> int:
    return max(row.authors, len(set(row.people)))


def _terms_of(row: WorkRow) -> set[str | int]:
    return {*words_of(row.title), *row.topics}


def _weights(found: Counter[str | int], works: int, documents: Documents | None, total: int) -> dict[str | int, float]:
    """The weight of each term that says something."""
    weights = {}
    for term, here in found.items():
        of, among = (max(documents(term), here), max(total, works)) if documents is not None and isinstance(term, str) else (here, works)
        if of > 1 and (of <= EVERYWHERE * among or among < 1 / EVERYWHERE**2):
            weights[term] = 1.0 + float(np.log((1 + among) / (1 + of)))
    return weights


def _rows(places: Sequence[Any], width: int, values: Floats | None = None) -> Matrix:
    """Sparse rows with ones, or with the value of each column, at these places."""
    starts = np.concatenate([[0], np.cumsum([len(one) for one in places])]).astype(np.int64)
    columns = np.concatenate([np.asarray(one, dtype=np.int64) for one in places]) if places else np.empty(0, dtype=np.int64)
    filled = np.ones(len(columns)) if values is None else values[columns]
    return sp.csr_matrix((filled, columns, starts), shape=(len(places), width))
