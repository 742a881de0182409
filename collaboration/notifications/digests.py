"""Digests: one mail a day or a week at most, of what was not read in the page, and none where there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from collaboration.models import Cadence, Digest, Notification
from collaboration.notifications.kinds import notification_kinds
from collaboration.notifications.preferences import DIGEST, FEED, cadences_of
from collaboration.notifications.sending import seen_by
from collaboration.querysets.feed import Sources, feed_works
from collaboration.querysets.notifications import accounts_with_digest_due
from papers.addresses import paper_address
from papers.querysets.works import found_works
from profiles.accounts.mail import JSON, queue_mail
from profiles.models import User

SPANS: Final = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7)}
SETTLES_IN: Final = timedelta(hours=1)
"""What has just come may yet be read in the page; it waits for the next look."""
EARLY: Final = timedelta(minutes=30)
"""A digest may come this much early, so that it does not slip by an hour every day."""
MOST_LINES: Final = 20
MOST_WORKS: Final = 10
AT_ONCE: Final = 200


def write_due_digests(*, at: datetime | None = None) -> int:
    """Write every digest that is due: how many. Each in its own short transaction; two workers at once write none twice."""
    now = at or timezone.now()
    return sum(_write_all(cadence, now) for cadence in SPANS)


def _write_all(cadence: Cadence, now: datetime) -> int:
    written, after = 0, 0
    while True:
        due = accounts_with_digest_due(
            cadence=cadence,
            known=[kind.key for kind in notification_kinds],
            default=[kind.key for kind in notification_kinds if kind.cadence == cadence],
            mail=DIGEST,
            feed=FEED,
            since=now - SPANS[cadence] + EARLY,
            settled=now - SETTLES_IN,
            after=after,
            limit=AT_ONCE,
        )
        written += sum(write_digest(user_id=user, cadence=cadence, now=now) for user in due)
        if len(due) < AT_ONCE:
            return written
        after = due[-1]


@transaction.atomic
def write_digest(*, user_id: int, cadence: Cadence, now: datetime) -> bool:
    """Write one digest if it is still due: whether a mail was queued. What it tells counts as told by mail; it stays unread in the page."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return False
    last = _last_one(user, cadence, now)
    if last is None:
        return False
    wanted = [kind for kind, chosen in cadences_of(user).items() if chosen == cadence]
    told = list(
        seen_by(user).filter(kind__in=wanted, read_at__isnull=True, mailed_at__isnull=True, created_at__lte=now).order_by("-pk")[:500]
    )
    lines = _lines(told)
    works = _works(user, last) if FEED in wanted else []
    Notification.objects.filter(pk__in=[one.pk for one in told]).update(mailed_at=now)
    if not lines and not works:
        return False
    queue_mail(
        to=user.email,
        kind=DIGEST,
        user=user,
        essential=False,
        key=f"digest:{user.pk}:{cadence}:{now:%Y-%m-%dT%H}",
        context={
            "summary": _summary(lines, works),
            "lines": lines[:MOST_LINES],
            "more": max(0, len(lines) - MOST_LINES),
            "works": works,
            "is_weekly": cadence == Cadence.WEEKLY,
            "notifications_url": reverse("collaboration:notifications"),
            "settings_url": reverse("collaboration:notification-settings"),
        },
    )
    return True


def _last_one(user: User, cadence: Cadence, now: datetime) -> datetime | None:
    """When the digest before this one was written, with its row now held by us and set to ``now``; None where it is another's or not due."""
    never = now - SPANS[cadence]
    Digest.objects.bulk_create([Digest(user=user, cadence=cadence, written_at=never)], ignore_conflicts=True)
    row = Digest.objects.select_for_update(skip_locked=True).filter(user=user, cadence=cadence).first()
    if row is None or row.written_at > now - SPANS[cadence] + EARLY:
        return None
    last = row.written_at
    row.written_at = now
    row.save(update_fields=["written_at"])
    return last


def _lines(told: Sequence[Notification]) -> list[JSON]:
    """What is told, gathered as in the page, latest first; each leads to its item."""
    groups: dict[tuple[str, str], list[Notification]] = {}
    for one in told:
        groups.setdefault((one.kind, one.group_key), []).append(one)
    found: list[JSON] = []
    for (key, _group), rows in groups.items():
        kind = notification_kinds.get(key)
        if kind is not None:
            address = settings.SITE_URL + reverse("collaboration:notification", args=[rows[0].pk])
            found.append({"text": kind.line(rows[0].payload, len(rows)), "url": address})
    return found


def _works(user: User, since: datetime) -> list[JSON]:
    """The latest works of the feed since then."""
    came = [work for work in feed_works(Sources(account=user.pk), user, limit=MOST_WORKS) if work.is_shown and work.came_at > since]
    return [
        {"text": work.title, "url": settings.SITE_URL + paper_address(work.id, work.title)}
        for work in found_works([one.id for one in came])
    ]


def _summary(lines: Sequence[JSON], works: Sequence[JSON]) -> str:
    if lines and works:
        return ngettext("%(count)s thing to know, and new works", "%(count)s things to know, and new works", len(lines)) % {
            "count": len(lines)
        }
    if lines:
        return ngettext("%(count)s thing to know", "%(count)s things to know", len(lines)) % {"count": len(lines)}
    return ngettext("%(count)s new work by those you follow", "%(count)s new works by those you follow", len(works)) % {"count": len(works)}
