"""How many invitations somebody may have. Pure: the table of the issue, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collaboration.invitations.limits import OURS, Limit, Spent, allowance, limit_of, next_level_with_more
from collaboration.models.invitations import TRANSITIONS, InvitationStatus
from profiles.models.choices import Level

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("level, most", [(Level.L0, 0), (Level.L1, 2), (Level.L2, 5), (Level.L3, 10), (Level.L4, 20)])
def test_places_by_level(level, most):
    fresh = allowance(level, Spent(), OURS[level], NOW)
    assert (fresh.open_at_once, fresh.open_left, fresh.week_left) == (most, most, 10)
    full = allowance(level, Spent(open_now=most), OURS[level], NOW)
    assert full.open_left == 0
    assert allowance(level, Spent(open_now=most + 3), OURS[level], NOW).open_left == 0, "a lower level takes nothing away that is open"


def test_ten_a_week_whatever_was_answered_meanwhile_and_when_the_next_is_possible():
    first = NOW - timedelta(days=5)
    spent = allowance(Level.L4, Spent(this_week=10, oldest_this_week=first), OURS[Level.L4], NOW)
    assert (spent.week_left, spent.next_at) == (0, first + timedelta(days=7))
    assert allowance(Level.L4, Spent(this_week=9, oldest_this_week=first), OURS[Level.L4], NOW).next_at is None


@pytest.mark.parametrize(
    "in_a_row, days_ago, halved",
    [(2, 1, False), (3, 1, True), (3, 29.9, True), (3, 30, False), (7, 1, True)],
)
def test_three_declines_in_a_row_halve_both_numbers_for_thirty_days(in_a_row, days_ago, halved):
    spent = Spent(declined_in_a_row=in_a_row, last_declined_at=NOW - timedelta(days=days_ago))
    found = allowance(Level.L2, spent, OURS[Level.L2], NOW)
    assert (found.open_at_once, found.new_a_week) == ((2, 5) if halved else (5, 10))
    assert (found.halved_until is not None) == halved


def test_a_slowed_account_has_half_and_not_a_quarter():
    declined = {"declined_in_a_row": 3, "last_declined_at": NOW}
    for spent in (Spent(is_slowed=True), Spent(is_slowed=True, **declined)):
        found = allowance(Level.L3, spent, OURS[Level.L3], NOW)
        assert (found.open_at_once, found.new_a_week) == (5, 5)


def test_the_operators_row_outranks_ours_and_only_that_one():
    changed = {2: Limit(7, new_a_week=3, declines=1, halved_days=2)}
    assert limit_of(Level.L2, changed).open_at_once == 7
    assert limit_of(Level.L3, changed) == OURS[Level.L3]
    declined = Spent(declined_in_a_row=1, last_declined_at=NOW - timedelta(days=1))
    assert allowance(Level.L2, declined, changed[2], NOW).open_at_once == 3
    assert next_level_with_more(Level.L1, changed) == (Level.L2, 7)
    assert next_level_with_more(Level.L4, changed) is None


def test_every_state_has_its_row_in_the_table_of_steps_and_ends_lead_nowhere():
    assert set(TRANSITIONS) == set(InvitationStatus)
    for state in ("accepted", "declined", "withdrawn", "expired"):
        assert TRANSITIONS[InvitationStatus(state)] == ()
