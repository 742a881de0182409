"""How unusual the combination of a paper's topics was when it appeared.

For topics i and j of a paper of year Y, counted over the works with topics of the years Y-5 to Y-1,
``z = ln((N_ij + 1) / (N_i N_j / N + 1))``: above 0 where two topics met more often than chance has it, below 0 where less. The surprise of the
paper is minus the 10th percentile of z over its pairs, so one or two unusual pairs are enough. After Uzzi, Mukherjee,
Stringer & Jones 2013 (atypical combinations, the 10th percentile) and Wang, Veugelers & Stephan 2017 (novel pairs).

More topics make more pairs and lower minima, so surprises are compared only between papers with the same number of topics.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from papers.metrics.percentiles import DECIMALS, Floats, Ints

if TYPE_CHECKING:
    from scipy import sparse  # loaded where it is needed: every process starts by way of this module

WINDOW = 5  # years before the paper's own that are counted
QUANTILE = 0.1
LEAST_TOPICS = 2
LEAST_WINDOW = 1000  # works with topics that the years before must hold, or nearly every pair would be new
MOST_TOPICS = 60  # of one paper: beyond it the source lists words, not topics, and the pairs run into thousands
COUNTED_APART = 12  # papers with this many topics or more are one group: such papers are few

LEAST_PAPERS = 10  # of one author: below it halves of an author's papers hardly agree
PRIOR_PAPERS = 14
CONFIDENCE_Z = 1.96  # 95 %
VARIANCE = 1 / 12  # of a percentile
LEAST_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class TopicCounts:
    """Over some works: how many there are, how many are about each topic, and about each pair i < j (a topics by topics matrix)."""

    works: int
    topics: Ints
    pairs: sparse.csr_array

    def __add__(self, other: TopicCounts) -> TopicCounts:
        return TopicCounts(self.works + other.works, self.topics + other.topics, self.pairs + other.pairs)

    def __sub__(self, other: TopicCounts) -> TopicCounts:
        return TopicCounts(self.works - other.works, self.topics - other.topics, self.pairs - other.pairs)


def count_topics(work_topics: sparse.csr_array, works: int) -> TopicCounts:
    """The counts over works given as rows with ascending topics, works by topics. ``works`` is how many there are, rows or not.

    Leave works with more than ``MOST_TOPICS`` topics out: their pairs run into thousands.
    """
    from scipy import sparse

    size = work_topics.shape[1]
    topics: Ints = np.bincount(work_topics.indices, minlength=size).astype(np.int64)
    firsts, seconds = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
    for _rows, listed in _by_length(work_topics):
        first, second = _pairs(listed)
        firsts.append(first.ravel())
        seconds.append(second.ravel())
    rows, columns = np.concatenate(firsts), np.concatenate(seconds)
    pairs: Any = sparse.coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(size, size))
    return TopicCounts(works, topics, pairs.tocsr())


def no_counts(size: int) -> TopicCounts:
    """The counts over no works at all."""
    from scipy import sparse

    nothing: Any = sparse.csr_array((size, size), dtype=np.int32)
    return TopicCounts(0, np.zeros(size, dtype=np.int64), nothing)


def surprises(work_topics: sparse.csr_array, before: TopicCounts) -> Floats:
    """The surprise of each paper (a row with ascending topics) against the counts of the years before it.

    NaN for papers with fewer than two topics, and for all where the years before hold too few works.
    """
    found = np.full(work_topics.shape[0], np.nan)
    if before.works < LEAST_WINDOW:
        return found
    groups = [(rows, *_pairs(topics)) for rows, topics in _by_length(work_topics)]
    if not groups:
        return found
    ones, others = (np.concatenate([group[side].ravel() for group in groups]) for side in (1, 2))
    counted = np.asarray(before.pairs[ones, others])  # one look-up: each goes through the whole matrix once
    start = 0
    for rows, one, other in groups:
        together = counted[start : start + one.size].reshape(one.shape)
        start += one.size
        z = association(together, before.topics[one], before.topics[other], before.works)
        found[rows] = np.round(-np.quantile(z, QUANTILE, axis=1), DECIMALS) + 0.0  # no minus zero
    return found


def _pairs(topics: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The first and the second topic of every pair, papers by pairs."""
    first, second = np.triu_indices(topics.shape[1], k=1)
    return topics[:, first], topics[:, second]


def association(together: Ints, first: Ints, second: Ints, works: int) -> Floats:
    """How much oftener pairs meet than by chance, z: ``ln((N_ij + 1) / (N_i N_j / N + 1))``."""
    return cast("Floats", np.log((together + 1.0) / (first.astype(np.float64) * second / works + 1.0)))


def _by_length(work_topics: sparse.csr_array) -> Iterator[tuple[Ints, NDArray[np.int32]]]:
    """Papers with equally many topics, two at least: which rows, and their topics. In parts of a few million pairs."""
    lengths = np.diff(work_topics.indptr)
    for length in np.unique(lengths[lengths >= LEAST_TOPICS]).tolist():
        rows = np.flatnonzero(lengths == length)
        for part in np.array_split(rows, max(1, len(rows) * length**2 // 6_000_000)):
            yield part, work_topics.indices[work_topics.indptr[part][:, None] + np.arange(length)]


def topic_group(topics: Ints) -> Ints:
    """With which papers a paper is compared, by its number of topics: those with as many, from twelve on all together."""
    return np.minimum(topics, COUNTED_APART)


@dataclass(frozen=True, slots=True)
class TopicLinks:
    """Which works are about what: ``works`` numbers works from 0 on, ``topics`` topics, sorted by both; ``years`` is the year of each work.

    ``size`` is the number of topics.
    """

    works: NDArray[np.int32]
    topics: NDArray[np.int32]
    years: Ints
    size: int

    def of_year(self, year: int) -> tuple[Ints, sparse.csr_array]:
        """The works of a year that have a topic, at most ``MOST_TOPICS``, and their topics as rows of ones. Works must be in the order of years."""
        from scipy import sparse

        first, last = np.searchsorted(self.years, [year, year + 1])
        start, stop = np.searchsorted(self.works, np.array([first, last], dtype=self.works.dtype))  # or all links would be cast
        lengths = np.bincount(self.works[start:stop] - first, minlength=last - first)
        kept = (lengths > 0) & (lengths <= MOST_TOPICS)
        topics = self.topics[start:stop][np.repeat(kept, lengths)]
        ends = np.r_[0, np.cumsum(lengths[kept])]
        rows = sparse.csr_array((np.ones(len(topics), dtype=np.int32), topics, ends), shape=(int(kept.sum()), self.size))
        return np.flatnonzero(kept) + first, rows


def surprises_by_year(asked: TopicLinks, base: TopicLinks, works_with_topics: Mapping[int, int]) -> Iterator[tuple[Ints, Floats, int]]:
    """For each year of the works that are ``asked`` for: those with topics, their surprises, and how many works the five years before hold.

    ``base`` holds the works of the years before, as far as they are about topics of those asked for; ``works_with_topics`` says how many
    works with topics each year has in all. Memory holds the pairs of six years at a time.
    """
    inside: dict[int, TopicCounts] = {}
    window = no_counts(base.size)
    for year in np.unique(asked.years[np.unique(asked.works)]).tolist():
        before = {past for past in range(year - WINDOW, year) if works_with_topics.get(past)}
        for past in sorted(before - inside.keys()):
            inside[past] = count_topics(base.of_year(past)[1], works_with_topics[past])
            window += inside[past]
        for past in sorted(inside.keys() - before):
            window -= inside.pop(past)
        works, rows = asked.of_year(year)
        yield works, surprises(rows, window), window.works


@dataclass(frozen=True, slots=True)
class AuthorNovelty:
    """The shrunk mean over ``papers`` papers with its 95 % interval, 0 to 1; None with the reason ("few-papers", "mixed")."""

    papers: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def author_novelty(percentiles: Sequence[float], *, confidence: float | None = None) -> AuthorNovelty:
    """``(sum p + 14 * .5) / (n + 14)`` from ten papers on, with the interval ``1.96 sqrt((1/12) / (n + 14))`` to both sides.

    Fourteen papers of the middle stand for what we know before we look (the shrinkage of Efron & Morris 1975): the variance of a
    percentile is 1/12, and the interval follows from it. The same for any order of the papers. Withheld while the record probably mixes
    several people (``confidence`` below .5; None: not judged).
    """
    papers = len(percentiles)
    if papers < LEAST_PAPERS:
        return AuthorNovelty(papers, reason="few-papers")
    if confidence is not None and confidence < LEAST_CONFIDENCE:
        return AuthorNovelty(papers, reason="mixed")
    mean = (math.fsum(percentiles) + PRIOR_PAPERS * 0.5) / (papers + PRIOR_PAPERS)
    reach = CONFIDENCE_Z * math.sqrt(VARIANCE / (papers + PRIOR_PAPERS))
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    return AuthorNovelty(papers, round(mean, DECIMALS), round(low, DECIMALS), round(high, DECIMALS))
