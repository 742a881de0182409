"""What people type into an invitation and its answers. Whatever is wrong is said beside its field, and what was typed stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.invitations.answering import LONGEST_NOTE, LONGEST_WAIT
from collaboration.invitations.drafting import LONGEST_ASK, LONGEST_TOPIC, MOST_WORKS, Charter
from collaboration.models.invitations import DeclineReason, Invitation
from config.lib.long_text import LongText
from profiles.models.choices import WorkKind

_NO_NULL = ProhibitNullCharactersValidator()
LATEST = timedelta(days=5 * 366)


class CharterForm(forms.Form):
    """An invitation. With ``complete`` it has to say enough to be sent; a draft may leave anything open. ``offered`` are works to refer to."""

    topic = forms.CharField(
        label=gettext_lazy("What is it about?"),
        max_length=LONGEST_TOPIC,
        validators=[_NO_NULL],
        help_text=gettext_lazy("One line, as the heading of your invitation. For example: “Conserved quantities in recurrent networks”."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What kind of work?"), choices=[("", gettext_lazy("Choose one")), *WorkKind.choices])
    ask = forms.CharField(
        label=gettext_lazy("What do you ask of them?"),
        max_length=LONGEST_ASK,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 8}),
        help_text=gettext_lazy("Why them, what they would do, and what you would. Markdown, and mathematics between dollar signs."),
    )
    by_when = forms.DateField(
        label=gettext_lazy("By when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("If there is a day after which it makes no sense any more."),
    )
    works = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Works that you refer to"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[int, str]] = (), complete: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["works"].choices = offered  # type: ignore[attr-defined]  # of a choice field
        self.fields["by_when"].widget.attrs["min"] = (timezone.localdate() + timedelta(days=1)).isoformat()
        for name in ("topic", "kind", "ask"):
            self.fields[name].required = complete
            self.fields[name].widget.is_required = True  # the label says "optional" of what may stay empty when it is sent

    def clean_by_when(self) -> date | None:
        """The day. Raises ``ValidationError`` for one that has come or is more than five years ahead."""
        day: date | None = self.cleaned_data["by_when"]
        today = timezone.localdate()
        if day is not None and day <= today:
            raise ValidationError(_("This day has come or is past. Choose a later one, or leave it empty."))
        if day is not None and day > today + LATEST:
            raise ValidationError(_("Choose a day within five years."))
        return day

    def clean_works(self) -> list[int]:
        works: list[int] = self.cleaned_data["works"]
        if len(works) > MOST_WORKS:
            raise ValidationError(_("Choose at most %(most)s works.") % {"most": MOST_WORKS})
        return works

    def charter(self) -> Charter:
        """What was typed. Only after ``is_valid``."""
        given = self.cleaned_data
        return Charter(topic=given["topic"], kind=given["kind"], ask=given["ask"], by_when=given["by_when"], works=tuple(given["works"]))


def initial_of(draft: Invitation | None, works: Sequence[int]) -> dict[str, Any]:
    """What stands in the form before anybody has typed."""
    if draft is None:
        return {"works": list(works)}
    return {"topic": draft.topic, "kind": draft.kind, "ask": draft.ask, "by_when": draft.by_when, "works": list(works)}


class NoteForm(forms.Form):
    """A word with an answer, if one wants."""

    note = forms.CharField(
        label=gettext_lazy("A word with it"),
        max_length=LONGEST_NOTE,
        required=False,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 3}),
    )


class DeclineForm(NoteForm):
    """Declining, with one of the kind reasons."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What the sender will read"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the reasons: the sender reads exactly that.")},
    )
    field_order = ("reason", "note")


class WaitForm(forms.Form):
    """Until when somebody wants to be left in peace."""

    until = forms.DateField(label=gettext_lazy("Come back on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        bounds = {"min": (today + timedelta(days=1)).isoformat(), "max": (today + LONGEST_WAIT).isoformat()}
        self.fields["until"].widget.attrs |= bounds

    def clean_until(self) -> date:
        """The day. Raises ``ValidationError`` for one outside of the next half year."""
        day: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < day <= today + LONGEST_WAIT:
            raise ValidationError(_("Choose a day within the next half year."))
        return day


class ChoiceForm(forms.Form):
    """What somebody lets others ask of them."""

    takes_invitations = forms.BooleanField(
        label=gettext_lazy("People may invite me to work together"),
        required=False,
        help_text=gettext_lazy("If not, your page says that you take no invitations. What others send before you claimed it waits."),
    )
    introduces = forms.BooleanField(
        label=gettext_lazy("People whom I wrote with may ask me for introductions"),
        required=False,
        help_text=gettext_lazy(
            "You then stand among those who can be asked. You pass a request on or decline it; nobody is told that you declined."
        ),
    )
