"""The forms of reports and appeals."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import ReportCategory
from config.lib.long_text import LongText

MOST_LINKS: Final = 5
_is_web_address = URLValidator(schemes=["http", "https"])


class ReportForm(forms.Form):
    """What is wrong, what happened, and links to evidence, one a line."""

    category = forms.ChoiceField(label=gettext_lazy("What is wrong"), choices=ReportCategory.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("Moderators alone read this. What you report is quoted as it stands now; you need not copy it."),
        widget=LongText(attrs={"rows": 5}),
        max_length=3000,
    )
    links = forms.CharField(
        label=gettext_lazy("Links to evidence, one a line (if there are any)"),
        widget=LongText(attrs={"rows": 2}),
        max_length=3000,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_links(self) -> list[str]:
        """Addresses on the web, at most five."""
        links = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        if len(links) > MOST_LINKS:
            raise ValidationError(_("At most %(count)s links.") % {"count": MOST_LINKS})
        for link in links:
            try:
                _is_web_address(link)
            except ValidationError:
                raise ValidationError(_("“%(link)s” is no address of a web page.") % {"link": link[:80]}) from None
            if len(link) > 500:  # noqa: PLR2004 - as the column has it
                raise ValidationError(_("An address is too long."))
        return links


class AppealForm(forms.Form):
    """Why it should be looked at again."""

    text = forms.CharField(label=gettext_lazy("Why it should be looked at again"), widget=LongText(attrs={"rows": 4}), max_length=3000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
