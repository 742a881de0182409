"""What people type and choose when they give evidence. Whether it proves anything is for the methods to say."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import decode_public_id
from profiles.evidence.email import CODE_LENGTH


class AddressForm(forms.Form):
    """An address at an institution."""

    address = forms.EmailField(
        label=_("Your e-mail address at an institution"),
        max_length=254,
        help_text=_("We send a code there. Everybody sees the domain; nobody sees the address, and we forget it afterwards."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": _("Type a whole e-mail address, such as ada@uni.example.edu.")},
    )


class CodeForm(forms.Form):
    """The code that came by mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH * 4,
        help_text=_("Eight letters and digits, as they stand in our mail. Capitals and hyphens make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PageForm(forms.Form):
    """One of the pages that the record links to."""

    page = forms.ChoiceField(
        label=_("Page"),
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _(
                "Choose one of the pages that the record links to. A page that somebody types proves nothing about the record."
            ),
            "required": _("Choose a page."),
        },
    )

    def __init__(self, *args: object, pages: Sequence[tuple[str, str]] = (), **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["page"].choices = list(pages)  # type: ignore[attr-defined]


class CoauthorForm(forms.Form):
    """One of the co-authors who may vouch."""

    author = forms.TypedChoiceField(
        label=_("Co-author"),
        widget=forms.RadioSelect,
        coerce=decode_public_id,
        error_messages={"invalid_choice": _("Choose one of the co-authors in the list."), "required": _("Choose a co-author.")},
    )

    def __init__(self, *args: object, coauthors: Sequence[tuple[str, str]] = (), **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["author"].choices = list(coauthors)  # type: ignore[attr-defined]


class DocumentForm(forms.Form):
    """A file."""

    upload = forms.FileField(
        label=_("Document"),
        max_length=255,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. Cover what nobody needs to see."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )
