"""“Not mine?”: somebody without an account says that a work on a page is not theirs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib.long_text import LongText
from config.lib.pages import gone
from papers.models import Author, Authorship
from papers.pages.rows import rows_of
from papers.querysets.people import authors
from papers.views.standing import NO_PAGE, addressed
from profiles.exceptions import IdentityError
from profiles.owners.requests import ask_not_mine
from profiles.privacy.forms import RequestForm
from profiles.querysets.claims import holding
from profiles.views.requests import token_of


class NotMineForm(RequestForm):
    """Where the code goes, and what shows it."""

    text = forms.CharField(
        label=_("What shows that it is not yours, or not this person's"),
        max_length=2000,
        required=False,
        widget=LongText(attrs={"rows": 4}),
        help_text=_("For example: “This is another Quillmere, of Leeds.” The owner of the page and moderators read it."),
        validators=[ProhibitNullCharactersValidator()],
    )
    field_order = ("text", "email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_mine(request: HttpRequest, pk: int, slug: str, authorship: int) -> HttpResponse:
    """The question about one work of a page, and the form that asks it. Six queries."""
    author: Author = addressed(authors().select_related("merged_into"), request, pk)
    if author.erased_at is not None:
        return gone(request)
    found = (
        Authorship.objects.select_related("work")
        .filter(pk=authorship, work__merged_into__isnull=True, work__erased_at__isnull=True)
        .first()
    )
    if found is None:
        raise Http404(NO_PAGE)
    if found.author_id != author.pk:
        return _elsewhere(request, author, found)
    form = NotMineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_not_mine(author=author, authorship=found, ip=request.META.get("REMOTE_ADDR", ""), **form.cleaned_data)
        except IdentityError as error:
            form.add_error(None, str(error))
        else:
            return redirect("profiles:request", token=token_of(asked))
    claim = holding([author.pk]).first()
    context = {
        "author": author,
        "slug": slug,
        "work": rows_of([found.work_id], subject=author.pk)[0],
        "published_as": found.shown_name,
        "form": form,
        "owned": claim is not None,
        "is_owner": claim is not None and claim.profile.user_id == request.user.pk,
    }
    return render(request, "profiles/owners/not_mine.html", context)


def _elsewhere(request: HttpRequest, author: Author, found: Authorship) -> HttpResponse:
    """The work has left the page, or the page was merged into the one it stands on."""
    survivor: Any = author.merged_into
    if survivor is not None and found.author_id == survivor.pk:
        return redirect(survivor.get_absolute_url())
    return render(request, "profiles/owners/not_mine_gone.html", {"author": author, "work": found.work}, status=410)
