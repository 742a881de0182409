"""What people fill in about pages: what a proposal rests on, another page's address, and words to whoever proposed something."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.long_text import LongText
from config.lib.public_ids import LENGTH, decode_public_id
from papers.models import Author
from profiles.identity.proposals import SHORTEST_EVIDENCE
from profiles.models import ProposalReason
from profiles.models.identity import LONGEST_EVIDENCE

_IN_ADDRESS = re.compile(rf"(?:^|/researchers/)([0-9a-hjkmnp-tv-z]{{{LENGTH}}})(?:/|$)")


def page_named(text: str) -> Author | None:
    """The page that an address of this site or an id names, through merges; None where it names none. At most two queries."""
    found = _IN_ADDRESS.search(text.strip().lower()[:500])
    if found is None:
        return None
    try:
        key = decode_public_id(found.group(1))
    except ValueError:
        return None
    author = Author.objects.filter(pk=key, erased_at__isnull=True).first()
    if author is not None and author.merged_into_id is not None:
        return Author.objects.filter(pk=author.merged_into_id).first()
    return author


class PageField(forms.CharField):
    """The address or id of an author page; cleaned to the page, or None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 500)
        options.setdefault("validators", [ProhibitNullCharactersValidator()])
        options.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        author = page_named(text)
        if author is None:
            raise ValidationError(_("There is no researcher page at this address. Copy it from the address bar of the page."))
        return author


class OtherPageForm(forms.Form):
    """Which other page."""

    other = PageField(
        label=gettext_lazy("Address of the other page"),
        help_text=gettext_lazy("Copy it from the address bar of that page, or give the nine letters and digits of its id."),
    )


class ReasonForm(forms.Form):
    """What a proposal rests on."""

    reason = forms.ChoiceField(label=gettext_lazy("What it rests on"), choices=[("", gettext_lazy("Choose one")), *ProposalReason.choices])
    evidence = forms.CharField(
        label=gettext_lazy("What shows it"),
        min_length=SHORTEST_EVIDENCE,
        max_length=LONGEST_EVIDENCE,
        widget=LongText(attrs={"rows": 4}),
        help_text=gettext_lazy("A link helps most. Whoever decides reads it, and the owners of the pages; it is not public."),
        validators=[ProhibitNullCharactersValidator()],
    )


class AnswerForm(forms.Form):
    """Words to whoever proposed something."""

    answer = forms.CharField(
        label=gettext_lazy("To whoever proposed it"),
        max_length=LONGEST_EVIDENCE,
        required=False,
        widget=LongText(attrs={"rows": 3}),
        validators=[ProhibitNullCharactersValidator()],
    )
