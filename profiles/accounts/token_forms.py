"""What somebody fills in for a new access token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.lib.rest.scopes import scopes
from profiles.accounts.tokens import LIVES, LONGEST_NAME


class TokenForm(forms.Form):
    """A name, what the token may do, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=LONGEST_NAME,
        validators=[ProhibitNullCharactersValidator()],
        help_text=gettext_lazy("A name by which you know it again. For example: “Reading list on my laptop”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("As little as the program needs. Whoever has the token can do this in your name."),
        error_messages={"required": gettext_lazy("Choose what the token may do.")},
    )
    days = forms.TypedChoiceField(label=gettext_lazy("For how long?"), coerce=int, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.key, scope.label) for scope in scopes]  # type: ignore[attr-defined]  # of a choice field
        lives = [(days, ngettext("%(count)s day", "%(count)s days", days) % {"count": days}) for days in LIVES]
        self.fields["days"].choices = lives  # type: ignore[attr-defined]  # the same

    def clean_name(self) -> str:
        """The name on one line. Raises ``ValidationError`` where no letter or digit is in it."""
        name = " ".join(self.cleaned_data["name"].split())
        if not any(sign.isalnum() for sign in name):
            raise ValidationError(_("Give it a name by which you know it again."))
        return name
