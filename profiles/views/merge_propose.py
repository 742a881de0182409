"""Two pages that are one person's: finding the other one, seeing what merging would change, proposing it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from papers.models import Author
from profiles.exceptions import IdentityError, NoteNeededError
from profiles.identity.candidates import near_pages
from profiles.identity.forms import OtherPageForm, ReasonForm, page_named
from profiles.identity.merging import which_lives_on
from profiles.identity.preview import preview_merge
from profiles.identity.proposals import propose_merge
from profiles.models import User
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere
from profiles.views.typed import log_in_first


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge_propose(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The search for the other page, or with ``?with=`` what merging the two would change and the form that proposes it. At most 28 queries."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:merge-propose")
    if moved is not None:
        return moved
    other = page_named(request.GET.get("with", ""))
    if other is None or other.pk == author.pk:
        return _choose(request, author)
    return _propose(request, author, other)


def login_address(request: HttpRequest) -> str:
    """Where to log in and come back here."""
    return f"{resolve_url('account_login')}?{urlencode({'next': request.get_full_path()})}"


def _choose(request: HttpRequest, author: Author) -> HttpResponse:
    form = OtherPageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        other: Author = form.cleaned_data["other"]
        if other.pk != author.pk:
            return HttpResponseRedirect(f"{request.path}?with={other.public_id}")
        form.add_error("other", _("This is the same page. Give the address of the other one."))
    viewer = request.user if isinstance(request.user, User) else None
    context = {"author": author, "form": form, "near": near_pages(author, viewer), "here": request.path}
    return kept_as_asked(render(request, "profiles/identity/merge_choose.html", context), author)


def _propose(request: HttpRequest, author: Author, other: Author) -> HttpResponse:
    survivor, given_up = which_lives_on(author, other)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not isinstance(request.user, User):
            return log_in_first(request)
        if form.is_valid():
            try:
                proposal = propose_merge(user=request.user, page=author, other=other, **form.cleaned_data)
            except NoteNeededError as error:
                form.add_error("evidence", str(error))
            except IdentityError as error:
                form.add_error(None, str(error))
            else:
                return redirect(proposal if proposal.proposer_id == request.user.pk else _already(request, author))
    context: dict[str, Any] = {
        "author": author,
        "other": other,
        "preview": preview_merge(survivor, given_up),
        "form": form,
        "login_url": login_address(request),
    }
    return kept_as_asked(render(request, "profiles/identity/merge.html", context), author)


def _already(request: HttpRequest, author: Author) -> str:
    from django.contrib import messages

    messages.info(request, _("Somebody else has proposed the same already. It waits for a decision."))
    return author.get_absolute_url()
