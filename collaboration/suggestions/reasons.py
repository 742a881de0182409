"""Why somebody is suggested: typed reasons with the works and people behind them. Pure."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final

import numpy as np

from collaboration.suggestions.kinds import FEWEST_WORDS, Reason, ReasonKind
from collaboration.suggestions.prospects import Ground, Measures
from collaboration.suggestions.records import Ints

MOST_NAMED: Final = 3  # people, topics or words with a reason
"""The rest are counted."""
NONE: Final = 0  # in place of a work that there is not


def has_reason(ground: Ground, found: Measures, row: int, person: int, other: int) -> bool:
    """Whether ``reasons_for`` would find any: what was measured is a reason where a person or a term is behind it."""
    return bool(found.ties[row, other] > 0 or found.words[row, other] > 0) or _chain(ground, person, other) is not None


def thinly_joined(ground: Ground, person: int, others: Ints) -> list[int]:
    """Of these people, with whom no co-author is shared, those whom so little joins to her that ``is_enough`` says no. A millisecond."""
    if not len(others):
        return []
    words = bisect_left(ground.records.vocabulary, 1, key=lambda term: int(not isinstance(term, str)))  # topics stand behind words
    shared = ground.profiles[others].multiply(ground.profiles[[person]]).tocsr()
    shared.eliminate_zeros()
    with_topic = np.isin(np.arange(len(others)), shared.nonzero()[0][shared.nonzero()[1] >= words])
    few = others[(np.diff(shared.indptr) < FEWEST_WORDS) & ~with_topic]
    return [other for other in few.tolist() if _chain(ground, person, other) is None]


def reasons_for(ground: Ground, person: int, other: int) -> tuple[Reason, ...]:
    """Why these two (by their rows), the strongest kind first; () where nothing connects them."""
    found = [_coauthors(ground, person, other), *_terms(ground, person, other)]
    if found[0] is None:
        found.insert(0, _chain(ground, person, other))
    return tuple(reason for reason in found if reason is not None)


def _coauthors(ground: Ground, person: int, other: int) -> Reason | None:
    """Shared co-authors, those with the strongest ties to both first."""
    between = np.intersect1d(ground.joint[[person]].indices, ground.joint[[other]].indices)
    if not len(between):
        return None
    keys = ground.records.people[between]
    strengths = _strengths(ground, person, between) * _strengths(ground, other, between)
    best = between[np.lexsort((keys, -strengths))][:MOST_NAMED]
    pairs = tuple((_joint_work(ground, person, middle), _joint_work(ground, other, middle)) for middle in best.tolist())
    return Reason(ReasonKind.COAUTHORS, len(between), tuple(ground.records.people[best].tolist()), pairs)


def _chain(ground: Ground, person: int, other: int) -> Reason | None:
    """The strongest way over two people in between, as her co-author and theirs."""
    mine, theirs = np.sort(ground.joint[[person]].indices), np.sort(ground.joint[[other]].indices)
    if not len(mine) or not len(theirs):
        return None
    between = ground.strength[mine][:, theirs].toarray()
    weight = _strengths(ground, person, mine)[:, None] * between * _strengths(ground, other, theirs)[None, :]
    if not weight.any():
        return None
    first, second = np.unravel_index(int(np.argmax(weight)), weight.shape)
    a, b = int(mine[first]), int(theirs[second])
    keys = ground.records.people[[a, b]].tolist()
    works = ((_joint_work(ground, person, a), NONE), (NONE, _joint_work(ground, other, b)))
    return Reason(ReasonKind.CHAIN, 1, tuple(keys), works)


def _terms(ground: Ground, person: int, other: int) -> list[Reason | None]:
    """Topics and words that both have, those that weigh most first; of each a work of either, the latest."""
    shared = ground.profiles[[person]].multiply(ground.profiles[[other]]).tocoo()
    order = np.lexsort((shared.col, -shared.data))
    terms = [(int(column), ground.records.vocabulary[column]) for column in shared.col[order].tolist()]
    topics: list[tuple[int, str | int]] = [(column, term) for column, term in terms if not isinstance(term, str)]
    words: list[tuple[int, str | int]] = [(column, term) for column, term in terms if isinstance(term, str)]
    return [_of_terms(ground, person, other, kind, found) for kind, found in ((ReasonKind.TOPICS, topics), (ReasonKind.WORDS, words))]


def _of_terms(ground: Ground, person: int, other: int, kind: ReasonKind, found: list[tuple[int, str | int]]) -> Reason | None:
    if not found:
        return None
    named = found[:MOST_NAMED]
    pairs = tuple((_work_with(ground, person, column), _work_with(ground, other, column)) for column, _term in named)
    return Reason(kind, len(found), tuple(term for _column, term in named), pairs)


def _strengths(ground: Ground, person: int, others: Ints) -> Any:
    return ground.strength[[person]][:, others].toarray().ravel()


def _joint_work(ground: Ground, one: int, other: int) -> int:
    """The latest work of both, by key."""
    both = np.intersect1d(ground.records.wrote[[one]].indices, ground.records.wrote[[other]].indices)
    return _latest(ground, both)


def _work_with(ground: Ground, person: int, column: int) -> int:
    """The latest work of a person with that term."""
    own = ground.records.wrote[[person]].indices
    return _latest(ground, own[ground.records.terms[own][:, [column]].toarray().ravel() > 0])


def _latest(ground: Ground, works: Ints) -> int:
    order = np.lexsort((ground.records.works[works], ground.records.years[works]))
    return int(ground.records.works[works[order[-1]]])
