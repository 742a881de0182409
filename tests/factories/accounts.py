"""People who have logged in, and how strongly."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client

from profiles.models import User

TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # of every authenticator app in the tests


def person(email: str, password: str | None = "engines and looms", **fields: Any) -> User:
    """An account whose address is confirmed."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def authenticator_app(user: User) -> Authenticator:
    """An authenticator app for that account, with ``TOTP_SECRET``."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(TOTP_SECRET)})


def log_in(client: Client, user: User, *, fresh: bool = True) -> Client:
    """The client with a session of that account, as a login with a password makes it: just now, or an hour ago."""
    client.force_login(user)
    note(client, user, {"method": "password", "reauthenticated": True}, age=0 if fresh else 3600)
    return client


def log_in_with_second_factor(client: Client, user: User, *, age: float = 0) -> Client:
    """The client with a session in which that account has shown its authenticator app, ``age`` seconds ago."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first() or authenticator_app(user)
    client.force_login(user)
    note(client, user, {"method": "mfa", "type": "totp", "id": app.pk}, age=age)
    return client


def note(client: Client, user: User, record: dict[str, Any], *, age: float = 0) -> None:
    """Add a record of what was shown to the session of the client."""
    session = client.session
    before = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [*before, {**record, "at": time.time() - age}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
