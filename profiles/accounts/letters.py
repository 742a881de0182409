"""allauth's mails in our words: which of our templates each becomes, and with what."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.accounts.mail import JSON


class Letter(NamedTuple):
    """A kind of mail and the values for its templates."""

    kind: str
    context: dict[str, JSON]


_CODES: dict[str, tuple[Any, Any]] = {
    "email_confirmation": (
        gettext_lazy("Confirm your e-mail address"),
        gettext_lazy("To confirm that this address is yours, type this code on the page that asked for it:"),
    ),
    "email_confirmation_signup": (
        gettext_lazy("Confirm your e-mail address"),
        gettext_lazy("Welcome. To confirm that this address is yours, type this code on the page that asked for it:"),
    ),
    "login_code": (gettext_lazy("Your code to log in"), gettext_lazy("To log in, type this code on the page that asked for it:")),
    "password_reset_code": (
        gettext_lazy("Your code for a new password"),
        gettext_lazy("To choose a new password, type this code on the page that asked for it:"),
    ),
}

_NOTICES: dict[str, Any] = {
    "email_changed": gettext_lazy("The main e-mail address of your account was changed."),
    "email_confirm": gettext_lazy("An e-mail address of your account was confirmed."),
    "email_deleted": gettext_lazy("An e-mail address was removed from your account: %(deleted_email)s."),
    "password_changed": gettext_lazy("The password of your account was changed."),
    "password_reset": gettext_lazy("The password of your account was chosen anew."),
    "password_set": gettext_lazy("Your account has a password now."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made for your account; the earlier ones no longer work."),
    "totp_activated": gettext_lazy("An authenticator app now protects your account."),
    "totp_deactivated": gettext_lazy("Your account is no longer protected by an authenticator app."),
    "webauthn_added": gettext_lazy("A passkey was added to your account."),
    "webauthn_removed": gettext_lazy("A passkey was removed from your account."),
    "account_connected": gettext_lazy("A sign-in through %(provider)s was connected to your account."),
    "account_disconnected": gettext_lazy("The sign-in through %(provider)s was disconnected from your account."),
}


def letter_for(template_prefix: str, email: str, context: dict[str, Any]) -> Letter:
    """What becomes of allauth's mail of that prefix ("account/email/login_code"). Raises ``KeyError`` for one that we do not know."""
    name = template_prefix.rpartition("/")[2]
    if name in _CODES:
        title, sentence = _CODES[name]
        return Letter("account-code", {"title": str(title), "sentence": str(sentence), "code": str(context["code"])})
    if name == "password_reset_key":
        return Letter("account-reset", {"reset_url": str(context["password_reset_url"])})
    if name == "unknown_account":
        return Letter("account-unknown", {"email": email, "signup_url": str(context["signup_url"])})
    if name == "account_already_exists":
        return Letter("account-exists", {"email": email, "reset_url": str(context["password_reset_url"])})
    return _notice(name, context)


def _notice(name: str, context: dict[str, Any]) -> Letter:
    values = {"provider": str(context.get("provider", "")), "deleted_email": str(context.get("deleted_email", ""))}
    return Letter(
        "account-notice",
        {
            "title": _("Your account was changed"),
            "sentence": str(_NOTICES[name]) % values,
            "when": date_format(context["timestamp"], "DATETIME_FORMAT"),
            "address": str(context.get("ip", "")),
            "browser": str(context.get("user_agent", "")),
            "reset_url": settings.SITE_URL + reverse("account_reset_password"),
        },
    )
