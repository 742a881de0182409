"""What somebody sent whose session had ended meanwhile: kept until they have logged in again, and then sent once more by them.

It lies in the cache for an hour, under a key that only this browser's session knows; logging out ends that session. The address that
takes it judges it as it judges everything: nothing is carried out by keeping it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

KEPT_UNDER: Final = "typed"
KEPT_SECONDS: Final = 3600
MOST_CHARACTERS: Final = 250_000  # the longest form takes 200,000, of BibTeX
MOST_FIELDS: Final = 1000
MOST_AN_HOUR: Final = 30  # from one address: what nobody logged in sends is kept in memory
SHORT: Final = 40  # characters; longer values were written by somebody, and are shown: a key of ours has 36

ParamsT = ParamSpec("ParamsT")
View = Callable[Concatenate[HttpRequest, ParamsT], HttpResponseBase]


def writing_needs_login(view: View[ParamsT]) -> View[ParamsT]:
    """``login_required`` for views with a form that takes a while to fill in."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: ParamsT.args, **kwargs: ParamsT.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else log_in_first(request)

    return cast("View[ParamsT]", answer)


def log_in_first(request: HttpRequest) -> HttpResponseRedirect:
    """To the log-in page and back again. What was sent is kept meanwhile, where it is neither too long nor one of too many."""
    kept = request.method == "POST" and _keep(request)
    return redirect_to_login(reverse("account-safety:typed") if kept else request.get_full_path())


def _keep(request: HttpRequest) -> bool:
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    length = sum(len(name) + len(str(value)) for name, value in fields)
    if not fields or len(fields) > MOST_FIELDS or length > MOST_CHARACTERS or not _may_keep(request.META.get("REMOTE_ADDR", "")):
        return False
    key = secrets.token_urlsafe(16)
    kept = {"path": request.get_full_path(), "fields": fields, "had_files": bool(request.FILES)}
    cache.set(f"{KEPT_UNDER}:{key}", kept, timeout=KEPT_SECONDS)
    request.session[KEPT_UNDER] = key
    return True


def _may_keep(address: str) -> bool:
    key = f"{KEPT_UNDER}-from:{salted_hmac('collegium.typed.address', address).hexdigest()}"
    cache.add(key, 0, timeout=KEPT_SECONDS)
    try:
        return cache.incr(key) <= MOST_AN_HOUR
    except ValueError:  # it ended between the two
        return True


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def typed(request: HttpRequest) -> HttpResponse:
    """What was sent before logging in, to look at and send once more; POST throws it away. To the first page where nothing is kept."""
    key = f"{KEPT_UNDER}:{request.session.get(KEPT_UNDER, '')}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        return redirect("papers:home")
    if request.method == "POST":
        cache.delete(key)
        request.session.pop(KEPT_UNDER, None)
        return HttpResponseRedirect(kept["path"])
    fields = [
        {
            "name": name,
            "label": re.sub(r"[-_]+", " ", name).capitalize(),  # the form itself, with its own labels, is only known to the address
            "value": value,
            "is_shown": _is_written(value),
            "rows": min(12, value.count("\n") + len(value) // 70 + 1),
        }
        for name, value in kept["fields"]
    ]
    return render(request, "account/typed.html", {"path": kept["path"], "fields": fields, "had_files": kept["had_files"]})


def _is_written(value: str) -> bool:
    """Whether a person wrote this, rather than chose it. An address of this site is chosen."""
    return not value.startswith("/") and (len(value) > SHORT or any(letter.isspace() for letter in value.strip()))
