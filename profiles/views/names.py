"""By which name one's page goes, and which published forms it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from papers.models import Author, NameVisibility
from profiles.exceptions import IdentityError
from profiles.models import User
from profiles.owners.names import choose_name, hide_variant, show_variant, tidy_name
from profiles.owners.profile_editing import profile_of
from profiles.querysets.claims import held_by
from profiles.views.typed import writing_needs_login

OWN = "own"  # the radio button beside the field for a form of one's own


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest) -> HttpResponse:
    """The published forms, one of them chosen or a form of one's own; each shown or not. Seven queries."""
    user: Any = request.user
    held = held_by(profile_of(user).pk).first()
    if held is None:
        return render(request, "profiles/owners/names.html", {"page": None})
    error, typed = "", ""
    if request.method == "POST":
        typed = tidy_name(request.POST.get("own_name", ""))
        try:
            messages.success(request, _carried_out(request, user, held.author, typed))
        except IdentityError as refused:
            error = str(refused)
        else:
            return redirect("profiles:names")
    variants = list(held.author.name_variants.filter(is_published=True).order_by("pk"))
    context = {
        "page": held.author,
        "variants": variants,
        "shown": NameVisibility.SHOWN,
        "is_own_form": held.author.display_name not in {variant.name for variant in variants},
        "error": error,
        "typed": typed,
    }
    return render(request, "profiles/owners/names.html", context)


def _carried_out(request: HttpRequest, user: User, page: Author, typed: str) -> str:
    """What was asked for, done; the sentence that says so. Raises ``IdentityError``."""
    variants: dict[str, tuple[Callable[..., object], str]] = {
        "hide": (hide_variant, _("That form is shown no more. It still leads to your page.")),
        "show": (show_variant, _("That form is shown again.")),
    }
    for action, (carry_out, said) in variants.items():
        name = request.POST.get(action, "")
        if name:
            carry_out(author=page, user=user, name=tidy_name(name))
            return said
    if request.POST.get("reset"):
        choose_name(author=page, user=user, name="")
        return _("Your page goes by its fullest published form again.")
    chosen = request.POST.get("name", "")
    wanted = typed if chosen == OWN else tidy_name(chosen)
    if not wanted:
        raise IdentityError(_("Choose a form, or write your own."))
    choose_name(author=page, user=user, name=wanted)
    return _("Your page goes by this name now, and no import changes it.")
