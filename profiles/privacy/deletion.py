"""Deleting one's account: asked for, waited for seven days, taken back or carried out."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.accounts.mail import queue_mail
from profiles.exceptions import NotAllowedError
from profiles.models import AccountDeletion, User
from profiles.models.privacy import DELETION_WAIT
from profiles.privacy.erasure import erase_account

MODERATES = "decide_claim"


def why_not(user: User) -> str:
    """Why this account cannot be deleted now, as a sentence; "" where it can. At most three queries."""
    if user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        return _("You are the only administrator of this site. Make somebody else one first, or nobody could look after it.")
    if user.is_staff or user.is_superuser or _moderates(user):
        return _(
            "You are a moderator or an administrator here, and others rely on who decided what. "
            "Have another administrator take these rights from your account first; then you can delete it."
        )
    return ""


def ask_for_deletion(*, user: User, keep_decisions: bool = True, keep_name: bool = True) -> AccountDeletion:
    """The account goes in seven days. A mail says so and holds the way back. Asking twice changes what stays, never the day.

    Raises ``NotAllowedError`` for moderators and administrators. A fresh proof of who asks is the view's to want.
    """
    now = timezone.now()
    with transaction.atomic():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        problem = why_not(locked)
        if problem:
            raise NotAllowedError(problem)
        present = AccountDeletion.objects.filter(user=locked).first()
        if present is not None:
            present.keep_decisions, present.keep_name = keep_decisions, keep_name
            present.save(update_fields=["keep_decisions", "keep_name"])
            return present
        token = secrets.token_urlsafe(32)
        deletion = AccountDeletion.objects.create(
            user=locked,
            asked_at=now,
            due_at=now + DELETION_WAIT,
            token_hash=_hash(token),
            keep_decisions=keep_decisions,
            keep_name=keep_name,
        )
        queue_mail(
            to=locked.email,
            kind="deletion-asked",
            context={
                "when": deletion.due_at.strftime("%Y-%m-%d %H:%M"),
                "days": DELETION_WAIT.days,
                "keep": reverse("profiles:keep-account", args=[token]),
            },
            user=locked,
        )
    return deletion


def deletion_of(user: User) -> AccountDeletion | None:
    """The deletion that waits for this account. One query."""
    return AccountDeletion.objects.filter(user=user).first()


def deletion_by_token(token: str) -> AccountDeletion | None:
    """The deletion that the link in a mail is about. One query."""
    return AccountDeletion.objects.filter(token_hash=_hash(token)).select_related("user").first()


def keep_account(*, user: User) -> bool:
    """The account stays. False where nothing waited."""
    return bool(AccountDeletion.objects.filter(user=user).delete()[0])


def due_deletions(now: datetime) -> list[int]:
    """The accounts whose seven days are over, oldest first."""
    return list(AccountDeletion.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:200])


def carry_out(*, number: int, now: datetime) -> bool:
    """Erase that account if its time has come; False where it was kept, is being erased elsewhere, or has become a moderator's.

    Who was given rights meanwhile keeps the account until they are gone.
    """
    with transaction.atomic():
        due = AccountDeletion.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
        deletion = due.filter(pk=number, due_at__lte=now).first()
        if deletion is None or why_not(deletion.user):
            return False
        erase_account(user=deletion.user, keep_decisions=deletion.keep_decisions, keep_name=deletion.keep_name)
    return True


def _moderates(user: User) -> bool:
    held = Q(user=user) | Q(group__user=user)
    return Permission.objects.filter(held, codename=MODERATES).exists()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
