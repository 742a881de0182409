"""How much mail somebody wants of what: their choice for each kind, else the kind's own quiet default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from collaboration.models import Cadence, MailPreference
from collaboration.notifications.kinds import notification_kinds
from profiles.accounts.mail import accept_mails
from profiles.models import MailOptOut, User

DIGEST: Final = "digest"
"""The kind of all these mails: one click refuses the lot."""
FEED: Final = "feed"
"""The choice to have the feed in the digest. It is no notification: nothing is written when somebody publishes."""


def cadences_of(user: User) -> dict[str, Cadence]:
    """How often each kind, and the feed, comes by mail. One query."""
    chosen = dict(MailPreference.objects.filter(user=user).values_list("kind", "cadence"))
    found = {kind.key: Cadence(chosen.get(kind.key, kind.cadence)) for kind in notification_kinds}
    return {**found, FEED: Cadence(chosen.get(FEED, Cadence.OFF))}


def choose_cadences(*, user: User, chosen: Mapping[str, Cadence]) -> None:
    """Keep the choices, all of them together; whoever chooses any mail gets digests again. Three or four statements.

    A kind that nobody knows is left out.
    """
    known = {FEED, *(kind.key for kind in notification_kinds)}
    rows = [MailPreference(user=user, kind=kind, cadence=cadence) for kind, cadence in chosen.items() if kind in known]
    with transaction.atomic():
        MailPreference.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["cadence"])
        if any(row.cadence != Cadence.OFF for row in rows):
            accept_mails(user=user, kind=DIGEST)


def refuses_digests(user: User) -> bool:
    """Whether they refused these mails as a whole, by the link in one. One query."""
    return MailOptOut.objects.filter(user=user, kind=DIGEST).exists()
