"""What people type about claims."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.lib.long_text import LongText
from profiles.claims.life import NAME_LENGTH
from profiles.claims.messages import LONGEST


class ClaimForm(forms.Form):
    """The name that somebody publishes under, and what else they want to say."""

    name = forms.CharField(
        label=_("Your name, as you publish"),
        max_length=NAME_LENGTH,
        help_text=_("It is compared with the names on these works. Should you become the owner, it stands on the page."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    statement = forms.CharField(
        label=_("What should a moderator know?"),
        max_length=LONGEST,
        required=False,
        widget=LongText(attrs={"rows": 4}),
        help_text=_("For example a former name, or which of these works are not yours. Only moderators read it."),
    )

    def clean_name(self) -> str:
        """The name. Raises ``ValidationError`` where no letter is in it."""
        name: str = self.cleaned_data["name"]
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(_("Give the name that you publish under."))
        return name


class TextForm(forms.Form):
    """One text to a moderator."""

    text = forms.CharField(max_length=LONGEST, widget=LongText(attrs={"rows": 5}))

    def __init__(self, *arguments: Any, label: Any = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["text"].label = label
