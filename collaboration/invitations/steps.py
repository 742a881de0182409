"""The one place where an invitation comes from one state to another, and who waits for whom meanwhile.

Lock the page first (where its owner matters), then the profiles of both people, then invitations: in this order nobody waits for each
other in a circle. Whoever decides on the ownership of a page, or blocks somebody, takes the same locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.models.invitations import Invitation, InvitationEvent, InvitationStatus, Part
from profiles.exceptions import WrongStateError
from profiles.models import Profile

ANSWER_WITHIN: Final = timedelta(days=42)
WAITS_AT_A_PAGE: Final = timedelta(days=365)


def lock_people(user_ids: Iterable[int | None]) -> None:
    """Lock these accounts' profiles until the transaction ends, in the order of accounts. One statement."""
    wanted = sorted({key for key in user_ids if key is not None})
    list(Profile.objects.select_for_update(no_key=True).filter(user_id__in=wanted).order_by("user_id").values_list("pk", flat=True))


def lock_invitation(pk: int) -> Invitation:
    """The invitation as it is now, with its page and both accounts, locked until the transaction ends. Raises ``WrongStateError`` for one that is gone."""
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("author", "sender__profile", "recipient__profile")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise WrongStateError(_("This invitation is gone."))
    return found


def move(invitation: Invitation, status: InvitationStatus, part: Part, **values: Any) -> Invitation:
    """Bring a locked invitation to another state and note that. Two statements; the database refuses what is no known step."""
    invitation.status = status
    for name, value in values.items():
        setattr(invitation, name, value)
    invitation.save(update_fields=["status", "updated_at", *values])
    InvitationEvent.objects.create(invitation=invitation, status=status, part=part)
    return invitation


def move_all(ids: Sequence[int], status: InvitationStatus, part: Part, **values: Any) -> None:
    """The same for many locked ones. Two statements."""
    if not ids:
        return
    now = timezone.now()
    Invitation.objects.filter(pk__in=ids).update(status=status, updated_at=now, **values)
    InvitationEvent.objects.bulk_create([InvitationEvent(invitation_id=key, at=now, status=status, part=part) for key in ids])


def ends_at(now: datetime, *, within: timedelta, by_when: date | None) -> datetime:
    """When an invitation ends without an answer: after its time, or with the day by which the work was wanted, whichever is first."""
    latest = now + within
    if by_when is None:
        return latest
    that_day = datetime.combine(by_when + timedelta(days=1), datetime.min.time(), tzinfo=latest.tzinfo)
    return max(now + timedelta(days=1), min(latest, that_day))
