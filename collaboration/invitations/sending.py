"""Sending an invitation, and bringing it to whoever owns the page: at once, or when somebody claims it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.invitations import notices
from collaboration.invitations.drafting import ensure_complete
from collaboration.invitations.obstacles import obstacle
from collaboration.invitations.situation import situation_of
from collaboration.invitations.steps import ANSWER_WITHIN, WAITS_AT_A_PAGE, ends_at, lock_invitation, lock_people, move, move_all
from collaboration.models.invitations import DELIVERED, CollaborationChoice, Invitation, InvitationStatus, Part
from collaboration.safety.blocks import blocked_among
from papers.models import Author
from profiles.claims.granting import lock_page
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim, User
from profiles.querysets.claims import holding

AT_ONCE: Final = 200  # delivered in the transaction that grants a page; the clock brings the rest


def send_invitation(*, draft: Invitation, user: User) -> Invitation:
    """The draft, sent: before the owner of the page, or waiting there until somebody claims it.

    Raises ``CannotInviteError`` with the plain reason where the sender may not invite this person now, ``IncompleteError``, ``NotAllowedError``
    for somebody else's draft, ``WrongStateError`` for what was sent already. Page and people are locked, so limits hold however many come at once.
    """
    with transaction.atomic():
        page, owner = lock_both_sides(draft, user)
        locked = own_draft(draft, user)
        ensure_complete(locked)
        now = timezone.now()
        stands_against = obstacle(situation_of(user, page.pk, now), page.pk, now)
        if stands_against is not None:
            raise stands_against
        bring(locked, owner, now, sent_at=now)
    return locked


def lock_both_sides(draft: Invitation, user: User) -> tuple[Author, Claim | None]:
    """The page and the claim that holds it, locked with both people. Raises ``WrongStateError`` for a page that is merged or erased."""
    page = lock_page(draft.author_id)
    if page.merged_into_id is not None or page.erased_at is not None:
        raise WrongStateError(_("This page has moved or is gone. Write to the page that it leads to."))
    owner = holding([page.pk]).first()
    lock_people([user.pk, owner.profile.user_id if owner is not None else None])
    return page, owner


def own_draft(draft: Invitation, user: User) -> Invitation:
    """The sender's own draft, locked. Raises ``NotAllowedError``, ``WrongStateError``."""
    locked = lock_invitation(draft.pk)
    if locked.sender_id != user.pk:
        raise NotAllowedError(_("This is somebody else's draft."))
    if locked.status != InvitationStatus.DRAFT:
        raise WrongStateError(_("This invitation was sent already."))
    return locked


def bring(invitation: Invitation, owner: Claim | None, now: datetime, *, part: Part = Part.SENDER, sent_at: datetime) -> None:
    """Lay a locked invitation before the owner, or at the page of nobody."""
    if owner is None:
        ends = ends_at(now, within=WAITS_AT_A_PAGE, by_when=invitation.by_when)
        move(invitation, InvitationStatus.WAITING, part, sent_at=sent_at, expires_at=ends)
        return
    invitation.recipient = owner.profile.user
    ends = ends_at(now, within=ANSWER_WITHIN, by_when=invitation.by_when)
    move(invitation, InvitationStatus.SENT, part, sent_at=sent_at, recipient=owner.profile.user, delivered_at=now, expires_at=ends)
    notices.received(invitation)


def deliver_waiting(*, author_id: int) -> int:
    """Bring what waits at a page to its owner, at most two hundred; returns how many were brought. Quiet where nobody owns it or
    its owner takes no invitations.

    The new owner's own ones are withdrawn, and those between people who blocked each other close unseen.
    """
    with transaction.atomic():
        lock_page(author_id)
        owner = holding([author_id]).first()
        if owner is None or not takes_invitations(owner.profile.user_id):
            return 0
        user = owner.profile.user
        lock_people([user.pk])  # a block of theirs waits, and closes what is brought
        waiting = _waiting_at(author_id)
        blocked = blocked_among(user, {row.sender_id for row in waiting})
        own = [row.pk for row in waiting if row.sender_id == user.pk]
        hidden = [row for row in waiting if row.sender_id in blocked and row.pk not in own]
        now = timezone.now()
        move_all(own, InvitationStatus.WITHDRAWN, Part.SYSTEM)
        brought = [row for row in waiting if row.pk not in own and row not in hidden]
        for row in hidden:  # to its sender it looks delivered like the others
            move(row, InvitationStatus.CLOSED, Part.SYSTEM, delivered_at=now, expires_at=_ends(row, now))
        for row in brought:
            move(row, InvitationStatus.SENT, Part.SYSTEM, recipient=user, delivered_at=now, expires_at=_ends(row, now))
        notices.delivered(brought, user)
    return len(brought)


def recall_delivered(*, author_id: int, owner_id: int) -> int:
    """Let what lay before an owner who no longer is one wait at the page again; returns how many."""
    return _recall(Invitation.objects.filter(author_id=author_id, recipient_id=owner_id))


def recall_orphans(*, author_id: int) -> int:
    """The same for what lay before an account that is gone."""
    return _recall(Invitation.objects.filter(author_id=author_id, recipient__isnull=True))


def takes_invitations(user_id: int) -> bool:
    """Whether an account lets invitations come. One query."""
    return not CollaborationChoice.objects.filter(user_id=user_id, takes_invitations=False).exists()


def _recall(rows: QuerySet[Invitation]) -> int:
    with transaction.atomic():
        delivered = rows.filter(status__in=DELIVERED).select_for_update(of=("self",), no_key=True)
        ids = list(delivered.order_by("pk").values_list("pk", flat=True))
        notices.forget(ids)
        ends = timezone.now() + WAITS_AT_A_PAGE
        move_all(ids, InvitationStatus.WAITING, Part.SYSTEM, recipient=None, delivered_at=None, held_until=None, expires_at=ends)
    return len(ids)


def _ends(invitation: Invitation, now: datetime) -> datetime:
    """When an invitation that is delivered now ends without an answer."""
    return ends_at(now, within=ANSWER_WITHIN, by_when=invitation.by_when)


def _waiting_at(author_id: int) -> Sequence[Invitation]:
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).filter(author_id=author_id, status=InvitationStatus.WAITING)
    return list(rows.select_related("author").order_by("pk")[:AT_ONCE])
