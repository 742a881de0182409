"""Asking somebody in between to pass an invitation on, and what they do: pass it on, or decline, which nobody is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.introductions import notices
from collaboration.introductions.finding import paths_to
from collaboration.invitations.drafting import ensure_complete
from collaboration.invitations.obstacles import obstacle
from collaboration.invitations.sending import bring, lock_both_sides, own_draft, takes_invitations
from collaboration.invitations.situation import situation_of
from collaboration.invitations.steps import lock_invitation, move
from collaboration.models.introductions import Introduction, IntroductionStatus, IntroductionWord
from collaboration.models.invitations import CollaborationChoice, Invitation, InvitationStatus, Part
from collaboration.safety.blocks import is_blocked_between
from profiles.claims.messages import tidy
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, User
from profiles.querysets.claims import holding

ANSWER_WITHIN: Final = timedelta(days=21)
MOST_FOR_ONE: Final = 3  # requests for one and the same invitation
LONGEST_NOTE: Final = 2000
LONGEST_WORD: Final = 1000


def ask_introduction(*, draft: Invitation, user: User, between: Sequence[int], note: str = "") -> Introduction:
    """The request, before the first person in between; the draft takes one of the sender's places meanwhile.

    Raises ``CannotInviteError`` and ``IncompleteError`` as sending does, ``NotAllowedError`` for a path that there is not (any more),
    ``LimitReachedError`` for a fourth request for the same invitation.
    """
    with transaction.atomic():
        page, _owner = lock_both_sides(draft, user)
        locked = own_draft(draft, user)
        ensure_complete(locked)
        now = timezone.now()
        found = situation_of(user, page.pk, now)
        stands_against = obstacle(found, page.pk, now)
        if stands_against is not None:
            raise stands_against
        if found.page is None or tuple(between) not in {path.between for path in paths_to(user=user, start=found.page, goal=page.pk)}:
            raise NotAllowedError(_("This way is no longer open. Choose another one."))
        if locked.introductions.count() >= MOST_FOR_ONE:
            raise LimitReachedError(_("You have asked %(count)s times for this introduction, which is the most.") % {"count": MOST_FOR_ONE})
        ends = now + ANSWER_WITHIN
        move(locked, InvitationStatus.INTRODUCING, Part.SENDER, sent_at=now, expires_at=ends)
        introduction = Introduction.objects.create(
            invitation=locked,
            between=list(between),
            holder=_holder(between[0]).profile.user,
            note=tidy(note)[:LONGEST_NOTE],
            asked_at=now,
            expires_at=ends,
        )
        notices.asked(introduction)
    return introduction


def pass_on(*, introduction: Introduction, user: User, word: str = "") -> Introduction:
    """The request, passed on with a word: to the next in between, or as an invitation to whom it is for.

    Raises ``NotAllowedError``, ``WrongStateError`` where it is no longer before this person or where the next one cannot be asked any more.
    """
    with transaction.atomic():
        _page, owner = lock_both_sides(introduction.invitation, introduction.invitation.sender)
        invitation = lock_invitation(introduction.invitation_id)
        locked = _before(introduction, user, invitation)
        now = timezone.now()
        IntroductionWord.objects.create(
            introduction=locked, place=locked.place, author_id=locked.between[locked.place], user=user, text=tidy(word)[:LONGEST_WORD]
        )
        if locked.place + 1 < len(locked.between):
            _hand_on(locked, invitation, now)
        else:
            _end(locked, IntroductionStatus.PASSED_ON, now)
            _arrive(locked, invitation, owner, now)
    return locked


def decline_introduction(*, introduction: Introduction, user: User) -> Introduction:
    """The request, declined. Nobody is told: to whoever asked it looks as if nobody had answered yet. Raises as ``pass_on``."""
    with transaction.atomic():
        invitation = lock_invitation(introduction.invitation_id)
        locked = _before(introduction, user, invitation)
        _end(locked, IntroductionStatus.DECLINED, timezone.now())
        notices.settled(locked)
    return locked


def _before(introduction: Introduction, user: User, invitation: Invitation) -> Introduction:
    locked = Introduction.objects.select_for_update(of=("self",), no_key=True).select_related("holder").get(pk=introduction.pk)
    locked.invitation = invitation
    if locked.holder_id != user.pk or is_blocked_between(user, invitation.sender):
        raise NotAllowedError(_("This request is not before you."))
    if locked.status != IntroductionStatus.ASKED or invitation.status != InvitationStatus.INTRODUCING:
        raise WrongStateError(_("This request has been answered or taken back."))
    return locked


def _hand_on(locked: Introduction, invitation: Invitation, now: datetime) -> None:
    following = _holder(locked.between[locked.place + 1])
    if is_blocked_between(following.profile.user, invitation.sender):
        raise WrongStateError(_("The next person on this way cannot be asked any more."))
    notices.settled(locked)
    locked.place += 1
    locked.holder = following.profile.user
    locked.expires_at = now + ANSWER_WITHIN
    locked.save(update_fields=["place", "holder", "expires_at"])
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=locked.expires_at)
    notices.asked(locked)


def _arrive(locked: Introduction, invitation: Invitation, owner: Claim | None, now: datetime) -> None:
    """Bring the invitation to whom it is for; it closes unseen where they do not want it, which looks the same to its sender."""
    notices.settled(locked)
    unwanted = owner is not None and (
        is_blocked_between(owner.profile.user, invitation.sender) or not takes_invitations(owner.profile.user_id)
    )
    sent_at = invitation.sent_at or now
    if unwanted:
        move(invitation, InvitationStatus.CLOSED, Part.INTRODUCER, delivered_at=now, expires_at=now + 2 * ANSWER_WITHIN)
    else:
        bring(invitation, owner, now, part=Part.INTRODUCER, sent_at=sent_at)
    notices.passed_on(locked)


def _end(locked: Introduction, status: IntroductionStatus, now: datetime) -> None:
    locked.status = status
    locked.ended_at = now
    locked.save(update_fields=["status", "ended_at"])


def _holder(author_id: int) -> Claim:
    """Who is to be asked now. Raises ``WrongStateError`` where nobody is."""
    claim = holding([author_id]).first()
    if claim is None or not CollaborationChoice.objects.filter(user_id=claim.profile.user_id, introduces=True).exists():
        raise WrongStateError(_("The next person on this way cannot be asked any more."))
    return claim
