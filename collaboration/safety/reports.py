"""Reporting: what can be reported, how often, and what becomes of a report. Moderators decide in ``collaboration.safety.deciding``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from collaboration.models import MeasureKind, Report, ReportCategory, ReportStatus
from collaboration.safety.measures import is_slowed, measures_against, slow_down_if_many
from config.lib.registries import Registry
from papers.models import Author
from profiles.claims.limits import has_confirmed_address
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import User

NEW_ACCOUNT: Final = timedelta(days=7)
A_DAY: Final = 20
A_DAY_OF_A_NEW_ACCOUNT: Final = 3
KEEP_WORDS: Final = timedelta(days=365)
"""How long the words of a report stay after its decision: as long as somebody may still appeal or ask."""
LONGEST_QUOTE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Reportable:
    """Something that can be reported, as the reporter sees it. ``quoted`` are its words as they stand; ``person`` whose doing it is, where an
    account is known; ``back`` the page to return to.
    """

    label: str
    number: int
    name: str
    quoted: str
    person: User | None
    author: Author | None
    back: str


@dataclass(frozen=True)
class ReportableKind:
    """A kind of thing that can be reported. ``key`` stands in addresses; ``find(number, reporter)`` gives the thing, or None where the reporter may not see it."""

    key: str
    label: str | Promise
    find: Callable[[int, User], Reportable | None]
    order: int = 100


reportable_kinds: Registry[ReportableKind] = Registry()


def report(*, reporter: User, subject: Reportable, category: ReportCategory, text: str, links: Sequence[str] = ()) -> Report:
    """The report, open; about nine statements. What is reported is quoted as it stands, so that an edit does not take the evidence away.

    Raises ``NotAllowedError`` without a confirmed address, about oneself or while suspended, ``LimitReachedError`` beyond so many a day, and
    ``WrongStateError`` where the same reporter's report of the same thing waits already.
    """
    _ensure_may_report(reporter, subject)
    row = Report(
        reporter=reporter,
        reported=subject.person,
        author=subject.author,
        subject=subject.label,
        subject_id=subject.number,
        category=category,
        text=text,
        quoted=subject.quoted[:LONGEST_QUOTE],
        links=list(links),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if subject.person is not None:
                slow_down_if_many(subject.person)
    except IntegrityError:
        raise WrongStateError(_("You have reported this already, and it waits for a moderator.")) from None
    return row


def withdraw_report(*, report: Report, reporter: User) -> Report:
    """The report, withdrawn by who made it. Raises ``WrongStateError`` for one that is decided."""
    with transaction.atomic():
        locked = Report.objects.select_for_update().get(pk=report.pk)
        if locked.reporter_id != reporter.pk or locked.status != ReportStatus.OPEN:
            raise WrongStateError(_("This report has been decided."))
        locked.status, locked.decided_at = ReportStatus.WITHDRAWN, timezone.now()
        locked.save(update_fields=["status", "decided_at"])
    return locked


def forget_words() -> int:
    """Erase the words of reports that were decided long ago: of how many. One statement."""
    old = Report.objects.filter(decided_at__lt=timezone.now() - KEEP_WORDS).exclude(text="", quoted="", links=[])
    return old.update(text="", quoted="", links=[])


def _ensure_may_report(reporter: User, subject: Reportable) -> None:
    if subject.person is not None and subject.person.pk == reporter.pk:
        raise NotAllowedError(_("This is your own."))
    if not has_confirmed_address(reporter):
        raise NotAllowedError(_("Confirm your e-mail address first, so that we can tell you what becomes of your report."))
    against = measures_against(reporter)
    if MeasureKind.SUSPENDED in against:
        raise NotAllowedError(_("Your account is suspended. You were told why, and can appeal."))
    now = timezone.now()
    is_new = reporter.date_joined > now - NEW_ACCOUNT
    most = A_DAY_OF_A_NEW_ACCOUNT if is_new else A_DAY
    most = most // 2 if is_slowed(against) else most
    if Report.objects.filter(reporter=reporter, created_at__gt=now - timedelta(days=1)).count() >= most:
        raise LimitReachedError(_("You have made %(count)s reports within a day, which is the most. Go on tomorrow.") % {"count": most})
