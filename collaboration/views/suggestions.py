"""People one could work with: the list, not this one, and not me."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from collaboration.pages.suggestions import dismissed, suggestions_page
from collaboration.suggestions.choosing import choose_suggested, dismiss, take_back_dismissal
from collaboration.views.common import account_of
from config.lib.query_params import QueryParams
from papers.querysets.people import standing_author
from profiles.exceptions import IdentityError


@login_required
@never_cache
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What is suggested to oneself, with reasons, and whom one dismissed. Ten queries beside the log-in's."""
    return render(request, "collaboration/suggestions.html", suggestions_page(account_of(request), QueryParams(request.GET), request.path))


@login_required
@never_cache
@require_POST
def dismiss_suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a person suggested no more, or again (``do=take-back``)."""
    author = standing_author(pk)
    if author is None:
        raise Http404
    user, by_htmx = account_of(request), getattr(request, "htmx", False)
    if request.POST.get("do") == "take-back":
        take_back_dismissal(user=user, author_id=author.pk)
        messages.success(request, _("%(name)s may be suggested to you again.") % {"name": author.display_name})
        return redirect("collaboration:suggestions")
    try:
        dismiss(user=user, author=author)
    except IdentityError as error:
        messages.error(request, str(error))
        return redirect("collaboration:suggestions")
    if by_htmx:
        return render(request, "collaboration/_dismissed.html", {"one": dismissed(author)})
    messages.success(request, _("%(name)s is suggested to you no more. Nobody is told.") % {"name": author.display_name})
    return redirect("collaboration:suggestions")


@login_required
@never_cache
@require_POST
def suggestion_choice(request: HttpRequest) -> HttpResponse:
    """Whether one is suggested to others."""
    is_suggested = request.POST.get("suggested") == "1"
    choose_suggested(user=account_of(request), is_suggested=is_suggested)
    messages.success(request, _("You may be suggested to others.") if is_suggested else _("You are suggested to nobody."))
    return redirect("collaboration:suggestions")
