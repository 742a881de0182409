"""Changing the main address or the ORCID iD of an account: asked for, told to the old address, done after three days.

Who has stolen an open session, or even a password, cannot push the owner out of their account with it: the old address
hears of it at once, and stops it with one click, while everything stays as it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.lib.registries import Registry
from profiles.accounts.mail import queue_mail
from profiles.accounts.tokens import end_all_tokens
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AccountChange, ChangeKind, User
from profiles.models.email_changes import CHANGE_WAIT

A_DAY = timedelta(days=1)
MOST_A_DAY = 10


@dataclass(frozen=True)
class ChangeReaction:
    """What else follows when a change takes effect: ``react(change)`` runs in its transaction."""

    key: str
    react: Callable[[AccountChange], None]
    order: int = 100


reactions: Registry[ChangeReaction] = Registry()
"""Filled by those who build on an ORCID iD or an address (evidence, claims)."""


@transaction.atomic
def ask(*, user: User, kind: ChangeKind, old_value: str, new_value: str = "") -> AccountChange:
    """Ask for a change, which waits, and tell the old address. A mail is queued; the account is locked meanwhile.

    The caller has made sure that the person showed lately who they are. Raises ``WrongStateError`` where the same is
    waiting already, ``NotAllowedError`` where it cannot be done now, ``LimitReachedError`` after ten in a day: each sends mails.
    """
    owner = User.objects.select_for_update().get(pk=user.pk)
    _check(owner, kind, old_value, new_value)
    waiting = AccountChange.objects.filter(user=owner, kind=kind, done_at__isnull=True, cancelled_at__isnull=True)
    if kind in {ChangeKind.EMAIL_REMOVAL, ChangeKind.ORCID_REMOVAL}:
        waiting = waiting.filter(old_value=old_value)
    if waiting.exists():
        raise WrongStateError(_("Such a change is waiting already. Stop it first."))
    now = timezone.now()
    if AccountChange.objects.filter(user=owner, asked_at__gt=now - A_DAY).count() >= MOST_A_DAY:
        raise LimitReachedError(_("You asked for many changes today. Try again tomorrow."), until=now + A_DAY)
    token = secrets.token_urlsafe(24)
    change = AccountChange.objects.create(
        user=owner,
        kind=kind,
        old_value=old_value,
        new_value=new_value,
        token_hash=_hash(token),
        asked_at=now,
        takes_effect_at=now + CHANGE_WAIT,
    )
    for address in _who_is_told(change):
        _tell(change, "account-change-asked", address, stop_url=settings.SITE_URL + reverse("account-safety:stop", args=[token]))
    return change


@transaction.atomic
def cancel(*, change: AccountChange) -> AccountChange:
    """Stop a change that waits. Twice is once. Raises ``WrongStateError`` for one that is done already."""
    change = AccountChange.objects.select_for_update().get(pk=change.pk)
    if change.done_at is not None:
        raise WrongStateError(_("This change has taken effect already. Write to us if it was not you."))
    if change.cancelled_at is None:
        change.cancelled_at = timezone.now()
        change.outcome = "stopped"
        change.save(update_fields=["cancelled_at", "outcome"])
        for address in _who_is_told(change):
            _tell(change, "account-change-stopped", address)
    return change


@transaction.atomic
def cancel_by_token(*, token: str) -> AccountChange:
    """Stop the change of a token from a mail, and end every session and every access token of the account: whoever asked for it is out.

    Raises ``WrongStateError`` for one that is done, ``AccountChange.DoesNotExist`` for a token of none.
    """
    found = by_token(token)
    change = cancel(change=found)
    if not found.is_waiting:  # it was stopped before: the link does no more
        return change
    for session in UserSession.objects.filter(user_id=change.user_id):
        session.end()
    end_all_tokens(user=change.user)
    return change


def by_token(token: str) -> AccountChange:
    """The change of a token. Raises ``AccountChange.DoesNotExist``. One query."""
    return AccountChange.objects.select_related("user").get(token_hash=_hash(token))


def waiting_for(user: User) -> list[AccountChange]:
    """The changes of an account that wait, in the order in which they take effect. One query."""
    waiting = AccountChange.objects.filter(user=user, done_at__isnull=True, cancelled_at__isnull=True)
    return list(waiting.order_by("takes_effect_at", "pk"))


def carry_out_due(*, at: datetime | None = None, most: int = 100) -> int:
    """Carry out what has waited long enough, each in its own transaction; how many there were. May run beside itself."""
    now = at or timezone.now()
    due = AccountChange.objects.filter(takes_effect_at__lte=now, done_at__isnull=True, cancelled_at__isnull=True)
    keys = list(due.order_by("takes_effect_at").values_list("pk", flat=True)[:most])
    return sum(_carry_out(key, now) for key in keys)


@transaction.atomic
def _carry_out(key: int, now: datetime) -> bool:
    found = AccountChange.objects.select_for_update(skip_locked=True).filter(
        pk=key, takes_effect_at__lte=now, done_at__isnull=True, cancelled_at__isnull=True
    )
    change = found.first()
    if change is None:
        return False
    user = User.objects.select_for_update().get(pk=change.user_id)
    try:
        with transaction.atomic():
            _check(user, ChangeKind(change.kind), change.old_value, change.new_value)
            _APPLY[ChangeKind(change.kind)](user, change)
            for reaction in reactions:
                reaction.react(change)
    except (NotAllowedError, IntegrityError):
        change.cancelled_at, change.outcome = now, "no longer possible"
    else:
        change.done_at, change.outcome = now, "done"
    change.save(update_fields=["done_at", "cancelled_at", "outcome"])
    kind = "account-change-done" if change.done_at else "account-change-stopped"
    for address in _who_is_told(change):
        _tell(change, kind, address)
    return True


def _check(user: User, kind: ChangeKind, old_value: str, new_value: str) -> None:
    """Raises ``NotAllowedError`` where the change does not fit what the account is now."""
    if kind in {ChangeKind.EMAIL, ChangeKind.EMAIL_REMOVAL}:
        _check_addresses(user, kind, old_value, new_value)
        return
    connected = SocialAccount.objects.filter(user=user, provider="orcid", uid=old_value)
    if not connected.exists():
        raise NotAllowedError(_("This ORCID iD is not connected to your account."))
    if kind == ChangeKind.ORCID and SocialAccount.objects.filter(provider="orcid", uid=new_value).exists():
        raise NotAllowedError(_("This ORCID iD is connected to another account."))
    if kind == ChangeKind.ORCID_REMOVAL and not user.has_usable_password():
        others = SocialAccount.objects.filter(user=user).exclude(provider="orcid", uid=old_value)
        if not others.exists():
            raise NotAllowedError(_("Set a password first: without ORCID you could not log in otherwise."))


def _check_addresses(user: User, kind: ChangeKind, old_value: str, new_value: str) -> None:
    confirmed = {address.email.lower(): address for address in EmailAddress.objects.filter(user=user, verified=True)}
    if old_value.lower() not in confirmed:
        raise NotAllowedError(_("This address does not belong to your account, or is not confirmed."))
    if kind == ChangeKind.EMAIL_REMOVAL:
        if confirmed[old_value.lower()].primary or len(confirmed) == 1:
            raise NotAllowedError(_("This is your main address. Make another one the main address first."))
        return
    if new_value.lower() not in confirmed:
        raise NotAllowedError(_("Confirm the new address first."))
    if confirmed[new_value.lower()].primary:
        raise NotAllowedError(_("This is your main address already."))
    if User.objects.filter(email__iexact=new_value).exclude(pk=user.pk).exists():
        raise NotAllowedError(_("Another account has this address."))


def _apply_email(user: User, change: AccountChange) -> None:
    address = EmailAddress.objects.get(user=user, email__iexact=change.new_value)
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    EmailAddress.objects.filter(pk=address.pk).update(primary=True)
    User.objects.filter(pk=user.pk).update(email=address.email)


def _apply_email_removal(user: User, change: AccountChange) -> None:
    EmailAddress.objects.filter(user=user, email__iexact=change.old_value, primary=False).delete()


def _apply_orcid(user: User, change: AccountChange) -> None:
    account = SocialAccount.objects.filter(user=user, provider="orcid", uid=change.old_value)
    account.update(uid=change.new_value, extra_data={"orcid": change.new_value, "name": ""})


def _apply_orcid_removal(user: User, change: AccountChange) -> None:
    SocialAccount.objects.filter(user=user, provider="orcid", uid=change.old_value).delete()


_APPLY: dict[ChangeKind, Callable[[User, AccountChange], None]] = {
    ChangeKind.EMAIL: _apply_email,
    ChangeKind.EMAIL_REMOVAL: _apply_email_removal,
    ChangeKind.ORCID: _apply_orcid,
    ChangeKind.ORCID_REMOVAL: _apply_orcid_removal,
}


def _who_is_told(change: AccountChange) -> list[str]:
    """The address that loses something, and the main one."""
    primary = EmailAddress.objects.filter(user_id=change.user_id, primary=True).values_list("email", flat=True)
    told = [*primary]
    if change.kind in {ChangeKind.EMAIL, ChangeKind.EMAIL_REMOVAL}:
        told.append(change.old_value)
    return list(dict.fromkeys(address.lower() for address in told))


def _tell(change: AccountChange, kind: str, address: str, *, stop_url: str = "") -> None:
    queue_mail(
        to=address,
        kind=kind,
        user=change.user,
        key=f"{kind}:{change.pk}:{sha256(address.encode()).hexdigest()[:16]}",
        context={
            "what": change.get_kind_display(),
            "old_value": change.old_value,
            "new_value": change.new_value,
            "when": date_format(change.takes_effect_at, "DATETIME_FORMAT"),
            "stop_url": stop_url,
        },
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
