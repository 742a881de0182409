"""What happens when an ORCID iD is connected to an account, or another in its place."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from profiles.accounts import changes, freshness
from profiles.exceptions import IdentityError
from profiles.models import ChangeKind

ORCID = "orcid"


def connected_orcid(user: Any) -> SocialAccount | None:
    """The ORCID iD that somebody signs in with. One query."""
    return SocialAccount.objects.filter(user=user, provider=ORCID).first()


def hold_change_of_orcid(request: HttpRequest, sociallogin: Any) -> None:
    """Where another iD is to be connected than the account has, ask for a change that waits, and stop the connection at once.

    A first iD is connected without a wait: nobody is pushed out by it, and the main address is told.
    Raises ``ImmediateHttpResponse`` back to the connections, or ``ReauthenticationRequired``.
    """
    account = sociallogin.account
    if account.provider != ORCID or sociallogin.state.get("process") != "connect" or not request.user.is_authenticated:
        return
    present = connected_orcid(request.user)
    if present is None or present.uid == account.uid:
        return
    try:
        freshness.require_fresh(request)
        changes.ask(user=request.user, kind=ChangeKind.ORCID, old_value=present.uid, new_value=account.uid)
    except IdentityError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("Your ORCID iD changes in three days. We have told your main address, from where it can be stopped."))
    raise ImmediateHttpResponse(redirect(reverse("socialaccount_connections")))
