"""The group of moderators, and who is in it."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _

from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import User
from profiles.models.choices import Role
from profiles.querysets.moderation import moderators
from profiles.trail import act

MODERATORS = "Moderators"
SEES = {
    "profiles": (
        "appeal",
        "claim",
        "claimmessage",
        "document",
        "documentaccess",
        "evidence",
        "evidencecheck",
        "freeze",
        "profile",
        "publicrequest",
        "review",
        "standing",
        "trailentry",
        "trailnote",
        "vouch",
    ),
    "papers": ("author", "authoridentifier", "authorship", "authorshipinstitution", "institution", "namevariant", "work", "workidentifier"),
}
"""What moderators may look at, beside deciding. A migration gives the same."""


def moderators_group() -> Group:
    """The group, with what its members may do; made where it is not there. Up to four statements."""
    group, is_new = Group.objects.get_or_create(name=MODERATORS)
    if is_new or not group.permissions.filter(codename="decide_claim").exists():
        for label, models in SEES.items():
            names = [f"view_{model}" for model in models]
            group.permissions.add(*Permission.objects.filter(content_type__app_label=label, codename__in=names))
        group.permissions.add(Permission.objects.get(content_type__app_label="profiles", codename="decide_claim"))
    return group


def appoint(*, email: str, actor: User | None = None) -> User:
    """The account of that address, a moderator from now on: on the staff, in the group. Raises ``WrongStateError`` where it is one, or there is none.

    Its entry in the trail names the account by number only.
    """
    with transaction.atomic():
        user = _account(email)
        if not user.is_active:
            raise WrongStateError(_("This account is closed."))
        if moderators().filter(pk=user.pk).exists():
            raise WrongStateError(_("This account is a moderator already."))
        user.groups.add(moderators_group())
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        with act(action="appoint-moderator", actor=actor, role=Role.SYSTEM, subject=user):
            pass
    return user


def dismiss(*, email: str, actor: User | None = None) -> User:
    """The account of that address, no moderator any more; it leaves the staff too where nothing else keeps it there.

    Raises ``WrongStateError`` where it is none, ``NotAllowedError`` for an account with all powers, which have to be taken from it first.
    """
    with transaction.atomic():
        user = _account(email)
        group = moderators_group()
        if user.is_superuser:
            raise NotAllowedError(_("This account has all powers. Take those from it first, in the administration."))
        if not user.groups.filter(pk=group.pk).exists():
            raise WrongStateError(_("This account is not in the group of moderators."))
        user.groups.remove(group)
        if not user.groups.exists() and not user.user_permissions.exists():
            user.is_staff = False
            user.save(update_fields=["is_staff"])
        with act(action="dismiss-moderator", actor=actor, role=Role.SYSTEM, subject=user):
            pass
    return user


def _account(email: str) -> User:
    user = User.objects.select_for_update().filter(email__iexact=email.strip()).first()
    if user is None:
        raise WrongStateError(_("There is no account with this address. The person signs up first."))
    return user
