"""The page of what one was told, and the settings of mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collaboration.models import Cadence
from collaboration.notifications.kinds import notification_kinds
from collaboration.notifications.preferences import FEED, cadences_of, refuses_digests
from collaboration.querysets.notifications import lines_of
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from profiles.models import User

PAGE_SIZE: Final = 40


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line of the page. ``url`` marks it as read and leads to the item."""

    text: str
    url: str
    at: datetime
    is_unread: bool


@dataclass(frozen=True, slots=True)
class MailChoice:
    """A kind of news and how often it comes by mail."""

    key: str
    label: str | Promise
    cadence: Cadence
    options: tuple[tuple[str, str | Promise], ...] = tuple(Cadence.choices)


def notifications_page(user: User, params: QueryParams, path: str) -> dict[str, Any]:
    """What ``collaboration/notifications.html`` reads. One query."""
    found = lines_of(user.pk, [kind.key for kind in notification_kinds], before=params.public_id("after"), limit=PAGE_SIZE + 1)
    lines = []
    for row in found[:PAGE_SIZE]:
        kind = notification_kinds.get(row.kind)
        if kind is not None:
            url = reverse("collaboration:notification", args=[row.id])
            lines.append(ToldLine(kind.line(row.payload, row.count), url, row.at, row.is_unread))
    return {
        "lines": lines,
        "through": encode_public_id(found[0].id) if found else "",
        "has_unread": any(line.is_unread for line in lines),
        "older_url": f"{path}?after={encode_public_id(found[PAGE_SIZE - 1].id)}" if len(found) > PAGE_SIZE else "",
        "ignored": params.close(),
    }


def mail_settings(user: User) -> dict[str, Any]:
    """What ``collaboration/notification_settings.html`` reads. Two queries."""
    chosen = cadences_of(user)
    kinds = [MailChoice(kind.key, kind.label, chosen[kind.key]) for kind in notification_kinds]
    return {
        "choices": [*kinds, MailChoice(FEED, _("New works by those you follow"), chosen[FEED])],
        "refuses_all": refuses_digests(user),
    }
