"""The invitations that wait for somebody's answer, on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from collaboration.models.invitations import InvitationStatus
from collaboration.pages.invitation import rows_of
from collaboration.querysets.invitations import has_waiting, received_by
from profiles.models import User

SHOWN: Final = 3


def waiting_panel(request: HttpRequest, _subject: object) -> Mapping[str, Any] | None:
    """The latest three, and whether there are more; left out where none waits. One query; three where there are some."""
    if not isinstance(request.user, User) or "after" in request.GET:  # further pages of the feed are the feed alone
        return None
    if not has_waiting(request.user.pk):
        return None
    waiting = list(received_by(request.user).filter(status=InvitationStatus.SENT)[: SHOWN + 1])
    if not waiting:
        return None
    return {"rows": rows_of(waiting[:SHOWN], request.user, "received"), "has_more": len(waiting) > SHOWN}
