"""The administration behind the same login as the site, and behind a second factor shown not long ago."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class ProtectedAdminSite(admin.AdminSite):
    """Django's administration for staff who have shown a second factor in this session."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, without the tables of allauth that hold providers' secrets: providers come from the environment only."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple, set)) else [model_or_iterable]
        kept = [model for model in models if model._meta.label not in {"socialaccount.SocialApp", "socialaccount.SocialToken"}]
        if kept:
            super().register(kept, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may be here. One query, for staff only: the factor that was shown must still be theirs."""
        return super().has_permission(request) and has_shown_second_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """To what is missing: the login, a first second factor, or showing it again. Raises ``PermissionDenied`` for all but staff."""
        wanted = _where_to(request)
        user = request.user
        if not user.is_authenticated:
            return redirect(_with_next(reverse("account_login"), wanted))
        if not (user.is_active and user.is_staff):
            raise PermissionDenied
        if has_shown_second_factor(request):
            return redirect(wanted)
        factors = set(Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).values_list("type", flat=True))
        if not factors:
            messages.info(request, _("The administration needs a second factor. Set up an authenticator app or a passkey, then come back."))
            return redirect(_with_next(reverse("mfa_index"), wanted))
        place = "mfa_reauthenticate" if Authenticator.Type.TOTP in factors else "mfa_reauthenticate_webauthn"
        return redirect(_with_next(reverse(place), wanted))


_SHOWN = "collegium.second_factor_shown"  # no header can have this name


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether an authenticator of this account was used in this session within ``ADMIN_SECOND_FACTOR_SECONDS``. One query a request at most."""
    if _SHOWN not in request.META:  # pages ask again and again
        request.META[_SHOWN] = _shows_second_factor(request)
    return bool(request.META[_SHOWN])


def _shows_second_factor(request: HttpRequest) -> bool:
    since = time.time() - settings.ADMIN_SECOND_FACTOR_SECONDS
    shown = [
        record.get("id")
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa" and record.get("at", 0) >= since
    ]
    return bool(shown) and Authenticator.objects.filter(user_id=request.user.pk, pk__in=shown).exists()


def _where_to(request: HttpRequest) -> str:
    """The page of the administration that was asked for; never one of another site."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    start = reverse("admin:index")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted != reverse("admin:login") else start


def _with_next(place: str, wanted: str) -> str:
    return f"{place}?{urlencode({REDIRECT_FIELD_NAME: wanted})}"
