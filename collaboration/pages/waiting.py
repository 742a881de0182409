"""The invitations that wait for somebody's answer, on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from collaboration.models.invitations import InvitationStatus
from collaboration.pages.invitation import rows_of
from collaboration.querysets.invitations import received_by
from profiles.models import User

SHOWN: Final = 3


def waiting_invitations(user: User) -> Mapping[str, Any] | None:
    """What ``collaboration/panels/waiting.html`` reads: the latest three, and whether there are more; None where none waits. Two queries."""
    waiting = list(received_by(user).filter(status=InvitationStatus.SENT)[: SHOWN + 1])
    if not waiting:
        return None
    return {"rows": rows_of(waiting[:SHOWN], user, "received"), "has_more": len(waiting) > SHOWN}
