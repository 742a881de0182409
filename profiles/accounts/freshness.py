"""Whether somebody has shown lately who they are, also those who have only an outside provider to show it with."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest


def has_provider_only(user: Any) -> bool:
    """Whether an account has neither a password nor a second factor. A query for each kind of factor where it has no password."""
    return bool(user.is_authenticated) and not get_reauthentication_flows(user)


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether any sign-in happened in this session within the time that a reauthentication holds."""
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(record.get("at", 0) >= since for record in get_authentication_records(request, request.user))


def require_fresh(request: HttpRequest) -> None:
    """Raises ``ReauthenticationRequired``, which leads there and back, unless somebody has just shown who they are."""
    user = request.user
    fresh = signed_in_lately(request) if has_provider_only(user) else did_recently_reauthenticate(request)
    if not fresh:
        raise ReauthenticationRequired


def note_provider(request: HttpRequest, sociallogin: Any) -> None:
    """Record that the account behind this session was shown again at its own provider; another's account changes nothing."""
    if sociallogin.state.get("process") != "redirect" or not request.user.is_authenticated:
        return
    account = sociallogin.account
    if account.pk is not None and account.user_id == request.user.pk:
        record_authentication(request, request.user, "socialaccount", provider=account.provider, uid=account.uid, reauthenticated=True)
