"""The figures of works as they are defined: ten examples worked out by hand, and a slow implementation that the quick one must agree with."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import sparse

from papers.metrics.citations import by_year, i10_index, summarise_citations
from papers.metrics.novelty import TopicLinks, association, author_novelty, count_topics, surprises, surprises_by_year
from papers.metrics.percentiles import mid_rank, ranks_among, ranks_within, shrunk_for_age
from papers.metrics.score import Parts, completeness, recency, scores
from papers.metrics.works import NO_DAY, UNKNOWN, WorkInputs
from papers.models import WhyNot

EXACT = 1e-9
NAN = float("nan")


@pytest.fixture(autouse=True)
def small_library(monkeypatch):
    """A hundred works with topics are years enough here, not a thousand."""
    monkeypatch.setattr("papers.metrics.novelty.LEAST_WINDOW", 100)
    monkeypatch.setattr("papers.metrics.works.LEAST_WINDOW", 100)


def floats(*values):
    return np.array(values, dtype=np.float64)


def ints(*values):
    return np.array(values, dtype=np.int64)


def share(value, peers):
    """The mid-rank percentile of a value among its peers, itself included."""
    return mid_rank(
        *ranks_among(ints(1), floats(value), np.ones(len(peers), dtype=np.int64), floats(*peers), np.ones(len(peers), dtype=np.int64))
    )[0]


def parts(*values):
    return Parts(*(floats(value) for value in values))


def topic_rows(*works, topics):
    matrix = np.zeros((len(works), topics), dtype=np.int32)
    for row, listed in enumerate(works):
        matrix[row, list(listed)] = 1
    return sparse.csr_array(matrix)


def test_ten_examples_worked_out_by_hand():
    # Of 100 works with topics, 20 are about A, 10 about B, 5 about both, 4 about C, which meets nobody.
    before = count_topics(topic_rows(*[(0, 1)] * 5, *[(0,)] * 15, *[(1,)] * 5, *[(2,)] * 4, topics=3), 100)
    a_b, a_c, b_c = math.log(6 / 3), math.log(1 / 1.8), math.log(1 / 1.4)  # (5+1)/(20*10/100+1), 1/(20*4/100+1), 1/(10*4/100+1)
    novelty = author_novelty([0.9] * 10)
    examples = [
        # 1. 7 citations among 2, 4, 7, 7, 12: two below, two equal: (2 + 1) / 5
        (share(7, [2, 4, 7, 7, 12]), 0.6),
        # 2. everybody has none: all stand in the middle
        (share(0, [0, 0, 0, 0]), 0.5),
        # 3. that .6, two years old: half way to the middle; six years old: three quarters stay
        (shrunk_for_age(floats(0.6), ints(2))[0], 0.55),
        (shrunk_for_age(floats(0.6), ints(6))[0], 0.575),
        # 4. a pair that meets three times as often as chance has it, with one added on both sides
        (association(ints(5), ints(20), ints(10), 100)[0], 0.693147180559945),
        # 5. one pair: minus its z
        (surprises(topic_rows((0, 1), topics=3), before)[0], -a_b),
        # 6. three pairs: the 10th percentile lies a fifth of the way from the lowest to the next
        (surprises(topic_rows((0, 1, 2), topics=3), before)[0], -(a_c + 0.2 * (b_c - a_c))),
        # 7. ten papers at .9: (9 + 7) / 24, and 1.96 sqrt((1/12) / 24) to both sides
        (novelty.mean, 2 / 3),
        (novelty.high - novelty.mean, 0.115494107798),
        # 8. all four parts: .4 * .8 + .2 * .5 + .2 * .25 + .2 * 1
        (scores(parts(0.8, 0.5, 0.25, 1.0))[0], 67.0),
        # 9. without citations the weights are rescaled: (.2 * .5 + .2 * .25 + .2 * 1) / .6
        (scores(parts(NAN, 0.5, 0.25, 1.0))[0], 58.333333333333336),
        # 10. two years halve recency; identifier, abstract, year and authors of six are known
        (recency(floats(730.5))[0], 0.5),
        (completeness(ints(0b010111))[0], 2 / 3),
    ]
    for found, expected in examples:
        assert found == pytest.approx(expected, abs=EXACT)


def test_a_single_part_makes_no_score_and_nine_papers_no_novelty():
    assert np.isnan(scores(parts(NAN, NAN, NAN, 1.0))[0])
    assert (author_novelty([0.5] * 9).mean, author_novelty([0.5] * 9).reason) == (None, "few-papers")
    assert author_novelty([0.5] * 12, confidence=0.4).reason == "mixed"
    assert author_novelty([1.0] * 400).high == 1.0


def test_i10_and_citations_by_year():
    assert i10_index([10, 9, 55, 0]) == 2
    assert by_year([(2020, 5), (2019, None), (2018, 0), (2020, 7), (None, 3)]) == [[2018, 0, 1], [2020, 12, 2]]
    assert summarise_citations([5, None, None]).reason == "few-counts"
    assert summarise_citations([5, 3, 4], confidence=0.2).reason == "mixed"


def test_nothing_at_all_has_no_figures():
    assert ranks_within(ints(), floats()).peers.size == 0
    empty = TopicLinks(np.empty(0, np.int32), np.empty(0, np.int32), ints(2020, 2021), 1)
    assert list(surprises_by_year(empty, empty, {})) == []


class Slowly:
    """The definitions once more, one work at a time, without arrays."""

    def __init__(self, works, as_of):
        self.works, self.as_of = works, as_of

    def rank(self, value, peers):
        return (sum(peer < value for peer in peers) + sum(peer == value for peer in peers) / 2) / len(peers)

    def citations(self, work):
        age = self.as_of.year - work["year"]
        peers = [
            o["count"]
            for o in self.works
            if o["count"] is not None and all(o[key] == work[key] for key in ("field", "year", "type", "source"))
        ]
        if work["count"] is None or age < 2 or len(peers) < 20:
            return None
        return 0.5 + age / (age + 2) * (self.rank(work["count"], peers) - 0.5)

    @cache  # noqa: B019 - lives as long as the test
    def before(self, year):
        works = [other["topics"] for other in self.works if other["topics"] and year - 5 <= other["year"] < year]
        about = Counter(topic for topics in works for topic in topics)
        both = Counter(pair for topics in works for pair in itertools.combinations(sorted(topics), 2))
        return len(works), about, both

    def surprise(self, work):
        total, about, both = self.before(work["year"])
        if len(work["topics"]) < 2 or total < 100:
            return None
        pairs = itertools.combinations(sorted(work["topics"]), 2)
        z = sorted(math.log((both[a, b] + 1) / (about[a] * about[b] / total + 1)) for a, b in pairs)
        place = (len(z) - 1) * 0.1
        low = math.floor(place)
        return round(-(z[low] + (place - low) * (z[min(low + 1, len(z) - 1)] - z[low])), 12)

    def novelty(self, work, surprise):
        if surprise[work["id"]] is None:
            return None
        peers = [
            surprise[other["id"]]
            for other in self.works
            if surprise[other["id"]] is not None
            and (other["field"], other["year"], min(len(other["topics"]), 12))
            == (work["field"], work["year"], min(len(work["topics"]), 12))
        ]
        return self.rank(surprise[work["id"]], peers) if len(peers) >= 20 else None

    def score(self, work, citations, novelty):
        days = (self.as_of - date(work["year"], 7, 1)).days
        recent = 2 ** (-max(days, 0) / 365.25 / 2)
        weighted = [(0.4, citations), (0.2, novelty), (0.2, recent), (0.2, work["known"].bit_count() / 6)]
        present = [(weight, part) for weight, part in weighted if part is not None]
        return 100 * sum(weight * part for weight, part in present) / sum(weight for weight, _part in present)


def made_up_works(count=900):
    chance = np.random.default_rng(7)
    return [
        {
            "id": number,
            "year": int(chance.integers(2019, 2025)),
            "field": 1 if chance.random() < 0.9 else 2,
            "type": 1,
            "source": int(chance.integers(1, 3)),
            "count": int(chance.integers(0, 6)) if chance.random() < 0.9 else None,
            "topics": set(chance.integers(0, 9, chance.integers(0, 5)).tolist()),
            "known": int(chance.integers(0, 64)),
        }
        for number in range(1, count + 1)
    ]


def inputs_of(works, *, surprise, before):
    as_days = [(date(work["year"], 7, 1) - date(2000, 1, 1)).days for work in works]
    return WorkInputs(
        ids=ints(*(work["id"] for work in works)),
        years=ints(*(work["year"] for work in works)),
        days=ints(*as_days),
        has_day=np.zeros(len(works), dtype=bool),
        fields=ints(*(work["field"] for work in works)),
        types=ints(*(work["type"] for work in works)),
        sources=ints(*(work["source"] for work in works)),
        counts=ints(*(UNKNOWN if work["count"] is None else work["count"] for work in works)),
        known=ints(*(work["known"] for work in works)),
        topics=ints(*(len(work["topics"]) for work in works)),
        surprises=surprise,
        years_before=before,
    )


def test_the_quick_implementation_agrees_with_the_slow_one():
    from papers.figures.works import compute_all

    works = sorted(made_up_works(), key=lambda work: (work["year"], work["id"]))
    as_of = date(2026, 11, 16)
    links = sorted((place, topic) for place, work in enumerate(works) for topic in work["topics"])
    years = ints(*(work["year"] for work in works))
    topics = TopicLinks(np.array([a for a, _ in links], np.int32), np.array([b for _, b in links], np.int32), years, 9)
    with_topics = Counter(work["year"] for work in works if work["topics"])
    surprise, before = np.full(len(works), np.nan), np.zeros(len(works), dtype=np.int64)
    for rows, found, total in surprises_by_year(topics, topics, with_topics):
        surprise[rows], before[rows] = found, total
    columns = compute_all(inputs_of(works, surprise=surprise, before=before), (as_of - date(2000, 1, 1)).days)

    slowly = Slowly(works, as_of)
    by_hand = {work["id"]: slowly.surprise(work) for work in works}
    stated = 0
    for place, work in list(enumerate(works))[::4]:
        citations, novelty = slowly.citations(work), slowly.novelty(work, by_hand)
        for name, expected in (
            ("surprise", by_hand[work["id"]]),
            ("citations_part", citations),
            ("novelty_part", novelty),
            ("score", slowly.score(work, citations, novelty)),
        ):
            found = columns[name][place]
            assert np.isnan(found) if expected is None else found == pytest.approx(expected, abs=EXACT), (name, work)
        assert (columns["novelty_withheld"][place] == WhyNot.STATED) == (novelty is not None)
        stated += novelty is not None and citations is not None
    assert stated > 20  # or the example compares nothing


def test_a_work_of_which_nothing_is_known_has_no_score():
    from papers.figures.works import compute_all

    nothing = WorkInputs(
        *(ints(value) for value in (1, UNKNOWN, NO_DAY)),
        np.zeros(1, dtype=bool),
        *(ints(value) for value in (UNKNOWN, 0, 0, UNKNOWN, 0, 0)),
        floats(NAN),
        ints(0),
    )
    columns = compute_all(nothing, 9000)
    assert np.isnan(columns["score"][0])
    assert (columns["citations_withheld"][0], columns["novelty_withheld"][0]) == (WhyNot.NO_YEAR, WhyNot.FEW_TOPICS)
    assert columns["year"].mask[0]
    assert np.isnat(columns["week"][0])
