"""Works that come later: what is kept of a block is what a fresh look at it would find, and nothing that was decided is moved."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.disambiguation import Assignment, Constraints, Index, Mention, increment
from papers.disambiguation.blocks import Block, block_among
from papers.disambiguation.collection import Collection
from papers.disambiguation.standing import StandingBlock
from tests.papers.disambiguation.test_persons import work, worlds

World = tuple[list[Mention], Constraints]


class FreshBlock(StandingBlock):
    """Keeps nothing: every portion looks at the whole block again."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = np.zeros(0, np.int64)

    def block(self, collection: Collection, rows: np.ndarray, unit: np.ndarray) -> Block:
        self.seen = np.sort(np.concatenate([self.seen, rows]))
        return block_among(collection, self.seen, unit)


def in_portions(world: World, size: int) -> tuple[dict[tuple[str, int], str], list[Assignment]]:
    """The first third of the works is known, some of it as one person's; the rest comes so many works at a time, under the constraints."""
    mentions, constraints = world
    works: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        works[mention.work.key].append(mention)
    arriving = list(works.values())
    early = [mention for part in arriving[: len(arriving) // 3] for mention in part]
    persons = {mention.key: f"k {mention.name[0]}" for mention in early if mention.name != "A. Quillmere"}
    persons = {key: name for key, name in persons.items() if list(persons).index(key) == 0 or key[1] == 0}
    index = Index(early, persons)
    found: list[Assignment] = []
    for start in range(len(arriving) // 3, len(arriving), size):
        found += index.assign([mention for part in arriving[start : start + size] for mention in part], constraints)
    return persons, found


@settings(max_examples=settings().max_examples // 2)
@given(worlds(), st.integers(1, 4))
def test_what_is_kept_of_a_block_says_what_a_fresh_look_would_and_no_decision_is_broken(world: World, size: int) -> None:
    persons, found = in_portions(world, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(increment, "StandingBlock", FreshBlock)
        patch.setattr(increment, "within_reach", lambda _arrays, block, _unit, _free: block)
        assert in_portions(world, size)[1] == found
    who = dict(persons) | {one.mention: one.cluster or f"new {one.new}" for one in found}
    mentions, constraints = world
    of = {mention.key: mention for mention in mentions}
    later = {one.mention for one in found}
    mine = defaultdict(list)
    for key, person in who.items():
        mine[person].append(key)
    for keys in mine.values():
        arrived = [key for key in keys if key in later]
        assert len({key[0] for key in arrived}) == len(arrived), "two positions of one work are two people"
        assert len({constraints.decided[key] for key in arrived if key in constraints.decided}) <= 1
        assert len({of[key].authenticated_orcid for key in arrived} - {""}) <= 1
    for key, person in constraints.refused:
        assert key not in later or who[key] != person or constraints.decided.get(key) == person


NAMES = ["Ada Quillmere", "A. Quillmere", "Ada M. Quillmere", "Ada N. Quillmere", "Abe Quillmere", "Adelaide Quillmere"]
COMPANY = ["Grace Farrowgate", "G. Farrowgate", "Emmy Notherby", "Hester Lane", "Hugo Lane"]


@settings(max_examples=settings().max_examples * 2)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(COMPANY), max_size=2)), min_size=2, max_size=14),
    st.lists(st.integers(0, 13), min_size=14, max_size=14),
    st.lists(st.integers(0, 14), max_size=4),
)
def test_companies_grown_in_any_portions_are_those_of_all_at_once(
    works: list[tuple[str, list[str]]], heads: list[int], portions: list[int]
) -> None:
    collection = Collection(m for n, (name, company) in enumerate(works) for m in work(f"w{n:02}", name, *company)[:1])
    total = len(works)
    standing, unit = StandingBlock(), np.arange(total)
    cuts = [0, *sorted(min(cut, total) for cut in portions), total]
    for start, end in pairwise(cuts):
        grown = standing.block(collection, np.arange(start, end), unit)
        fresh = block_among(collection, np.arange(end), unit)
        assert grown.company.tolist() == fresh.company.tolist()
        assert grown.company_size.tolist() == fresh.company_size.tolist()
        names, again = (one.codes[np.ix_(one.local, one.local)] for one in (grown, fresh))
        assert (names == again).all()
        assert (grown.bearers[grown.local] == fresh.bearers[fresh.local]).all()
        for row in range(start, end):
            unit[row] = unit[heads[row] % (row + 1)]  # joined once it was looked at


def test_two_new_mentions_of_one_signed_in_person_go_to_the_same_page() -> None:
    known = [m for n in range(6) for m in work(f"w{n}", "Ada Quillmere", "Grace Farrowgate")]
    index = Index(known, {mention.key: f"p{mention.position}" for mention in known})
    arriving = work("x1", "Ada Quillmere", "Grace Farrowgate")[:1] + work("x2", "Ada Quillmere")
    signed = [Mention(one.work, one.position, one.name, authenticated_orcid="0000-0002") for one in arriving]
    assert [one.cluster for one in index.assign(signed)] == ["p0", "p0"]
