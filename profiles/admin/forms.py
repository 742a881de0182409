"""The forms of the desk: a reason, and words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from papers.identifiers import normalise_ror
from papers.models import Institution
from papers.querysets.identified import institution_with
from profiles.claims.messages import LONGEST
from profiles.exceptions import IdentityError
from profiles.models.choices import FreezeKind
from profiles.moderation.freezes import FREEZE_CODES, normal_domain

Choices = Iterable[TextChoices]


class DecisionForm(forms.Form):
    """A reason where the decision has several, and words."""

    def __init__(self, *args: Any, codes: Choices = (), note: str = "", needed: bool = False, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code.value, code.label) for code in codes]
        if choices:
            empty = [("", _("Choose a reason"))] if len(choices) > 1 else []
            self.fields["code"] = forms.ChoiceField(label=_("Reason"), choices=[*empty, *choices])
        if note:
            widget = forms.Textarea(attrs={"rows": rows, "cols": 60})
            self.fields["note"] = forms.CharField(label=note, max_length=LONGEST, required=needed, widget=widget)

    def refuse(self, error: IdentityError, field: str | None = None) -> None:
        """Show what a service said beside the field, or above the form."""
        self.add_error(field if field in self.fields else None, str(error))


class FreezeForm(forms.Form):
    """What to freeze and why. ``clean`` leaves ``domain`` in normal form or ``institution`` as a row."""

    kind = forms.ChoiceField(label=_("What"), choices=FreezeKind.choices, widget=forms.RadioSelect)
    domain = forms.CharField(label=_("E-mail domain"), max_length=300, required=False, help_text=_("Domains below it are frozen with it."))
    institution = forms.CharField(
        label=_("Institution"), max_length=300, required=False, help_text=_("Its ROR id, or # and its number in the administration.")
    )
    code = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose a reason")), *((code.value, code.label) for code in FREEZE_CODES)])
    note = forms.CharField(
        label=_("Note for moderators"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )

    def clean(self) -> dict[str, Any]:
        """Exactly the one thing that the kind asks for."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == FreezeKind.DOMAIN:
            try:
                cleaned["domain"] = normal_domain(cleaned.get("domain", ""))
            except IdentityError as error:
                self.add_error("domain", str(error))
            cleaned["institution"] = None
        elif cleaned.get("kind") == FreezeKind.INSTITUTION:
            cleaned["institution"] = self._institution(cleaned.get("institution", ""))
            cleaned["domain"] = ""
        return cleaned

    def _institution(self, term: str) -> Institution | None:
        term = term.strip()
        number = term[1:] if term.startswith("#") else ""
        if number.isascii() and number.isdigit() and len(number) < 19:  # noqa: PLR2004 - digits of the largest key
            found = Institution.objects.filter(pk=int(number)).first()
        else:
            found = institution_with(normalise_ror(term) or "")
        if found is None:
            self.add_error("institution", _("There is no such institution. A ROR id looks like 052gg0110."))
        return found
