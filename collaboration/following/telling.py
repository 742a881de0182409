"""Telling the owner of a page that somebody follows it: once for each follower, gathered, by name only where the follower shows what they follow."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collaboration.models import FollowList
from collaboration.notifications.kinds import NotificationKind, Payload
from collaboration.notifications.sending import notify
from config.lib.paging import grouped
from profiles.models import Claim, User
from profiles.models.choices import HOLDING


def tell_owner(*, follower: User, author_id: int) -> None:
    """Tell the account that holds this page, if any does. At most six statements."""
    held = Claim.objects.filter(author_id=author_id, status__in=HOLDING).select_related("profile__user").first()
    if held is None:
        return
    name = ""
    if FollowList.objects.filter(user=follower, is_public=True).exists():
        own = Claim.objects.filter(profile__user=follower, status__in=HOLDING).select_related("author").first()
        name = own.author.display_name if own is not None else ""
    notify(
        recipient=held.profile.user,
        actor=follower,
        kind=FOLLOWER.key,
        subject_key=f"follower:{follower.pk}",
        group_key="followers",
        payload={"author": author_id, "name": name},
    )


def _line(payload: Payload, count: int) -> str:
    name = str(payload.get("name") or "") or _("Somebody")
    if count == 1:
        return _("%(name)s follows your page") % {"name": name}
    return ngettext("%(name)s and %(count)s other follow your page", "%(name)s and %(count)s others follow your page", count - 1) % {
        "name": name,
        "count": grouped(count - 1),
    }


def _address(payload: Payload) -> str:
    return reverse("collaboration:followers", args=["person", payload["author"]])


FOLLOWER: Final = NotificationKind("follower", gettext_lazy("New followers"), line=_line, address=_address, order=800)
