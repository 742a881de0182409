"""What speaks for two people, by hand and for any records; and the measuring itself, on records where the truth is known."""

from __future__ import annotations

import math
from io import StringIO
from itertools import product

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collaboration.suggestions.kinds import Reason, ReasonKind, is_enough
from collaboration.suggestions.model import LEARNT, learn, ranked
from collaboration.suggestions.prospects import adamic_adar, candidates, features, measures, prepare, strangers
from collaboration.suggestions.reasons import has_reason, reasons_for, thinly_joined
from collaboration.suggestions.records import MOST_AUTHORS, WorkRow, assemble
from collaboration.suggestions.splits import BASELINES, OURS, area_under_curve, evaluate, learn_from, split
from collaboration.suggestions.works_file import read_rows

ADA, BEA, GRACE, CARL, DORA = 1, 2, 3, 4, 5
SMALL = [
    WorkRow(10, 2020, (ADA, BEA), "Careful looms"),
    WorkRow(11, 2018, (BEA, GRACE), "Engines that weave"),
    WorkRow(12, 2019, (GRACE, CARL), "Bridges"),
    WorkRow(13, 2020, (DORA,), "Looms again", topics=(7,)),
    WorkRow(14, 2020, (ADA,), "Nothing shared", topics=(7,)),
]
WORKS = st.lists(
    st.builds(
        WorkRow,
        key=st.integers(1, 10**6),
        year=st.integers(2005, 2020),
        people=st.lists(st.integers(1, 8), min_size=1, max_size=4, unique=True).map(tuple),
        title=st.sampled_from(["Careful looms", "Engines weave looms", "Bridges of iron", "Kränkung 数学", "", "the the"]),
        topics=st.lists(st.integers(1, 4), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row.key,
)


def test_ties_by_hand_and_reasons_with_the_works_behind_them():
    ground = prepare(assemble(SMALL), 2020)
    ada, grace, carl, dora = (ground.records.place(one) for one in (ADA, GRACE, CARL, DORA))
    found = measures(ground, np.array([ada]))

    with_bea, bea_with_grace = -math.expm1(-1.0), -math.expm1(-math.exp(-2 / 3))
    assert found.ties[0, grace] == pytest.approx(with_bea * bea_with_grace / math.log(2), rel=1e-5)
    assert adamic_adar(ground, np.array([ada]))[0][0, grace] == pytest.approx(1 / math.log(2))
    assert found.ties[0, carl] == found.ties[0, dora] == 0
    assert found.walk[0, grace] > found.walk[0, carl] > found.walk[0, dora] == 0
    assert reasons_for(ground, ada, grace) == (Reason(ReasonKind.COAUTHORS, 1, (BEA,), ((10, 11),)),)
    assert reasons_for(ground, ada, carl) == (Reason(ReasonKind.CHAIN, 1, (BEA, GRACE), ((10, 0), (0, 12))),)
    topics, words = reasons_for(ground, ada, dora)
    assert (topics.kind, topics.named, topics.works) == (ReasonKind.TOPICS, (7,), ((14, 13),))
    assert (words.kind, words.named, words.works) == (ReasonKind.WORDS, ("looms",), ((10, 13),))
    for reason in (topics, words):
        assert Reason.from_json(reason.to_json()) == reason


@hypothesis_settings(max_examples=25)
@given(WORKS)
def test_whatever_the_records_nobody_is_a_candidate_who_wrote_along_and_everybody_has_a_reason(works):
    ground = prepare(assemble(works), 2020)
    backwards = prepare(assemble(reversed(works)), 2020)
    everybody = np.arange(len(ground.records.people))
    found = measures(ground, everybody)
    again = measures(backwards, everybody)
    together = {pair for row in works for pair in product(row.people, row.people)}
    keys = ground.records.people
    for person in everybody[:3].tolist():
        chosen = candidates(ground, found, person, strangers(ground, person))
        assert not {(int(keys[person]), int(keys[other])) for other in chosen} & together
        assert all(ground.last[other] > 2015 for other in chosen)
        read = features(ground, found, person, person, chosen)
        assert np.isfinite(read).all()
        assert np.allclose(read, features(backwards, again, person, person, chosen), atol=1e-5)
        apart = chosen[found.ties[person, chosen] == 0]
        assert thinly_joined(ground, person, apart) == [one for one in apart.tolist() if not is_enough(reasons_for(ground, person, one))]
        for other in chosen.tolist():
            told = reasons_for(ground, person, other)
            assert told
            assert has_reason(ground, found, person, person, other)
            for reason in told:
                assert 0 < len(reason.named) == len(reason.works) <= max(reason.count, 2)
    assert (found.walk.sum(axis=1) <= 1 + 1e-5).all()
    assert np.allclose(found.ties, found.ties.T, atol=1e-5)


def test_a_word_or_two_in_titles_is_not_enough_alone():
    def words(count: int) -> Reason:
        return Reason(ReasonKind.WORDS, count, ("looms",), ((1, 2),))

    assert not is_enough([])
    assert not is_enough([words(2)])
    assert is_enough([words(3)])
    assert is_enough([words(1), Reason(ReasonKind.INSTITUTIONS, 1, (5,), ((1, 2),))])


def test_works_of_a_crowd_bring_nobody_together():
    rows = [WorkRow(1, 2020, (ADA, BEA), authors=MOST_AUTHORS + 1), WorkRow(2, 2020, (ADA, BEA, GRACE), authors=3)]
    assert assemble(rows).works.tolist() == [2]


def test_learning_finds_what_speaks_and_ties_go_by_key():
    rng = np.random.default_rng(1)
    read = rng.normal(size=(4000, len(LEARNT.each)))
    weights = learn(read, rng.random(4000) < 1 / (1 + np.exp(-2 * read[:, 0] + 1 * read[:, 3])))
    assert weights.each[0] > 1
    assert weights.each[3] < -0.7
    assert abs(weights.each[1]) < 0.2
    assert ranked(np.array([1.0, 2.0, 1.0]), np.array([9, 5, 4])).tolist() == [1, 2, 0]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=20))
def test_the_area_is_the_share_of_pairs_in_the_right_order(pairs):
    scores, true = np.array([float(score) for score, _ in pairs]), np.array([came for _, came in pairs], dtype=bool)
    worth = [(a > b) + (a == b) / 2 for a in scores[true] for b in scores[~true]]
    assert area_under_curve(scores, true) == pytest.approx(sum(worth) / len(worth) if worth else 0.5)


def planted() -> list[WorkRow]:
    """Thirty groups of five; in each two wrote with the third lately, and then with each other; the fourth is long gone, the fifth keeps to the third."""
    rows = []
    for group in range(30):
        a, b, middle, gone, still = (5 * group + place + 1 for place in range(5))
        for number, (year, people) in enumerate(
            [
                (2014, (a, middle)),
                (2015, (a,)),
                (2015, (b, middle)),
                (2014, (b,)),
                (2015, (a, middle)),
                (2001, (gone, middle)),
                (2013, (still, middle)),
                (2016, (a, b)),
            ]
        ):
            rows.append(WorkRow(100 * group + number + 1, year, people, f"Study of group{group} looms"))
    return rows


def test_what_is_known_ends_at_the_year_and_the_table_counts_what_came_true():
    given = split(planted(), until=2015, first=2016, last=2018)
    assert given.ground.records.years.max() == 2015
    assert sum(len(others) for others in given.came_true.values()) == 60
    table = evaluate(given, LEARNT, active_only=False)
    assert (table.targets, table.pairs, table.two_hop_true, table.without_reason) == (30, 30, 30, 0)  # of each pair one had three works
    ours = table.row(OURS)
    assert ours.recall == ours.mean_recall == 1.0
    assert ours.precision == pytest.approx(1 / 20)
    assert ours.area > table.row(BASELINES[0]).area == 0.5  # one shared co-author each, gone or not
    assert table.listed < 30 * 20  # nobody is listed for nothing
    assert learn_from(given).each[0] > 0


def test_the_command_says_what_it_cannot_do(tmp_path):
    works = tmp_path / "works.jsonl"
    for text, said in (("{", "line 1 is not JSON"), ("[]", "line 1 is no work"), ("", "nothing to find")):
        works.write_text(text)
        with pytest.raises(CommandError, match=said):
            call_command("evaluate_suggestions", works=works)
    with pytest.raises(CommandError, match="must come after"):
        call_command("evaluate_suggestions", works=works, until=2018, first=2017)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_suggestions", works=tmp_path / "none")


def test_the_bars_hold_on_real_co_authorship(records, accept, capsys):
    """Known until 2018, asked about 2019-2021, with weights learnt until 2015; a sample asks earlier, of fewer, with what is shipped."""
    path = records / "works_acl.jsonl.gz"
    if not accept:
        table = evaluate(split(read_rows(path), until=2009, first=2010, last=2012), LEARNT, active_only=False)
        measured, ours = table.row(BASELINES[0]), table.row(OURS)
        assert table.targets > 200
        assert table.without_reason == 0
        assert ours.recall > 1.1 * measured.recall
        assert ours.area > 0.75
        return
    said = StringIO()
    call_command("evaluate_suggestions", works=path, learn=True, stdout=said)
    assert "Learnt until 2015: ties {}, walk {}, words {}".format(*LEARNT.each[:3]) in said.getvalue()
    rows = list(read_rows(path))
    given = split(rows, until=2018, first=2019, last=2021)
    for active_only, times, area in ((False, 1.30, 0.78), (True, 1.18, 0.735)):
        table = evaluate(given, LEARNT, active_only=active_only)
        measured, ours = table.row(BASELINES[0]), table.row(OURS)
        assert ours.recall >= times * measured.recall
        assert ours.mean_recall >= times * measured.mean_recall
        assert ours.area >= area
        assert table.without_reason == 0
