"""The figures as they are defined: examples worked out by hand, and what must hold for any record."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.metrics import JointWork, h_index, is_close, strength, summarise_citations
from papers.metrics.closeness import LEAST_STRENGTH

COUNTS = st.lists(st.integers(0, 10_000), max_size=60)
JOINT = st.lists(st.builds(JointWork, st.integers(1950, 2030), st.integers(2, 60)), max_size=30)


@pytest.mark.parametrize(
    "counts, expected",
    [
        ([], 0),
        ([0, 0], 0),
        ([1], 1),
        ([100], 1),
        ([10, 8, 5, 4, 3], 4),  # four works with at least four; not five with at least five
        ([25, 8, 5, 3, 3], 3),
        ([3, 3, 3, 3], 3),
        ([5, 5, 5, 5, 5], 5),
    ],
)
def test_the_h_index_of_known_records(counts, expected):
    assert h_index(counts) == expected


@given(COUNTS)
def test_an_h_index_is_the_greatest_number_that_fits_hirschs_definition(counts):
    h = h_index(counts)
    assert sum(count >= h for count in counts) >= h
    assert sum(count >= h + 1 for count in counts) < h + 1


@given(COUNTS, st.integers(0, 10_000), st.randoms())
def test_a_further_work_never_lowers_an_h_index_and_raises_it_by_one_at_most(counts, more, random):
    before = h_index(counts)
    grown = [*counts, more]
    random.shuffle(grown)
    assert before <= h_index(grown) <= before + 1


def test_citations_are_stated_where_four_fifths_of_the_works_have_a_count():
    assert summarise_citations([9, 4, 2, 0, None]).h_index == 2
    assert summarise_citations([9, 4, 2, 0, None]).total == 15
    scarce = summarise_citations([9, 4, 2, None, None])
    assert (scarce.known, scarce.h_index, scarce.total) == (3, None, None)


def test_two_works_are_too_few_to_state_an_h_index():
    assert summarise_citations([50, 40]).h_index is None
    assert summarise_citations([50, 40, 30]).h_index == 3
    assert summarise_citations([]).h_index is None


def test_no_h_index_for_a_record_that_probably_mixes_people():
    counts = [7, 7, 7]
    assert summarise_citations(counts, confidence=0.2).h_index is None
    assert summarise_citations(counts, confidence=0.2).total is None
    assert summarise_citations(counts, confidence=0.9).h_index == 3
    assert summarise_citations(counts, confidence=None).h_index == 3


def test_the_strength_of_known_collaborations():
    # One new work of two people: 1 - exp(-1) = 0.632.
    assert strength([JointWork(2026, 2)], year=2026) == pytest.approx(0.6321, abs=1e-4)
    # Six years old with five authors: exp(-1) / sqrt(4) = 0.1839; 1 - exp(-0.1839) = 0.168.
    assert strength([JointWork(2020, 5)], year=2026) == pytest.approx(0.1680, abs=1e-4)
    # Both: 1 - exp(-(1 + 0.1839)) = 0.694.
    assert strength([JointWork(2026, 2), JointWork(2020, 5)], year=2026) == pytest.approx(0.6939, abs=1e-4)
    assert strength([], year=2026) == 0


def test_one_joint_work_makes_nobody_close_however_strong():
    assert not is_close([JointWork(2026, 2)], year=2026)
    assert is_close([JointWork(2026, 2), JointWork(2017, 2)], year=2026)


def test_joint_works_of_ten_years_ago_are_no_longer_recent():
    assert is_close([JointWork(2026, 2), JointWork(2017, 2)], year=2026)
    assert not is_close([JointWork(2026, 2), JointWork(2016, 2)], year=2026)


def test_two_joint_works_may_still_be_too_weak():
    # Two works of 26 authors, two years old: 2 * exp(-1/3) / 5 = 0.2866; 1 - exp(-0.2866) = 0.249.
    weak = [JointWork(2024, 26), JointWork(2024, 26)]
    assert strength(weak, year=2026) == pytest.approx(0.2492, abs=1e-4)
    assert not is_close(weak, year=2026)


def test_works_of_more_than_thirty_authors_bring_nobody_together():
    assert strength([JointWork(2026, 31)] * 50, year=2026) == 0
    assert not is_close([JointWork(2026, 31)] * 50, year=2026)
    assert is_close([JointWork(2026, 30)] * 3, year=2026)


@given(JOINT, st.randoms())
def test_strength_lies_between_none_and_one_whatever_the_order(joint, random):
    mixed = list(joint)
    random.shuffle(mixed)
    assert 0 <= strength(joint, year=2026) <= 1
    assert strength(mixed, year=2026) == strength(joint, year=2026)


@given(JOINT, st.integers(1950, 2026), st.integers(2, 60))
def test_a_further_joint_work_never_weakens(joint, year, authors):
    assert strength([*joint, JointWork(year, authors)], year=2026) >= strength(joint, year=2026)


@given(st.integers(1950, 2026), st.integers(2, 29))
def test_older_works_and_longer_lists_weigh_less(year, authors):
    this = strength([JointWork(year, authors)], year=2026)
    assert strength([JointWork(year - 1, authors)], year=2026) < this
    assert strength([JointWork(year, authors + 1)], year=2026) < this


@given(JOINT)
def test_close_collaborators_are_always_strong(joint):
    if is_close(joint, year=2026):
        assert strength(joint, year=2026) >= LEAST_STRENGTH
        assert math.isfinite(strength(joint, year=2026))
