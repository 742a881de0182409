"""What people type in a conversation."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.conversations.talking import LONGEST, LONGEST_LABEL, LONGEST_URL, MOST_LINKS, Link
from config.lib.long_text import LongText
from config.lib.markdown import is_web_address

_NO_NULL = ProhibitNullCharactersValidator()


class MessageForm(forms.Form):
    """A message and its links: an address a line, with what it is after it."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write something first.")},
        help_text=gettext_lazy("Markdown, and mathematics between dollar signs."),
    )
    links = forms.CharField(
        label=gettext_lazy("Links to go with it"),
        max_length=MOST_LINKS * (LONGEST_URL + LONGEST_LABEL + 2),
        required=False,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line: the address, then what it is. For example: https://example.org/draft.pdf The draft"),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_token(self) -> uuid.UUID:
        """The token of the form; a new one where it was lost."""
        return self.cleaned_data["token"] or uuid.uuid4()

    def clean_links(self) -> list[Link]:
        """Label and address of each. Raises ``ValidationError`` naming what is no address of the web."""
        lines = [line.split(None, 1) for line in self.cleaned_data["links"].splitlines() if line.strip()]
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("A message takes %(most)s links.") % {"most": MOST_LINKS})
        for line in lines:
            if not is_web_address(line[0]) or len(line[0]) > LONGEST_URL:
                raise ValidationError(_("“%(text)s” is no address: one begins with https:// or http://.") % {"text": line[0][:60]})
        return [(line[1].strip()[:LONGEST_LABEL] if len(line) > 1 else "", line[0]) for line in lines]
