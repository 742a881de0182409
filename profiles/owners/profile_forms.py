"""What an owner fills in about themselves. Whatever is wrong is said beside its field, and what was typed stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.long_text import LongText
from profiles.biography import (
    BIOGRAPHY_HELP,
    LONGEST_BIOGRAPHY,
    MOST_LANGUAGES,
    MOST_LINKS,
    MOST_TOPICS,
    is_link,
    languages_text,
    latest_end,
    read_languages,
    tidy_line,
)
from profiles.models import Profile
from profiles.models.choices import PublicPart, WorkKind
from profiles.owners.profile_editing import ProfileText

_NO_NULL = ProhibitNullCharactersValidator()
LINKS = "links"


class ProfileForm(forms.Form):
    """The profile but its links. ``topics`` offers what the caller gives as choices."""

    display_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=300,
        help_text=gettext_lazy("Compared with the names on your works. The name of your page is chosen under “Names”."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    position = forms.CharField(
        label=gettext_lazy("Position"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example: “Professor of Logic, Analytical Institute”."),
    )
    pronouns = forms.CharField(label=gettext_lazy("Pronouns"), max_length=60, required=False)
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Separated by commas: English, Deutsch, Türkçe."),
    )
    biography = forms.CharField(
        label=gettext_lazy("Biography"),
        max_length=LONGEST_BIOGRAPHY,
        required=False,
        help_text=BIOGRAPHY_HELP,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 9}),
    )
    open_until = forms.DateField(
        label=gettext_lazy("Open to collaborate until"),
        required=False,
        help_text=gettext_lazy("At most a year ahead, so that nobody is shown as open who forgot about it. Empty: not open."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of work that you are open to"),
        required=False,
        choices=WorkKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Shown with the date. None chosen: no kind is named."),
    )
    topics = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Topics to collaborate on"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    public_parts = forms.MultipleChoiceField(
        label=gettext_lazy("What is public"),
        required=False,
        choices=PublicPart.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The rest is kept for you alone. Only parts that you filled in are shown."),
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = offered  # type: ignore[attr-defined]  # of a choice field
        today = timezone.localdate()
        self.fields["open_until"].widget.attrs |= {"min": today.isoformat(), "max": latest_end(today).isoformat()}

    def clean_display_name(self) -> str:
        """The name. Raises ``ValidationError`` where no letter is in it."""
        name = tidy_line(self.cleaned_data["display_name"], 300)
        if not any(sign.isalpha() for sign in name):
            raise ValidationError(_("Give the name that you publish under."))
        return name

    def clean_position(self) -> str:
        return tidy_line(self.cleaned_data["position"], 200)

    def clean_pronouns(self) -> str:
        return tidy_line(self.cleaned_data["pronouns"], 60)

    def clean_languages(self) -> list[str]:
        """Their codes. Raises ``ValidationError`` with the words that name none."""
        codes, unknown = read_languages(self.cleaned_data["languages"])
        if unknown:
            raise ValidationError(
                _("Not known as a language: %(words)s. Write its English name or its code, for example “de”.")
                % {"words": ", ".join(unknown[:5])}
            )
        if len(codes) > MOST_LANGUAGES:
            raise ValidationError(_("List at most %(most)s languages.") % {"most": MOST_LANGUAGES})
        return codes

    def clean_open_until(self) -> date | None:
        """The day. Raises ``ValidationError`` for one that is past or more than a year ahead."""
        until: date | None = self.cleaned_data["open_until"]
        today = timezone.localdate()
        if until is not None and until < today:
            raise ValidationError(_("This day is past. Choose a later one, or leave it empty."))
        if until is not None and until > latest_end(today):
            raise ValidationError(_("Choose a day until %(latest)s: at most a year ahead.") % {"latest": latest_end(today).isoformat()})
        return until

    def clean_topics(self) -> list[int]:
        topics: list[int] = self.cleaned_data["topics"]
        if len(topics) > MOST_TOPICS:
            raise ValidationError(_("Choose at most %(most)s topics.") % {"most": MOST_TOPICS})
        return topics


class LinkForm(forms.Form):
    """One link. Both fields empty: no link, which is how one is removed."""

    label = forms.CharField(label=gettext_lazy("Label"), max_length=60, required=False)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        validators=[_NO_NULL],
    )

    def clean(self) -> dict[str, Any]:
        """A label and an address, or neither."""
        cleaned = super().clean() or {}
        label, url = tidy_line(cleaned.get("label", ""), 60), cleaned.get("url", "").strip()
        if "label" in cleaned and url and not label:
            self.add_error("label", _("Say what the link leads to."))
        if "url" in cleaned and label and not url:
            self.add_error("url", _("Give the address, or empty the label to remove the link."))
        if url and not is_link(url):
            self.add_error("url", _("An address begins with https:// or http:// and has no spaces."))
        return {**cleaned, "label": label, "url": url}


class Links(BaseFormSet):  # type: ignore[type-arg]  # generic for the type checker only
    """The links of a profile."""

    def clean(self) -> None:
        """No address twice."""
        addresses = [form.cleaned_data["url"] for form in self.forms if form.is_valid() and form.cleaned_data.get("url")]
        if len(addresses) != len(set(addresses)):
            raise ValidationError(_("The same address stands here twice."))

    def filled(self) -> list[tuple[str, str]]:
        """Label and address of each link that is to stay. Only after ``is_valid``."""
        return [(form.cleaned_data["label"], form.cleaned_data["url"]) for form in self.forms if form.cleaned_data.get("url")]


LinkFormSet = formset_factory(LinkForm, formset=Links, extra=0, max_num=MOST_LINKS, absolute_max=MOST_LINKS, validate_max=True)


def initial_of(profile: Profile, topics: Sequence[int]) -> dict[str, Any]:
    """What stands in the form before anybody has typed."""
    return {
        "display_name": profile.display_name,
        "position": profile.position,
        "pronouns": profile.pronouns,
        "languages": languages_text(profile.languages),
        "biography": profile.biography,
        "open_until": profile.open_until,
        "kinds": profile.collaboration_kinds,
        "topics": list(topics),
        "public_parts": profile.public_parts,
    }


def as_text(form: ProfileForm, links: Links) -> ProfileText:
    """What was typed, valid as it is, for the service."""
    given = form.cleaned_data
    return ProfileText(
        display_name=given["display_name"],
        biography=given["biography"],
        position=given["position"],
        pronouns=given["pronouns"],
        languages=tuple(given["languages"]),
        open_until=given["open_until"],
        topics=tuple(given["topics"]),
        links=tuple(links.filled()),
        public_parts=tuple(given["public_parts"]),
        kinds=tuple(given["kinds"]),
    )
