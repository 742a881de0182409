"""Requests without an account about a page: kept out of search engines, corrected. Confirmed by a code, decided by a moderator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib.pages import gone
from papers.models import Author
from papers.models.bases import page_slug
from papers.querysets.people import authors
from papers.views.standing import addressed
from profiles.exceptions import IdentityError
from profiles.models import PublicRequest
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.privacy.confirmed_requests import confirm_request, open_request
from profiles.privacy.forms import CodeForm, CorrectionForm, OptOutForm, RequestForm
from profiles.querysets.claims import holding

_tokens: Final = Signer(salt="collegium.privacy.request")


@dataclass(frozen=True)
class Asking:
    """One kind of request: its form, and the words of its page."""

    kind: RequestKind
    form: type[RequestForm]
    heading: str | Promise
    template: str


OPT_OUT: Final = Asking(RequestKind.OPT_OUT, OptOutForm, _("Keep this page out of search engines"), "profiles/privacy/opt_out.html")
CORRECTION: Final = Asking(RequestKind.CORRECTION, CorrectionForm, _("Ask for a correction"), "profiles/privacy/correct.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """Ask that an unclaimed page be kept out of search engines. Two queries; the owner of a claimed one decides in their settings."""
    return _ask(request, pk, OPT_OUT, "profiles:opt-out")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """Ask that something on a page be put right. Two queries."""
    return _ask(request, pk, CORRECTION, "profiles:correct")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Give the code back. One query to show; the address is only in the mail, and never on this page."""
    asked = _asked(token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if asked.status != RequestStatus.UNCONFIRMED:
        return render(request, "profiles/privacy/asked.html", {"asked": asked, "author": asked.author})
    if request.method == "POST" and form.is_valid():
        try:
            confirm_request(request=asked, code=form.cleaned_data["code"])
        except IdentityError as error:
            form.add_error("code", str(error))
        else:
            return redirect("profiles:request", token=token)
    return render(request, "profiles/privacy/confirm.html", {"asked": asked, "author": asked.author, "form": form})


def token_of(asked: PublicRequest) -> str:
    """What names a request in the address of its page: nobody finds others' by counting."""
    return _tokens.sign_object(asked.pk)


def _ask(request: HttpRequest, pk: int, asking: Asking, view: str) -> HttpResponse:
    author: Author = addressed(authors(), request, pk)
    if author.erased_at is not None:
        return gone(request)
    standing: Any = author.merged_into or author
    address = reverse(view, args=[standing.pk, page_slug(standing.display_name)])
    if address != request.path:
        return redirect(address)
    owned = holding([author.pk]).exists()
    form = asking.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not (owned and asking is OPT_OUT) and form.is_valid():
        try:
            asked = open_request(kind=asking.kind, author=author, ip=request.META.get("REMOTE_ADDR", ""), **form.cleaned_data)
        except IdentityError as error:
            form.add_error(None, str(error))
        else:
            return redirect("profiles:request", token=token_of(asked))
    return render(request, asking.template, {"author": author, "form": form, "owned": owned, "heading": asking.heading})


def _asked(token: str) -> PublicRequest:
    try:
        key = _tokens.unsign_object(token[:200])
    except (BadSignature, ValueError):
        raise Http404 from None
    found = PublicRequest.objects.select_related("author").filter(pk=key).first()
    if found is None:
        raise Http404(_("This request was not confirmed in time, and is forgotten."))
    return found
