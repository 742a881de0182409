"""A person's access tokens: which there are, making one after a fresh proof of who asks, ending one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib.rest.scopes import scopes
from profiles.accounts.freshness import require_fresh
from profiles.accounts.token_forms import TokenForm
from profiles.accounts.tokens import KEPT_AFTER, MOST, PREFIX, end_token, make_token, tokens_of, works_now
from profiles.exceptions import IdentityError, WrongStateError
from profiles.models import AccessToken, User


@login_required
@never_cache
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens, latest first. One query beside the log-in's."""
    user = _user(request)
    rows = tokens_of(user)
    labels = {scope.key: scope.label for scope in scopes}
    lines = [{"token": row, "may": [labels[key] for key in row.scopes if key in labels], "works": works_now(row, user)} for row in rows]
    context = {"lines": lines, "most": MOST, "may_make": len(rows) < MOST, "kept_days": KEPT_AFTER.days, "prefix": PREFIX}
    return render(request, "profiles/tokens/list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token. The page that answers is the only one that ever shows it: sent again, the same form finds its name taken."""
    require_fresh(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_token(user=_user(request), **form.cleaned_data)
        except IdentityError as error:
            form.add_error("name" if isinstance(error, WrongStateError) else None, str(error))  # the name is taken
        else:
            return render(request, "profiles/tokens/made.html", {"token": made.token, "row": made.row})
    return render(request, "profiles/tokens/new.html", {"form": form})


@login_required
@never_cache
@require_POST
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token. 404 for another's."""
    found = get_object_or_404(AccessToken, pk=pk, user=_user(request))
    end_token(token=found, user=_user(request))
    messages.success(request, _("The token “%(name)s” works no more.") % {"name": found.name})
    return redirect("profiles:tokens")


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - behind login_required
    return user
