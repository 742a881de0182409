"""Beside what the push is measured: exact personalised PageRank, and a graph of a million people with communities as real ones have them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from papers.graph.arrays import KINDS, TYPE_WEIGHTS, Graph
from papers.graph.choice import choose
from papers.graph.push import RESTART, Walker

FIRST: Final = 50
ROUNDS: Final = 40  # after which .8 ** 40 of the mass, an eighth of a thousandth, is not yet settled, and lies spread over the whole graph

Floats = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.int64]


@dataclass(slots=True)
class Comparison:
    """Push beside exact: shares of the first fifty and of the chosen that agree, and seconds of the exact ranks of one."""

    precision: list[float]
    quota: list[float]
    exact_seconds: float


def push_seconds(walker: Walker, subjects: Sequence[int]) -> list[float]:
    """How long the push of each of these takes, one after the other as in a worker: exact ranks between them would take the processor's cache and memory from them."""
    walker.push(int(subjects[0]))  # compiled
    found = []
    for subject in subjects:
        began = time.perf_counter()
        walker.push(int(subject))
        found.append(time.perf_counter() - began)
    return found


def compared(graph: Graph, subjects: Sequence[int], *, together: int = 8) -> Comparison:
    """Push from each of these nodes, and compare with the exact ranks."""
    walker = Walker(graph)
    found = Comparison([], [], 0.0)
    steps = _steps(graph)
    for start in range(0, len(subjects), together):
        several = [int(node) for node in subjects[start : start + together]]
        began = time.perf_counter()
        exact = _exact(steps, several)
        found.exact_seconds += (time.perf_counter() - began) / len(subjects)
        for column, subject in enumerate(several):
            pushed = walker.push(subject)
            _compare(graph, subject, pushed.nodes, pushed.scores(), exact[:, column], found)
    return found


def _compare(graph: Graph, subject: int, nodes: Any, scores: Floats, exact: Floats, found: Comparison) -> None:
    everything = np.arange(len(graph))
    right = {node for node, _ in choose(graph, everything, exact, subject=subject)}
    ours = {node for node, _ in choose(graph, nodes, scores, subject=subject)}
    if right:
        found.quota.append(len(right & ours) / len(right))
    best = set(_best(everything, exact, subject))
    if best:
        found.precision.append(len(best & set(_best(nodes, scores, subject))) / len(best))


def _best(nodes: Any, scores: Floats, subject: int) -> list[int]:
    order = np.lexsort((nodes, -scores))[: FIRST + 1]
    return [int(nodes[at]) for at in order if nodes[at] != subject and scores[at] > 0][:FIRST]


def _steps(graph: Graph) -> Any:
    """The transposed matrix of the walk."""
    rows = np.repeat(graph.kinds, np.diff(graph.indptr))
    weights = (TYPE_WEIGHTS[rows, graph.kinds[graph.indices]] * graph.damp[graph.indices]).astype(np.float32)
    matrix = sparse.csr_array((weights, np.asarray(graph.indices), np.asarray(graph.indptr)), shape=(len(graph), len(graph)))
    sums: Floats = np.asarray(matrix.sum(axis=1)).ravel()
    weights /= np.repeat(np.where(sums > 0, sums, 1.0), np.diff(graph.indptr)).astype(np.float32)
    return sparse.csr_array((weights, matrix.indices, matrix.indptr), shape=matrix.shape).T


def _exact(steps: Any, subjects: Sequence[int]) -> Floats:
    """Column by column the personalised PageRank of each subject, by power iteration."""
    restart = np.zeros((steps.shape[0], len(subjects)))
    restart[list(subjects), range(len(subjects))] = RESTART
    ranks = restart / RESTART
    for _ in range(ROUNDS):
        ranks = restart + (1 - RESTART) * (steps @ ranks)
    return np.asarray(ranks)


def chosen_subjects(graph: Graph, count: int, *, seed: int = 7) -> list[int]:
    """Subjects as readers meet them: half people, a third papers, the rest topics and institutions, none without neighbours."""
    random = np.random.default_rng(seed)
    shares = (0.5, 0.3, 0.1, 0.1)
    found: list[int] = []
    for place, share in enumerate(shares):
        low, high = graph.starts[place], graph.starts[place + 1]
        joined = low + np.flatnonzero(np.diff(graph.indptr[low : high + 1]) > 0)
        found += [int(node) for node in random.choice(joined, max(1, int(count * share)))]
    return found


@dataclass(frozen=True)
class Synthetic:
    """A made-up world of communities: people write with their own, cite mostly their own, and have a few topics of their own."""

    people: int = 1_000_000
    papers: int = 2_000_000

    @property
    def sizes(self) -> dict[str, int]:
        """How many things of each kind there are, by kind."""
        return dict(zip((kind.value for kind in KINDS), (self.people, self.papers, self.people // 20, self.people // 100), strict=True))

    def pairs(self, *, seed: int = 11) -> Iterator[tuple[str, Pairs]]:
        """(what, rows of two keys from 1): authorships, topics, citations, affiliations, each pair once; about 15 a paper."""
        random = np.random.default_rng(seed)
        communities = max(2, self.people // 200)
        home = random.integers(0, communities, self.papers)  # of each paper
        yield "authorships", self._drawn(random, home, 4, self.people, communities, strays=0.1)
        yield "topics", self._drawn(random, home, 3, self.sizes["topic"], communities, strays=0.2)
        yield "citations", self._cited(random, home)
        near = (np.arange(self.people) % communities) % self.sizes["institution"]
        second = random.integers(0, self.sizes["institution"], self.people)
        places = np.concatenate([np.column_stack([np.arange(self.people), near]), np.column_stack([np.arange(self.people), second])[::2]])
        yield "affiliations", _once(places) + 1

    def _drawn(self, random: np.random.Generator, home: Any, mean: int, size: int, communities: int, *, strays: float) -> Pairs:
        """For each paper about ``mean`` things of its community, few of them very often, and some from anywhere."""
        counts = np.minimum(random.geometric(1 / mean, self.papers), 12)
        paper = np.repeat(np.arange(self.papers), counts)
        within = max(1, size // communities)
        rank = (within * random.power(0.45, len(paper)) ** 2).astype(np.int64)  # the first of a community most often
        chosen = (home[paper] + communities * rank) % size
        stray = random.random(len(paper)) < strays
        chosen[stray] = (size * random.random(stray.sum()) ** 2).astype(np.int64)
        return _once(np.column_stack([paper, chosen])) + 1

    def _cited(self, random: np.random.Generator, home: Any) -> Pairs:
        """Citations of earlier papers: two thirds of the own community, the rest of anybody, the old ones more."""
        order = np.argsort(home, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(self.papers)
        counts = np.minimum(random.geometric(1 / 7.5, self.papers), 60)
        paper = np.repeat(np.arange(self.papers), counts)
        starts = np.searchsorted(home[order], home[paper])
        before = np.maximum(place[paper] - starts, 1)
        own = order[starts + (before * random.random(len(paper)) ** 1.5).astype(np.int64)]
        anybody = (paper * random.random(len(paper)) ** 2).astype(np.int64)
        cited = np.where(random.random(len(paper)) < 0.67, own, anybody)
        real = cited != paper
        return _once(np.column_stack([paper[real], cited[real]])) + 1


def _once(pairs: Any) -> Pairs:
    keys = np.unique(pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1].astype(np.int64))
    found: Pairs = np.column_stack([keys >> 32, keys & 0xFFFFFFFF])
    return found
