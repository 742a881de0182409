"""Adding works that one's page misses: named, looked up, seen, and only then added."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.validators import ProhibitNullCharactersValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib.long_text import LongText
from papers.importers.reference_files import decode_text
from papers.views.standing import NO_PAGE
from profiles.exceptions import IdentityError
from profiles.models import AdditionKind, AdditionState, User, WorkAddition
from profiles.owners.additions import LONGEST_TEXT, choose, kind_of, orcid_of, start_addition
from profiles.owners.found_records import NOBODY
from profiles.owners.profile_editing import profile_of
from profiles.querysets.claims import held_by
from profiles.views.typed import writing_needs_login

SHOWN: Final = 10  # of earlier additions
LARGEST_FILE: Final = 4 * LONGEST_TEXT  # bytes: a character takes at most four
_NO_NULL = ProhibitNullCharactersValidator()


class IdentifierForm(forms.Form):
    """One work by its identifier."""

    identifier = forms.CharField(
        label=gettext_lazy("DOI or arXiv identifier"),
        max_length=300,
        help_text=gettext_lazy("For example 10.7717/peerj.4375, 2401.00001, or a link to either."),
        validators=[_NO_NULL],
    )


class BibtexForm(forms.Form):
    """Works as BibTeX, pasted or as a file."""

    bibtex = forms.CharField(
        label=gettext_lazy("BibTeX"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=LongText(attrs={"rows": 8, "spellcheck": "false"}),
    )
    file = forms.FileField(label=gettext_lazy("Or a file"), required=False, help_text=gettext_lazy("At most 200,000 characters."))

    def clean(self) -> dict[str, Any]:
        """Leaves what is to be read in ``value``."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and upload.size > LARGEST_FILE:
            self.add_error("file", _("This file is too large. Split it."))
        elif upload is not None:
            cleaned["value"] = decode_text(upload.read())
        else:
            cleaned["value"] = cleaned.get("bibtex", "")
        if not self.errors and not str(cleaned["value"]).strip():
            self.add_error("bibtex", _("Paste BibTeX, or choose a file."))
        return cleaned


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def add_works(request: HttpRequest) -> HttpResponse:
    """The ways to add works, and what became of earlier ones. Eight queries."""
    user: Any = request.user
    by = request.POST.get("by", "")
    identifier = IdentifierForm(request.POST if by == "identifier" else None)
    bibtex = BibtexForm(request.POST if by == "bibtex" else None, request.FILES if by == "bibtex" else None)
    told = ""
    if request.method == "POST":
        try:
            addition = _started(user, by, identifier, bibtex)
        except IdentityError as error:
            told = str(error)
            for name, form, field in (("identifier", identifier, "identifier"), ("bibtex", bibtex, "bibtex")):
                if by == name:
                    form.add_error(field, told)
                    told = ""
        else:
            if addition is not None:
                return redirect("profiles:addition", pk=addition.pk)
    held = held_by(profile_of(user).pk).first()
    context = {
        "page": held.author if held is not None else None,
        "identifier": identifier,
        "bibtex": bibtex,
        "orcid": orcid_of(user),
        "told": told,
        "earlier": WorkAddition.objects.filter(user=user).defer("found", "text")[:SHOWN],
    }
    return render(request, "profiles/owners/add_works.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def addition(request: HttpRequest, pk: int) -> HttpResponse:
    """One addition: how far it is, what was found, which author the owner is, what became of it. 404 for everybody else. Five queries."""
    user: Any = request.user
    found = WorkAddition.objects.select_related("author").filter(pk=pk, user_id=user.pk).first()
    if found is None:
        raise Http404(NO_PAGE)
    error = ""
    if request.method == "POST":
        try:
            choose(addition=found, user=user, wanted=_wanted(request, found))
        except IdentityError as refused:
            error = str(refused)
        else:
            return redirect("profiles:addition", pk=found.pk)
    context = {
        "addition": found,
        "page": found.author,
        "records": _records(request, found) if found.state == AdditionState.FOUND else (),
        "rejected": [one for one in found.found if one.get("reason")],
        "added": sum(bool(one["is_added"]) for one in found.outcome),
        "nobody": NOBODY,
        "error": error,
    }
    return render(request, "profiles/owners/addition.html", context)


def _started(user: User, by: str, identifier: IdentifierForm, bibtex: BibtexForm) -> WorkAddition | None:
    """The addition that was asked for; None where a form says what is wrong. Raises ``IdentityError``."""
    if by == "identifier" and identifier.is_valid():
        value = identifier.cleaned_data["identifier"]
        return start_addition(user=user, kind=kind_of(value), value=value)
    if by == "bibtex" and bibtex.is_valid():
        return start_addition(user=user, kind=AdditionKind.BIBTEX, value=bibtex.cleaned_data["value"])
    if by == "orcid":
        return start_addition(user=user, kind=AdditionKind.ORCID)
    return None


def _wanted(request: HttpRequest, found: WorkAddition) -> dict[str, int]:
    """Which author the owner is of each record; records that they left out are not in it."""
    given = ((one["key"], request.POST.get(f"place-{number}", "")) for number, one in enumerate(found.found))
    return {key: int(place) for key, place in given if place.isascii() and place.isdecimal() and len(place) <= 6}  # noqa: PLR2004 - no list is longer


def _records(request: HttpRequest, found: WorkAddition) -> list[dict[str, Any]]:
    """The records with the place that is chosen now: what was typed, else the only one that fits, else none."""
    shown = []
    for number, one in enumerate(found.found):
        if one.get("reason"):
            continue
        typed = request.POST.get(f"place-{number}", "")
        mine = one["mine"] if request.method != "POST" else int(typed) if typed.isascii() and typed.isdecimal() else None
        shown.append({**one, "number": number, "chosen": mine})
    return shown
