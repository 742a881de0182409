"""Pages of a list: what stands below it. Pure; the list itself is fetched by whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

SEPARATED_FROM: Final = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """A page number to go to; ``url`` is "" for a gap."""

    text: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """See ``templates/_partials/pager.html``."""

    summary: str
    previous_url: str
    next_url: str
    steps: tuple[Step, ...]


def page_count(total: int, size: int, limit: int) -> int:
    """How many pages a list of ``total`` rows has: at least 1, at most ``limit``."""
    return max(1, min(-(-total // size), limit))


def counted_pager(*, page: int, total: int, size: int, limit: int, url: Callable[[int], str], capped: bool = False) -> Pager:
    """The pager of a list whose length is known. ``url`` gives the address of a page; ``capped`` means "or more"."""
    pages = page_count(total, size, limit)
    first, last = (page - 1) * size + 1, min(page * size, total)
    amount = grouped(total) + ("+" if capped else "")
    summary = _("%(first)s to %(last)s of %(total)s") % {"first": grouped(first), "last": grouped(last), "total": amount}
    return Pager(summary, url(page - 1) if page > 1 else "", url(page + 1) if page < pages else "", _steps(page, pages, url))


def open_pager(*, page: int, size: int, shown: int, has_more: bool, limit: int, url: Callable[[int], str]) -> Pager:
    """The pager of a list whose length nobody counted: it knows only whether there is more."""
    more = has_more and page < limit
    first = (page - 1) * size + 1
    summary = _("%(first)s to %(last)s") % {"first": grouped(first), "last": grouped(first + max(shown, 1) - 1)}
    steps = [Step(str(number), url(number), number == page) for number in range(max(1, page - 2), page + 1)]
    if more:
        steps.append(Step(str(page + 1), url(page + 1)))
    return Pager(summary, url(page - 1) if page > 1 else "", url(page + 1) if more else "", tuple(steps))


def grouped(number: int) -> str:
    """A whole number with the reader's separator of thousands."""
    if 0 <= number < SEPARATED_FROM:
        return str(number)
    return number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True)


def _steps(page: int, pages: int, url: Callable[[int], str]) -> tuple[Step, ...]:
    wanted = sorted({1, 2, page - 1, page, page + 1, pages - 1, pages} & set(range(1, pages + 1)))
    steps: list[Step] = []
    for number in wanted:
        left_out = number - int(steps[-1].text) - 1 if steps else 0
        if left_out:
            steps.append(Step(str(number - 1), url(number - 1) if left_out == 1 else ""))
        steps.append(Step(str(number), url(number), number == page))
    return tuple(steps)
