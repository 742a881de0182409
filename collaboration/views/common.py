"""What these views share: who asks, and where to go back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from profiles.models import User

LONGEST_ADDRESS = 2000


def account_of(request: HttpRequest) -> User:
    """The account of a request behind ``login_required``."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - behind login_required
    return user


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page of this site that the form names as the one it stood on, else ``otherwise``."""
    wanted = request.POST.get("next", "")
    if (
        len(wanted) <= LONGEST_ADDRESS
        and wanted.startswith("/")
        and wanted.isprintable()
        and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    ):
        return wanted
    return otherwise
