"""Making, knowing and ending personal access tokens.

A token is told once, when it is made; what is stored is its hash. It can do what its owner could, within its scopes, and never more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.lib.rest.scopes import scopes as known_scopes
from profiles.accounts.mail import queue_mail
from profiles.claims.limits import has_confirmed_address
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AccessToken, User
from profiles.models.choices import Role
from profiles.trail import act

PREFIX: Final = "collegium_"
"""With which every token begins, so that people, and programs that look for leaked ones, know what it is."""
SHOWN: Final = len(PREFIX) + 5
MOST: Final = 10
LIVES: Final = (30, 90, 180, 365)
"""Days for which a token may work."""
LONGEST: Final = 100
"""No text longer than this is a token."""
LONGEST_NAME: Final = 80
KEPT_AFTER: Final = timedelta(days=30)
"""An expired token stands in the list this long, so that its owner sees why a program stopped."""


class MadeToken(NamedTuple):
    """A new token's row, and the token itself, which is nowhere else."""

    row: AccessToken
    token: str


def make_token(*, user: User, name: str, scopes: Collection[str], days: int) -> MadeToken:
    """A token for the account, which is told of it by mail. About eight statements. Whether the person has just shown who they are is the caller's to see to.

    Raises ``NotAllowedError`` without a confirmed address or for a scope or time that there is not, ``LimitReachedError`` for more than ten,
    ``WrongStateError`` where one of that name is there.
    """
    if not has_confirmed_address(user):
        raise NotAllowedError(_("Confirm your e-mail address first: we tell you there of every token that is made."))
    allowed = sorted({key for key in scopes if key in known_scopes})
    if not allowed or len(allowed) != len(set(scopes)):
        raise NotAllowedError(_("Choose what the token may do."))
    if days not in LIVES:
        raise NotAllowedError(_("Choose for how long the token works."))
    token = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    try:
        with transaction.atomic():
            locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if AccessToken.objects.filter(user=locked).count() >= MOST:
                raise LimitReachedError(_("You have %(count)s tokens, which is the most. End one first.") % {"count": MOST})
            row = AccessToken.objects.create(
                user=locked,
                name=name[:LONGEST_NAME],
                token_hash=_hash(token),
                beginning=token[:SHOWN],
                scopes=allowed,
                password_mark=_mark(locked),
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
            with act(action="token-made", actor=locked, role=Role.OWNER, subject=row):
                pass
            _tell(row)
    except IntegrityError:
        raise WrongStateError(_("You have a token of this name already. Give this one another name.")) from None
    return MadeToken(row, token)


def end_token(*, token: AccessToken, user: User) -> None:
    """End a token, at once and for good; quiet where it is gone. Three statements. Raises ``NotAllowedError`` for another's."""
    if token.user_id != user.pk:
        raise NotAllowedError(_("This is somebody else's token."))
    with transaction.atomic():
        if AccessToken.objects.select_for_update().filter(pk=token.pk).first() is None:
            return
        with act(action="token-ended", actor=user, role=Role.OWNER, subject=token):
            AccessToken.objects.filter(pk=token.pk).delete()


def end_all_tokens(*, user: User) -> None:
    """End every token of an account. Three statements a token."""
    for token in tokens_of(user):
        end_token(token=token, user=user)


def tokens_of(user: User) -> list[AccessToken]:
    """The tokens of an account, latest first. One query."""
    return list(AccessToken.objects.filter(user=user).order_by("-pk"))


def known_token(text: str) -> AccessToken | None:
    """The token that somebody showed, with its account, noted as used today; None for one that does not work.

    One query, and one statement for the first use of a day.
    """
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    now = timezone.now()
    found = AccessToken.objects.select_related("user").filter(token_hash=_hash(text), expires_at__gt=now, user__is_active=True).first()
    if found is None or not secrets.compare_digest(found.password_mark, _mark(found.user)):
        return None
    if found.last_used_on != now.date():  # the day and no more: this is to tell a forgotten token, not to follow anybody
        AccessToken.objects.filter(pk=found.pk).update(last_used_on=now.date())
    return found


def works_now(token: AccessToken, user: User) -> bool:
    """Whether a token of this account still works. Asks nothing."""
    return token.expires_at > timezone.now() and secrets.compare_digest(token.password_mark, _mark(user))


def _tell(row: AccessToken) -> None:
    queue_mail(
        to=row.user.email,
        kind="token-made",
        user=row.user,
        key=f"token-made:{row.token_hash[:32]}",
        context={
            "name": row.name,
            "scopes": [str(scope.label) for scope in known_scopes if scope.key in row.scopes],
            "until": date_format(row.expires_at, "DATE_FORMAT"),
            "tokens_url": settings.SITE_URL + reverse("profiles:tokens"),
        },
    )


def _mark(user: User) -> str:
    return sha256(f"collegium.token:{user.password}".encode()).hexdigest()[:32]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
