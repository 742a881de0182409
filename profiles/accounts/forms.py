"""allauth's forms for passkeys, where what a browser sends is anything: a mangled answer is an error beside the form, not ours."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

_MANGLED = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # what the parsers of such answers come up with


class _Checked:
    """Turns a failed reading of the credential into an error of the form."""

    def clean_credential(self) -> Any:
        try:
            clean = getattr(super(), "clean_credential", None)
            return clean() if clean else self.cleaned_data["credential"]  # type: ignore[attr-defined]
        except _MANGLED:
            raise _unreadable() from None

    def clean(self) -> Any:
        try:
            return super().clean()  # type: ignore[misc]
        except _MANGLED:
            raise _unreadable() from None


def _unreadable() -> forms.ValidationError:
    return forms.ValidationError(_("Your browser's answer about the passkey could not be read. Try again, or take another way."))


class AddPasskeyForm(_Checked, AddWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """A new passkey for an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Log in with it, without a password")
        self.fields["passwordless"].help_text = _(
            "It then asks for your fingerprint, face or PIN. Otherwise it is a second factor after the password."
        )


class SignupPasskeyForm(_Checked, SignupWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """The first passkey of a new account."""


class PasskeySecondFactorForm(_Checked, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """A passkey after the password."""


class PasskeyLoginForm(_Checked, LoginWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """A passkey in place of the password."""


class PasskeyAgainForm(_Checked, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """A passkey shown again before a change."""
