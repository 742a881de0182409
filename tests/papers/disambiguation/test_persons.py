"""Mentions into persons: what holds for every input, and what a story says."""

import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.disambiguation import (
    AMBIGUOUS,
    Cluster,
    Clustering,
    Constraints,
    Index,
    Mention,
    Work,
    ambiguity,
    confidence,
    disambiguate,
    stable_ids,
)
from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.prudence import prudent

NAMES = [
    "Ada Quillmere",
    "A. Quillmere",
    "Ada M. Quillmere",
    "Ada N. Quillmere",
    "Grace Farrowgate",
    "G Farrowgate",
    "Emmy Notherby",
    "Emmi Notherby",
]
SUBJECTS = ["graph networks learn", "proteins fold slowly", "parsing sentences deeply"]


def work(key: str, *authors: str, title: str = "On graphs", year: int = 2020, **more: Any) -> list[Mention]:
    paper = Work(key=key, title=title, year=year, venue="icml", authors=authors)
    return [Mention(paper, place, name, **more) for place, name in enumerate(authors)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Mention], Constraints]:
    mentions = []
    for number in range(draw(st.integers(2, 12))):
        authors = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
        paper = Work(f"w{number:02}", title=draw(st.sampled_from(SUBJECTS)), year=draw(st.integers(1990, 2025)), authors=tuple(authors))
        for place, name in enumerate(authors):
            orcid = draw(st.sampled_from(["", "", "", "0000-0002", "0000-0003"]))
            mentions.append(Mention(paper, place, name, authenticated_orcid=orcid))
    keys = st.sampled_from([mention.key for mention in mentions])
    pairs = st.lists(st.tuples(keys, keys), max_size=3).map(tuple)
    decided = draw(st.dictionaries(keys, st.sampled_from(["p1", "p2"]), max_size=3))
    refused = draw(st.frozensets(st.tuples(keys, st.sampled_from(["p1", "p2"])), max_size=2))
    return mentions, Constraints(together=draw(pairs), apart=draw(pairs), decided=decided, refused=refused)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(worlds(), st.randoms(use_true_random=False))
def test_no_order_changes_anything_and_no_decision_is_broken(world: tuple[list[Mention], Constraints], shuffler: random.Random) -> None:
    mentions, constraints = world
    found = disambiguate(mentions, constraints)
    shuffled = mentions.copy()
    shuffler.shuffle(shuffled)
    assert disambiguate(shuffled, constraints) == found
    place = found.places()
    assert sorted(place) == sorted(mention.key for mention in mentions)
    of = {mention.key: mention for mention in mentions}
    for cluster in found.clusters:
        assert len({key[0] for key in cluster.mentions}) == len(cluster.mentions), "two positions of one work are two people"
        assert len({of[key].authenticated_orcid for key in cluster.mentions} - {""}) <= 1
        assert len({constraints.decided[key] for key in cluster.mentions if key in constraints.decided}) <= 1
    for one, other in constraints.apart:
        assert one == other or place[one] != place[other]
    broken = {frozenset(pair) for pair in found.contradictions}
    for one, other in constraints.together:
        assert place[one] == place[other] or frozenset((one, other)) in broken
    for key, person in constraints.refused:
        theirs = {place[other] for other, whose in constraints.decided.items() if whose == person and other != key}
        assert place[key] not in theirs or constraints.decided.get(key) == person


@settings(max_examples=settings().max_examples // 6)
@given(worlds())
def test_a_second_run_keeps_every_name(world: tuple[list[Mention], Constraints]) -> None:
    found = disambiguate(*world)
    names = [cluster.person or f"a{number}" for number, cluster in enumerate(found.clusters)]
    old: dict[str, list] = defaultdict(list)
    for name, cluster in zip(names, found.clusters, strict=True):
        old[name] += cluster.mentions
    again = stable_ids(old, disambiguate(*world))
    assert [name for name in again.names if name] == [*dict.fromkeys(names)]
    assert not again.redirects


def test_the_larger_part_keeps_the_name_and_the_other_leads_to_it() -> None:
    found = disambiguate([m for n in range(5) for m in work(f"w{n}", "Ada Quillmere", "Grace Farrowgate")])
    old = {"a1": [("w0", 0), ("w1", 0)], "a2": [("w2", 0), ("w3", 0), ("w4", 0)], "g": [(f"w{n}", 1) for n in range(5)]}
    named = stable_ids(old, found)
    assert set(named.names) == {"a2", "g"}
    assert named.redirects == {"a1": "a2"}


def test_one_bearer_of_a_rare_name_and_two_whose_middle_names_differ() -> None:
    mentions = [m for n in range(4) for m in work(f"w{n}", "Ada M. Quillmere", "Grace Farrowgate")]
    mentions += [m for n in range(4, 8) for m in work(f"w{n}", "Ada N. Quillmere", "Emmy Notherby", title="proteins fold")]
    place = disambiguate(mentions).places()
    assert len({place[f"w{n}", 0] for n in range(4)}) == 1
    assert place["w0", 0] != place["w4", 0]


def test_a_list_that_names_one_person_twice_does_not_part_her() -> None:
    mentions = [m for n in range(6) for m in work(f"w{n}", "Ada Quillmere", "Grace Farrowgate")]
    mentions += work("w9", "Ada Quillmere", "Grace Farrowgate", "Ada Quillmere")
    place = disambiguate(mentions).places()
    assert len({place[key] for key in place if key[1] == 0}) == 1
    assert place["w9", 2] != place["w9", 0]


def test_a_name_changed_by_marriage_is_hers_where_somebody_decided_so() -> None:
    mentions = [m for n in range(3) for m in work(f"w{n}", "Ada Quillmere", "Grace Farrowgate")]
    mentions += [m for n in range(3, 6) for m in work(f"w{n}", "Ada Notherby", "Grace Farrowgate")]
    assert disambiguate(mentions).places()["w0", 0] != disambiguate(mentions).places()["w3", 0]
    hers = {(f"w{n}", 0): "ada" for n in (0, 1, 3, 4)}
    place = disambiguate(mentions, Constraints(decided=hers)).places()
    assert len({place[f"w{n}", 0] for n in range(6)}) == 1


@pytest.mark.parametrize(
    "one,other",
    [
        ("Jörg Müller", "Jörg Mueller"),
        ("Bob Quillmere", "Robert Quillmere"),
        ("Ada Quillmere-Lovelock", "Ada Quillmere"),
        ("Ada Quillmere Lovelock", "Ada Quillmere"),
        ("Grace Ada Quillmere", "Ada Quillmere"),
        ("Quillmere Ada", "Ada Quillmere"),
        ("Ada Quilmere", "Ada Quillmere"),
    ],
)
def test_names_of_different_blocks_with_a_rare_coauthor_in_common(one: str, other: str) -> None:
    mentions = [
        m for n in range(3) for m in work(f"w{n}", one if n == 0 else other, "Zerubbabel Hawthornthwaite", "Ottoline Featherstonehaugh")
    ]
    found = disambiguate(mentions)
    assert found.places()["w0", 0] == found.places()["w1", 0]
    assert [{merge.first_name, merge.second_name} for merge in found.across] == [{one, other}]
    strangers = [m for n in range(3) for m in work(f"w{n}", one if n == 0 else other, f"Co{'xyz'[n]}ington Hawthorn{'abc'[n]}e")]
    assert len(set(disambiguate(strangers, across=False).places().values())) > len(set(found.places().values())) - 2


def test_later_works_join_who_is_known_and_decisions_hold() -> None:
    known = [m for n in range(4) for m in work(f"w{n}", "Ada Quillmere", "Grace Farrowgate")]
    names = {mention.key: f"p{mention.position}" for mention in known}
    index = Index(known, names)
    joined = index.assign(work("x1", "Ada Quillmere", "Grace Farrowgate", "Emmy Notherby"))
    assert [one.cluster for one in joined] == ["p0", "p1", None]
    again = index.assign(work("x2", "Emmy Notherby", "Grace Farrowgate"))
    assert [(one.cluster, one.new) for one in again] == [(None, joined[2].new), ("p1", -1)]
    index.name(joined[2].new, "emmy")
    refused = Constraints(refused=frozenset({(("x3", 0), "p0")}), decided={("x3", 1): "somebody"})
    last = index.assign(work("x3", "Ada Quillmere", "Grace Farrowgate", "Emmy Notherby"), refused)
    assert last[0].cluster != "p0"
    assert [one.cluster for one in last[1:]] == ["somebody", "emmy"]


def test_a_page_that_mixes_two_people_says_why() -> None:
    mentions = [m for n in range(5) for m in work(f"w{n}", "Wei Wang", "Grace Farrowgate", title="protein folding dynamics", year=2003)]
    mentions += [m for n in range(5, 9) for m in work(f"w{n}", "Wei Wang", "Emmy Notherby", title="diffusion models images", year=2023)]
    decided = {mention.key: "wang" for mention in mentions if mention.position == 0}
    cluster = next(one for one in disambiguate(mentions, Constraints(decided=decided)).clusters if one.person == "wang")
    hers = [mention for mention in mentions if mention.position == 0]
    finding = ambiguity(cluster, hers)
    assert [len(group) for group in finding.groups] == [5, 4]
    assert {"coauthor-groups", "subjects-apart", "long-gap"} <= {reason.kind.value for reason in finding.reasons}
    signed = [Mention(m.work, m.position, m.name, source_ids=(("orcid", f"0000-000{(m.work.year or 0) // 2010}"),)) for m in hers]
    worse = ambiguity(cluster, signed)
    assert worse.reasons[0].kind.value == "two-orcids"
    assert worse.score >= max(finding.score, AMBIGUOUS)


def test_subjects_are_told_by_words_that_tell() -> None:
    titles = ("approach based better experiments: protein folding", "approaches beyond bounds first: diffusion images")
    hers = [m for n in range(6) for m in work(f"w{n}", "Wei Wang", ("Grace Farrowgate", "Emmy Notherby")[n % 2], title=titles[n % 2])[:1]]
    common = WordCounts(dict.fromkeys(["approach", "based", "better", "experiments", "approaches", "beyond", "bounds", "first"], 800), 1000)
    page = Cluster(tuple(m.key for m in hers))
    words = [
        next(one for one in ambiguity(page, hers, 0, corpus).reasons if one.kind.value == "subjects-apart").details["first_words"]
        for corpus in (None, common)
    ]
    assert words == [("approach", "based", "better", "experiments"), ("approach", "based", "folding", "protein")]


def test_one_odd_work_does_not_make_a_large_page_doubtful() -> None:
    page = Cluster(tuple((f"w{n:02}", 0) for n in range(40)), weakest=0.45, doubtful=2)
    assert page.doubt(outside=0.5) == pytest.approx(0.25)
    assert replace(page, doubtful=9).doubt(outside=0.05) == pytest.approx(0.25)  # their co-authors meet
    assert replace(page, doubtful=9).doubt(outside=0.5) == pytest.approx(0.55)


def test_who_is_hardly_known_parts_where_co_authors_never_meet_and_waits_for_people() -> None:
    mentions = [
        m for n, company in enumerate(("Grace Farrowgate", "Grace Farrowgate", "Emmy Notherby")) for m in work(f"w{n}", "Wei Wang", company)
    ]
    hers = Clustering((Cluster(tuple((f"w{n}", 0) for n in range(3)), weakest=0.6, rarity=0.2),))
    parted = prudent(hers, mentions, set())
    assert [cluster.mentions for cluster in parted.clusters] == [(("w0", 0), ("w1", 0)), (("w2", 0),)]
    assert [(pair.first, pair.second, pair.probability) for pair in parted.uncertain] == [(0, 1, 0.6)]
    assert prudent(hers, mentions, {("w0", 0)}) == hers  # a person decided
    told = replace(hers.clusters[0], known=1.0)
    assert prudent(Clustering((told,)), mentions, set()).clusters == (told,)


def test_one_co_author_in_common_is_enough_under_rare_names_only() -> None:
    crowd = [m for n in range(8) for m in work(f"c{n}", f"{'BCDEFGHI'[n]}eda Quillmere", f"Ada Other{n}")]
    forms = ("Grace Ada Quillmere", "Ada Quillmere")
    one = [m for n in range(2) for m in work(f"w{n}", forms[n], "Zerubbabel Hawthornthwaite")]
    two = [m for n in range(2) for m in work(f"w{n}", forms[n], "Zerubbabel Hawthornthwaite", "Ottoline Featherstonehaugh")]
    assert [len(disambiguate(mentions).across) for mentions in (one, one + crowd, two + crowd)] == [1, 0, 1]


def test_a_common_name_without_anything_known_is_not_sure() -> None:
    bare = disambiguate([m for n in range(3) for m in work(f"w{n}", "Wei Wang")]).clusters[0]
    told = disambiguate([m for n in range(3) for m in work(f"w{n}", "Wei Wang", affiliations=("Quill University",))]).clusters[0]
    assert confidence(bare) < confidence(told)
