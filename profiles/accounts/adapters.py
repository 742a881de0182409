"""Where allauth asks how this site wants it: mails, ways back, second factors, outside providers."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from profiles.accounts import freshness
from profiles.accounts.letters import letter_for
from profiles.accounts.mail import queue_mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Mails through our queue and layout; ways back on this site only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("No account has this address with this password. Check both, or let us send you a code."),
        "incorrect_code": _("This is not the code that we sent. Check it, or ask for another."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "duplicate_email": _("Your account has this address already."),
        "cannot_remove_primary_email": _("This is your main address. Make another one the main address first."),
        "enter_current_password": _("Type the password that you have now."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's mails in our words (``profiles.accounts.letters``). Raises ``KeyError`` for one without words."""
        user = context.get("user")
        letter = letter_for(template_prefix, email, context)
        queue_mail(to=email, kind=letter.kind, context=letter.context, user=user if getattr(user, "pk", None) else None)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of a taken address, at the cost of a new account: who counts the milliseconds learns nothing."""
        password = allauth_context.request.POST.get("password1", "")
        if password:
            make_password(password)
        super().send_account_already_exists_mail(email)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a way back leads to this very host: nothing else that ALLOWED_HOSTS names, and no other scheme."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Allauth's ways to prove again who one is, and the provider for those who have neither password nor second factor."""
        methods = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return list(methods)
        again = {"id": "reauthenticate:provider", "description": gettext("Sign in again"), "url": reverse("account-safety:sign-in-again")}
        return [again]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """As allauth's, except that an account without password and second factor is asked too, through its provider.

        allauth itself takes such an account as freshly signed in, always.
        """
        request = allauth_context.request
        if freshness.has_provider_only(request.user) and not freshness.signed_in_lately(request):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Secrets of second factors lie encrypted in the database, under keys made of SECRET_KEY and its fallbacks."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code that the app shows now. Codes change every half minute: try the next one."),
    }

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text. Raises ``ValueError`` where SECRET_KEY has changed and the old one is not in SECRET_KEY_FALLBACKS."""
        try:
            return _keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise ValueError("a second factor was stored under another SECRET_KEY: put that into SECRET_KEY_FALLBACKS") from None

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        """A name for a new key until its owner gives it one."""
        present = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": present + 1}


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Outside providers come from settings only, and never take over an account."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:  # noqa: ARG002 - allauth asks so
        """The configured providers. No query, and no secret in the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Take note of somebody who proved again who they are; have a change of ORCID iD wait."""
        freshness.note_provider(request, sociallogin)
        from profiles.accounts.connections import hold_change_of_orcid

        hold_change_of_orcid(request, sociallogin)


def _keys() -> MultiFernet:
    secrets = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(b"collegium second factors" + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
