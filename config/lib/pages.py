"""What every public page does with HTTP: who may keep a copy, for how long, and how a copy is checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag
from django.views.decorators.http import require_safe

PUBLIC_SECONDS: Final = 60

ParamsT = ParamSpec("ParamsT")
View = Callable[Concatenate[HttpRequest, ParamsT], HttpResponse]


def public_page(view: View[ParamsT]) -> View[ParamsT]:
    """A view that answers GET and HEAD for everybody.

    Signed out, the answer may be kept for a minute by anybody and is checked by its ETag afterwards; signed in, it is
    the reader's own. Both depend on the cookies (theme, log-in, language), so that no copy is ever shown to the wrong
    reader. The ETag costs a hash of the body, and saves its transfer.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: ParamsT.args, **kwargs: ParamsT.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if response.has_header("Cache-Control"):
            return response
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
            return response
        if response.status_code != 200:  # noqa: PLR2004 - the status itself
            patch_cache_control(response, public=True, max_age=0)
            return response
        patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
        set_response_etag(response)
        checked = get_conditional_response(request, etag=response.get("ETag"), response=response)
        return checked if isinstance(checked, HttpResponse) else response

    return cast("View[ParamsT]", require_safe(answer))


def gone(request: HttpRequest) -> HttpResponse:
    """410: there was a page here, and it was taken away for good."""
    return render(request, "410.html", status=410)


def site_url(request: HttpRequest) -> str:
    """The site as this request reached it: "https://collegium.example"."""
    return f"{request.scheme}://{request.get_host()}"
