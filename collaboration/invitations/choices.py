"""What people let others ask of them."""

from __future__ import annotations

from django.db import transaction

from collaboration.invitations.sending import deliver_waiting
from collaboration.models.invitations import CollaborationChoice
from profiles.models import Claim, User
from profiles.models.choices import HOLDING


def choice_of(user: User) -> CollaborationChoice:
    """Somebody's choices, unsaved defaults where they made none. One query."""
    return CollaborationChoice.objects.filter(user=user).first() or CollaborationChoice(user=user)


def choose(*, user: User, takes_invitations: bool, introduces: bool) -> CollaborationChoice:
    """Keep the choices; whoever takes invitations again gets what waited at their page meanwhile."""
    with transaction.atomic():
        choice, _made = CollaborationChoice.objects.update_or_create(
            user=user, defaults={"takes_invitations": takes_invitations, "introduces": introduces}
        )
        if takes_invitations:
            for author_id in Claim.objects.filter(profile__user=user, status__in=HOLDING).values_list("author_id", flat=True):
                deliver_waiting(author_id=author_id)
    return choice
