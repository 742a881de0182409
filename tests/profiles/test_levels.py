"""Levels from evidence: what each asks for, and that more evidence never means less."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.levels import EMAIL_FULL, EMAIL_HALF, ClaimFacts, Piece, RecordFacts, assess, email_weight, value
from profiles.models.choices import Level, Method

NOW = datetime(2026, 3, 1, tzinfo=UTC)
THIN = RecordFacts(works=2, confidence=0.9, has_source_id=True, has_publisher_orcid=False)
FULL = RecordFacts(works=16, confidence=0.9, has_source_id=True, has_publisher_orcid=False)
BARE = ClaimFacts(pieces=(), email_confirmed=True, name_compatible=True, quiet_since=NOW - timedelta(days=20), second_review=True)

TOKEN = Piece(Method.TOKEN, NOW)
VOUCH = Piece(Method.VOUCH, NOW)
DOCUMENT = Piece(Method.DOCUMENT, NOW)
MATCHED = Piece(Method.ORCID, NOW, matched=True)
UNMATCHED = Piece(Method.ORCID, NOW)
AT_THE_UNIVERSITY = Piece(Method.EMAIL, NOW, institutional=True)
AT_ITS_WEB_HOST = Piece(Method.EMAIL, NOW, institutional=True, from_site=True)


@pytest.mark.parametrize(
    "works,confidence,level", [(3, 0.8, Level.L1), (2, 1.0, Level.L0), (300, 0.79, Level.L0), (300, None, Level.L0), (0, None, Level.L0)]
)
def test_a_record_alone_gives_at_most_level_one(works, confidence, level):
    assert assess(RecordFacts(works, confidence, True, True), None, NOW).level == level


@pytest.mark.parametrize(
    "pieces,level,identity",
    [
        ((), Level.L1, 0.145),  # 1 - .95 * .9
        ((UNMATCHED,), Level.L1, 0.27325),  # 1 - .95 * .9 * .85
        ((UNMATCHED, VOUCH, VOUCH), Level.L1, 0.4404025),  # enough of it, but nothing that ties
        ((AT_ITS_WEB_HOST,), Level.L1, 0.26375),  # 1 - .95 * .775
        ((VOUCH, VOUCH, VOUCH), Level.L2, 0.4015),  # 1 - .95 * .9 * .7
        ((TOKEN,), Level.L2, 0.4015),
        ((AT_THE_UNIVERSITY,), Level.L2, 0.4775),  # 1 - .95 * .55
        ((AT_THE_UNIVERSITY, UNMATCHED), Level.L2, 0.555875),  # an iD that matches nothing lifts no level
        ((AT_THE_UNIVERSITY, UNMATCHED, VOUCH, VOUCH, VOUCH), Level.L2, 0.6891125),  # .60 and more, without a second class that is strong
        ((AT_THE_UNIVERSITY, TOKEN), Level.L3, 0.63425),  # 1 - .95 * .55 * .7
        ((AT_ITS_WEB_HOST, TOKEN, VOUCH, VOUCH, VOUCH), Level.L2, 0.639238),  # a web host's domain is not strong
        ((MATCHED,), Level.L3, 0.658),  # 1 - .95 * .9 * .4
        ((DOCUMENT,), Level.L3, 0.7435),  # 1 - .95 * .9 * .3
        ((MATCHED, AT_THE_UNIVERSITY), Level.L4, 0.791),  # 1 - .95 * .4 * .55
        ((DOCUMENT, MATCHED), Level.L4, 0.8974),  # 1 - .95 * .9 * .3 * .4
    ],
)
def test_evidence_gives_its_level(pieces, level, identity):
    found = assess(THIN, replace(BARE, pieces=pieces), NOW)

    assert (found.level, found.identity) == (level, pytest.approx(identity, abs=1e-6))


@pytest.mark.parametrize(
    "change,missing",
    [
        ({"second_review": False}, "second-review"),
        ({"quiet_since": NOW - timedelta(days=13)}, "quiet"),
        ({"quiet_since": None}, "quiet"),
    ],
)
def test_level_four_asks_for_two_people_and_two_quiet_weeks(change, missing):
    found = assess(THIN, replace(BARE, pieces=(MATCHED, DOCUMENT), **change), NOW)

    assert found.level == Level.L3
    assert missing in found.missing


def test_a_name_that_does_not_go_with_the_record_stops_at_level_one():
    found = assess(THIN, replace(BARE, pieces=(MATCHED, DOCUMENT), name_compatible=False), NOW)

    assert found.level == Level.L1
    assert found.missing == ("name",)


def test_a_claim_never_lowers_the_level_of_the_record():
    nothing = replace(BARE, email_confirmed=False)

    assert assess(FULL, nothing, NOW).level == Level.L1
    assert assess(FULL, nothing, NOW).claim_level == Level.L0


@pytest.mark.parametrize("months,weight", [(0, 1.0), (18, 1.0), (24, 0.75), (30, 0.5), (90, 0.5)])
def test_an_institutions_address_fades_to_half_between_month_18_and_month_30(months, weight):
    assert email_weight(months * (EMAIL_FULL / 18)) == pytest.approx(weight)


def test_a_faded_address_lowers_the_level_and_is_looked_at_in_time():
    young = assess(THIN, replace(BARE, pieces=(AT_THE_UNIVERSITY, MATCHED)), NOW)
    old = assess(THIN, replace(BARE, pieces=(replace(AT_THE_UNIVERSITY, confirmed_at=NOW - EMAIL_HALF), MATCHED)), NOW)

    assert (young.level, old.level) == (Level.L4, Level.L3)
    assert young.next_change is not None
    assert NOW < young.next_change < NOW + EMAIL_HALF
    assert old.next_change is None


pieces = st.builds(
    lambda method, age, matched, institutional, from_site: Piece(
        method,
        NOW - timedelta(days=age),
        matched=matched and method == Method.ORCID,
        institutional=institutional and method == Method.EMAIL,
        from_site=from_site and institutional and method == Method.EMAIL,
    ),
    st.sampled_from(Method),
    st.integers(0, 2000),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(pieces, max_size=6), pieces, st.booleans(), st.booleans())
def test_one_more_piece_of_evidence_never_lowers_anything(held, one_more, name_compatible, second_review):
    claim = replace(BARE, pieces=tuple(held), name_compatible=name_compatible, second_review=second_review)

    before, after = assess(THIN, claim, NOW), assess(THIN, replace(claim, pieces=(*held, one_more)), NOW)

    assert after.level >= before.level
    assert after.identity >= before.identity - 1e-12
    assert 0 <= after.identity < 1


@given(pieces)
def test_a_piece_is_worth_between_nothing_and_all(piece):
    assert 0 < value(piece, NOW) < 1
