"""Imposing a sanction and taking it off: with a reason, in the trail, and undoable."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Sanction, User
from profiles.models.choices import ReasonCode, Role
from profiles.models.trust import SanctionKind
from profiles.querysets.claims import holding
from profiles.trail import act

PERMISSION = "profiles.decide_claim"


def impose_sanction(
    *, author: Author, kind: SanctionKind, moderator: User | None, code: ReasonCode, ends_at: datetime | None = None, note: str = ""
) -> Sanction:
    """The sanction, in force from now on. ``moderator`` None is the site itself, as when a claim is revoked for imposture.

    Raises ``NotAllowedError`` without the permission or on one's own page, ``WrongStateError`` for an end that has passed.
    """
    now = timezone.now()
    if moderator is not None:
        if not moderator.has_perm(PERMISSION):
            raise NotAllowedError(_("Only moderators impose sanctions."))
        claim = holding([author.pk]).first()
        if claim is not None and claim.profile.user_id == moderator.pk:
            raise NotAllowedError(_("Nobody decides on themselves."))
    if ends_at is not None and ends_at <= now:
        raise WrongStateError(_("The end of a sanction lies in the future."))
    role = Role.MODERATOR if moderator is not None else Role.SYSTEM
    with act(action="sanction", actor=moderator, role=role, subject=author, author=author, code=code, note=note) as changes:
        return changes.create(Sanction(author=author, kind=kind, imposed_at=now, ends_at=ends_at, imposed_by=moderator))


def lift_sanction(*, sanction: Sanction, moderator: User, code: ReasonCode, note: str = "") -> Sanction:
    """The sanction, no longer in force. Raises ``NotAllowedError``, or ``WrongStateError`` for one that was lifted before."""
    if not moderator.has_perm(PERMISSION):
        raise NotAllowedError(_("Only moderators lift sanctions."))
    with act(
        action="lift-sanction", actor=moderator, role=Role.MODERATOR, subject=sanction, author=sanction.author_id, code=code, note=note
    ) as changes:
        locked = Sanction.objects.select_for_update().get(pk=sanction.pk)
        if locked.lifted_at is not None:
            raise WrongStateError(_("This sanction was lifted already."))
        claim = holding([locked.author_id]).first()
        if claim is not None and claim.profile.user_id == moderator.pk:
            raise NotAllowedError(_("Nobody decides on themselves."))
        return changes.update(locked, lifted_at=timezone.now())
