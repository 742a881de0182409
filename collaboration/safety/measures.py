"""Measures against accounts: what each keeps people from, and the rule that slows an account down by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import Block, Measure, MeasureKind, Report, ReportStatus
from collaboration.safety.blocks import visible_people
from profiles.exceptions import NotAllowedError
from profiles.models import User

WORDS: Final[dict[str, str | Promise]] = {
    MeasureKind.WARNING: gettext_lazy("A warning. Nothing is taken from you."),
    MeasureKind.SLOW_DOWN: gettext_lazy("Half as many invitations and reports as before."),
    MeasureKind.NO_CONTACT: gettext_lazy("You can neither invite nor write to anybody."),
    MeasureKind.WORDS_HIDDEN: gettext_lazy("Nobody but you sees what you wrote on your page."),
    MeasureKind.SUSPENDED: gettext_lazy(
        "You can neither invite, write, follow nor report, and nobody but you sees what you wrote on your page."
    ),
}
"""What a measure means for the person, in the words that they read."""
HIDING: Final = (MeasureKind.WORDS_HIDDEN, MeasureKind.SUSPENDED)

WATCHED: Final = timedelta(days=7)
MANY: Final = 3
"""People, within ``WATCHED``, who blocked an account or whose report about it waits or was upheld: then it is slowed down."""
SLOWED_FOR: Final = timedelta(days=14)
BY_RULE: Final = "many-blocks-and-reports"


def in_force(now: datetime | None = None) -> Q:
    """The condition that a measure is in force."""
    return Q(lifted_at__isnull=True) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now or timezone.now()))


def measures_against(user: User) -> set[MeasureKind]:
    """The kinds of measures in force against an account. One query."""
    return {MeasureKind(kind) for kind in Measure.objects.filter(in_force(), person=user).values_list("kind", flat=True)}


def ensure_not_suspended(user: User) -> None:
    """Quiet for accounts that may act. Raises ``NotAllowedError``. One query."""
    if MeasureKind.SUSPENDED in measures_against(user):
        raise NotAllowedError(_("Your account is suspended. You were told why, and can appeal."))


def shown_profiles(profiles: QuerySet[Any], viewer: Any) -> QuerySet[Any]:
    """Profiles whose words ``viewer`` may see: without blocked people's, and without those that moderators hid from all but their owner.

    The registered visibility filter of ``profiles.Profile``. Costs no query of its own.
    """
    hidden = Exists(Measure.objects.filter(in_force(), person=OuterRef("user_id"), kind__in=HIDING))
    own = Q(user_id=viewer.pk) if viewer is not None and viewer.pk is not None else Q(pk__in=[])
    return visible_people(profiles.filter(own | ~Q(hidden)), viewer)


def slow_down_if_many(user: User, *, at: datetime | None = None) -> bool:
    """Slow an account down where many people blocked or reported it lately: whether it is new. Three statements at most.

    It is told that several people asked for quiet, not who; the measure ends by itself, and can be appealed against.
    """
    now = at or timezone.now()
    since = now - WATCHED
    blockers = set(Block.objects.filter(blocked=user, since__gt=since).values_list("blocker", flat=True)[:MANY])
    standing = [ReportStatus.OPEN, ReportStatus.UPHELD]
    reports = Report.objects.filter(reported=user, created_at__gt=since, status__in=standing, reporter__isnull=False)
    reporters = set(reports.values_list("reporter", flat=True).distinct()[:MANY])
    if len(blockers | reporters) < MANY:
        return False
    Measure.objects.filter(person=user, by_rule=True, lifted_at__isnull=True, ends_at__lte=now).update(lifted_at=now)
    row = Measure(person=user, kind=MeasureKind.SLOW_DOWN, by_rule=True, reason_code=BY_RULE, began_at=now, ends_at=now + SLOWED_FOR)
    if Measure.objects.filter(in_force(now), person=user, kind=MeasureKind.SLOW_DOWN).exists():
        return False
    Measure.objects.bulk_create([row], ignore_conflicts=True)
    return True


def on_block(_blocker: User, blocked: User) -> None:
    """Reaction to a block: the rule looks again."""
    slow_down_if_many(blocked)


def is_slowed(kinds: Collection[MeasureKind]) -> bool:
    """Whether limits are halved."""
    return MeasureKind.SLOW_DOWN in kinds
