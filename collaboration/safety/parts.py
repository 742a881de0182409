"""What of follows, notifications, blocks and reports belongs to an account: taken along, and erased with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from collaboration.models import Block, Follow, FollowList, MailPreference, Measure, Mute, Notification, Report, SafetyAppeal
from config.lib.public_ids import encode_public_id
from config.lib.registries import PersonalPart
from profiles.models import User
from profiles.privacy.parts import CHUNK, of_user

Rows = Iterator[Mapping[str, Any]]


def parts() -> tuple[PersonalPart, ...]:
    """What the archive of an account holds of this, in order."""
    return (
        PersonalPart("follows", _("What you follow"), follows, order=310),
        PersonalPart("follow-list", _("Whether others see what you follow"), of_user(FollowList, "user", "is_public"), order=311),
        PersonalPart(
            "notifications",
            _("What you were told"),
            of_user(Notification, "recipient", "kind", "created_at", "read_at", "mailed_at"),
            order=320,
        ),
        PersonalPart("mail-choices", _("How often you want mail"), of_user(MailPreference, "user", "kind", "cadence"), order=321),
        PersonalPart("mutes", _("Pages that you muted"), of_user(Mute, "muter", "author_id", "author__display_name", "since"), order=330),
        PersonalPart("blocks", _("When you blocked somebody"), of_user(Block, "blocker", "since"), order=331),
        PersonalPart("reports", _("Your reports"), reports, erase_reports, order=332),
        PersonalPart(
            "measures",
            _("What moderators decided about you"),
            of_user(Measure, "person", "kind", "reason_code", "by_rule", "began_at", "ends_at", "lifted_at"),
            order=333,
        ),
        PersonalPart(
            "safety-appeals",
            _("Your appeals in safety"),
            of_user(SafetyAppeal, "appellant", "text", "status", "opened_at", "decided_at"),
            order=334,
        ),
    )


def follows(user: User) -> Rows:
    """Each thing by its kind and name."""
    rows = Follow.objects.filter(follower=user).select_related("author", "topic", "institution", "search").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        target = row.author or row.topic or row.institution
        yield {
            "kind": "search" if target is None else target._meta.model_name,
            "id": "" if target is None else encode_public_id(target.pk),
            "name": str(row.search.words if target is None and row.search is not None else target),
            "since": row.since,
        }


def reports(user: User) -> Rows:
    """The reports that the person made, with their words; not what they quote of others."""
    rows = Report.objects.filter(reporter=user).order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield {
            "category": row.category,
            "about": row.subject,
            "text": row.text,
            "links": row.links,
            "status": row.status,
            "reported": row.created_at,
            "decided": row.decided_at,
        }


def erase_reports(user: User) -> None:
    """The words of the person's reports go, and what reports about them quote of their own. Two statements."""
    Report.objects.filter(reporter=user).update(text="", links=[])
    Report.objects.filter(reported=user).update(quoted="")
