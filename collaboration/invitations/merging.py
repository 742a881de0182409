"""Invitations go along when two pages become one, and come back when that is undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.db import connection
from django.utils.translation import ngettext

from collaboration.invitations.sending import deliver_waiting, recall_delivered
from collaboration.models.introductions import Introduction
from collaboration.models.invitations import DELIVERED, UNANSWERED, Invitation, InvitationStatus
from config.lib.registries import MergeParticipant
from profiles.querysets.claims import holding

_MOVE: Final = """
    UPDATE collaboration_invitation AS invitation SET author_id = %(to)s
    WHERE {which} AND invitation.author_id = %(from)s
      AND NOT EXISTS (SELECT FROM collaboration_invitation AS there
                      WHERE there.author_id = %(to)s AND there.sender_id = invitation.sender_id
                        AND (there.status = 'draft' AND invitation.status = 'draft'
                             OR there.status = ANY(%(unanswered)s) AND invitation.status = ANY(%(unanswered)s)))
      AND NOT EXISTS (SELECT FROM profiles_claim AS claim JOIN profiles_profile AS profile ON profile.id = claim.profile_id
                      WHERE claim.author_id = %(to)s AND claim.status IN ('granted', 'disputed') AND profile.user_id = invitation.sender_id)
    RETURNING invitation.id
"""
_ON_PATHS: Final = """
    UPDATE collaboration_introduction SET between = array_replace(between, %(from)s, %(to)s)
    WHERE {which} AND %(from)s = ANY(between) AND NOT %(to)s = ANY(between) AND status = 'asked' RETURNING id
"""


def participant() -> MergeParticipant:
    """What is registered."""
    return MergeParticipant("invitations", preview=preview, merge=merge, undo=undo, order=50, among=among)


def among(author_ids: Collection[int]) -> set[int]:
    """Those of these pages that were invited, or that lie on the path of an introduction; two queries."""
    asked = list(author_ids)
    invited = set(Invitation.objects.filter(author_id__in=asked).values_list("author_id", flat=True))
    paths = Introduction.objects.filter(between__overlap=asked, status="asked").values_list("between", flat=True)
    return invited | ({page for path in paths for page in path} & set(asked))


def preview(given_up: int, survivor: int) -> Iterable[str]:  # noqa: ARG001 - what goes along does not depend on where to
    """How many invitations would go along; one query."""
    count = Invitation.objects.filter(author_id=given_up).exclude(status=InvitationStatus.DRAFT).count()
    if count:
        yield ngettext("%(count)s invitation goes along.", "%(count)s invitations go along.", count) % {"count": count}


def merge(given_up: int, survivor: int) -> Mapping[str, Any]:
    """Move the invitations to a page, and requests that lie with its owner; what its sender has on the other page already stays. Some four statements."""
    invitations = _run(_MOVE.format(which="TRUE"), given_up, survivor)
    paths = _run(_ON_PATHS.format(which="TRUE"), given_up, survivor)
    waiting = Invitation.objects.filter(pk__in=invitations, status=InvitationStatus.WAITING) if invitations else Invitation.objects.none()
    ends = {str(key): when.isoformat() for key, when in waiting.values_list("pk", "expires_at") if when is not None}
    if invitations:
        deliver_waiting(author_id=survivor)
    return {"from": given_up, "to": survivor, "invitations": invitations, "paths": paths, "ends": ends} if invitations or paths else {}


def undo(inverse: Mapping[str, Any]) -> None:
    """Put back what was moved and is still there. What the merge brought before an owner waits again where nobody owns the page."""
    given_up, survivor = int(inverse["from"]), int(inverse["to"])
    _run(_MOVE.format(which="invitation.id = ANY(%(ids)s)"), survivor, given_up, inverse["invitations"])
    _run(_ON_PATHS.format(which="id = ANY(%(ids)s)"), survivor, given_up, inverse["paths"])
    owner = holding([given_up]).first()
    of_others = Invitation.objects.filter(author_id=given_up, status__in=DELIVERED, recipient__isnull=False)
    if owner is not None:
        of_others = of_others.exclude(recipient_id=owner.profile.user_id)
    for recipient in sorted(set(of_others.values_list("recipient_id", flat=True))):
        recall_delivered(author_id=given_up, owner_id=recipient)
    for key, when in inverse.get("ends", {}).items():  # which waited all along ends when it would have ended
        Invitation.objects.filter(pk=int(key), author_id=given_up, status=InvitationStatus.WAITING).update(expires_at=when)


def _run(statement: str, source: int, target: int, ids: Iterable[int] = ()) -> list[int]:
    given: dict[str, Any] = {"from": source, "to": target, "ids": list(ids), "unanswered": [str(status) for status in UNANSWERED]}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]
