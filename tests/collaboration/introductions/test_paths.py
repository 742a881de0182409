"""Best ways over people in between. Pure."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collaboration.introductions.paths import Tie, best_paths

ME, ANN, BEA, CAT, GOAL = range(1, 6)


def test_the_strongest_way_comes_first_by_the_product_of_its_ties():
    ties = [Tie(ME, ANN, 0.9, (7,)), Tie(ANN, GOAL, 0.5, (8,)), Tie(GOAL, BEA, 0.8), Tie(BEA, ME, 0.6)]
    paths = best_paths(ties, ME, GOAL)
    assert [path.between for path in paths] == [(BEA,), (ANN,)]
    assert paths[0].strength == pytest.approx(0.48)
    assert [(tie.a, tie.b, tie.works) for tie in paths[1].ties] == [(ME, ANN, (7,)), (ANN, GOAL, (8,))]


def test_two_in_between_are_the_most_and_only_where_that_is_stronger():
    ties = [Tie(ME, ANN, 0.9), Tie(ANN, BEA, 0.9), Tie(BEA, GOAL, 0.9)]
    assert [path.between for path in best_paths(ties, ME, GOAL)] == [(ANN, BEA)]
    assert [path.between for path in best_paths([*ties, Tie(ANN, GOAL, 0.95)], ME, GOAL)] == [(ANN,)]
    far = [Tie(ME, ANN, 0.9), Tie(ANN, BEA, 0.9), Tie(BEA, CAT, 0.9), Tie(CAT, GOAL, 0.9)]
    assert best_paths(far, ME, GOAL) == []


def test_nobody_has_to_introduce_those_who_wrote_together_and_nothing_is_no_tie():
    assert best_paths([Tie(ME, GOAL, 0.9)], ME, GOAL) == []
    assert best_paths([Tie(ME, ANN, 0.0), Tie(ANN, GOAL, 0.9)], ME, GOAL) == []


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7), st.floats(0, 1)), max_size=25))
def test_every_way_leads_from_one_to_the_other_over_different_people_and_order_does_not_matter(rows):
    ties = list({frozenset((a, b)): Tie(a, b, strength) for a, b, strength in rows}.values())
    paths = best_paths(ties, 1, 7)
    assert paths == best_paths(reversed(ties), 1, 7)
    for path in paths:
        stops = [1, *path.between, 7]
        assert len(set(stops)) == len(stops) <= 4
        assert [(tie.a, tie.b) for tie in path.ties] == list(pairwise(stops))
    assert [path.strength for path in paths] == sorted((path.strength for path in paths), reverse=True)
