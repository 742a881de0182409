"""Forms about what is stored about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from config.lib.long_text import LongText

_NO_NULL = ProhibitNullCharactersValidator()


class RequestForm(forms.Form):
    """Where an answer goes: asked of everybody who has no account here."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send a code there, and later what became of your request. It is erased when the request is decided."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class OptOutForm(RequestForm):
    """Asking that a page be kept out of search engines."""

    text = forms.CharField(
        label=_("What shows that the page is about you"),
        max_length=2000,
        required=False,
        widget=LongText(attrs={"rows": 4}),
        help_text=_("For example: “I am the author; my address stands on the paper of 2021.” Only moderators read it."),
        validators=[_NO_NULL],
    )
    with_figures = forms.BooleanField(label=_("Withhold the computed figures as well (counts, h-index, scores)"), required=False)
    field_order = ("email", "text", "with_figures")


class CorrectionForm(RequestForm):
    """Asking that something on a page be put right."""

    text = forms.CharField(
        label=_("What is wrong, and what would be right"),
        max_length=2000,
        widget=LongText(attrs={"rows": 6}),
        help_text=_("A link to where it stands right helps most. Only moderators read this."),
        validators=[_NO_NULL],
    )
    field_order = ("text", "email")


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code from our mail"),
        max_length=40,
        validators=[_NO_NULL],
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PageChoiceForm(forms.Form):
    """What the owner wants of their page."""

    noindex = forms.BooleanField(label=_("Keep my page out of search engines"), required=False)
    withhold_figures = forms.BooleanField(
        label=_("Withhold computed figures (counts, h-index, citations, close collaborators)"), required=False
    )


class NameChangeForm(forms.Form):
    """The name that somebody goes by, everywhere."""

    name = forms.CharField(
        label=_("The name that you go by"), max_length=300, validators=[_NO_NULL], widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    searchable = forms.BooleanField(
        label=_("Former names still lead to my page when somebody searches for them"),
        required=False,
        help_text=_("They are shown nowhere in either case."),
    )


class DeletionForm(forms.Form):
    """The last question before an account goes."""

    sure = forms.BooleanField(label=_("Yes, delete my account"), error_messages={"required": _("Tick this box if you mean it.")})
    keep_decisions = forms.BooleanField(
        label=_("Keep my decisions on which works are mine, without my account's name"), required=False, initial=True
    )
    keep_name = forms.BooleanField(label=_("Keep the name that I chose for my page"), required=False, initial=True)

    def __init__(self, *args: Any, has_page: bool, has_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_page:
            del self.fields["keep_decisions"]
        if not has_name:
            del self.fields["keep_name"]
