"""How many invitations somebody may have open and begin anew. Pure: what counts comes in as values, nothing is asked.

One table, which the operator may change (``InvitationLimit``); where a row of it is missing, ``OURS`` holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from profiles.models.choices import Level

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table."""

    open_at_once: int
    new_a_week: int = 10
    declines: int = 3
    halved_days: int = 30


OURS: Final[Mapping[Level, Limit]] = {
    Level.L0: Limit(0),
    Level.L1: Limit(2),
    Level.L2: Limit(5),
    Level.L3: Limit(10),
    Level.L4: Limit(20),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What somebody has done so far. ``declined_in_a_row`` counts the refusals since the last acceptance, the latest at ``last_declined_at``;
    ``oldest_this_week`` is the first invitation of the last seven days; ``is_slowed``: a measure halves the account's limits.
    """

    open_now: int = 0
    this_week: int = 0
    oldest_this_week: datetime | None = None
    declined_in_a_row: int = 0
    last_declined_at: datetime | None = None
    is_slowed: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody may do now. ``halved_until`` is None where no refusals halve it, ``next_at`` where the week is not what stands against it."""

    level: Level
    open_at_once: int
    new_a_week: int
    open_left: int
    week_left: int
    halved_until: datetime | None
    is_slowed: bool
    next_at: datetime | None


def limit_of(level: Level, changed: Mapping[int, Limit]) -> Limit:
    """The row that holds for a level: the operator's, else ours."""
    return changed.get(int(level), OURS[level])


def allowance(level: Level, spent: Spent, limit: Limit, now: datetime) -> Allowance:
    """What is left at this level. Halving rounds down and concerns both numbers, once for however many reasons."""
    until = halved_until(spent, limit, now)
    share = 2 if until is not None or spent.is_slowed else 1
    most_open, most_new = limit.open_at_once // share, limit.new_a_week // share
    week_left = max(0, most_new - spent.this_week)
    return Allowance(
        level=level,
        open_at_once=most_open,
        new_a_week=most_new,
        open_left=max(0, most_open - spent.open_now),
        week_left=week_left,
        halved_until=until,
        is_slowed=spent.is_slowed,
        next_at=spent.oldest_this_week + WEEK if not week_left and spent.oldest_this_week is not None else None,
    )


def halved_until(spent: Spent, limit: Limit, now: datetime) -> datetime | None:
    """Until when the numbers are halved because of refusals in a row, or None."""
    if spent.last_declined_at is None or spent.declined_in_a_row < limit.declines:
        return None
    until = spent.last_declined_at + timedelta(days=limit.halved_days)
    return until if until > now else None


def next_level_with_more(level: Level, changed: Mapping[int, Limit]) -> tuple[Level, int] | None:
    """The next higher level at which more may be open at once, and how many; None at the top."""
    now = limit_of(level, changed).open_at_once
    better: Iterable[Level] = (above for above in Level if above > level and limit_of(above, changed).open_at_once > now)
    found = next(iter(better), None)
    return (found, limit_of(found, changed).open_at_once) if found is not None else None
