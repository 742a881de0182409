"""Who is asking, when proxies of ours stand in between."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"


def visitor_address(forwarded: str, peer: str, proxies: int) -> str:
    """The address that the outermost of our proxies saw.

    Each proxy appends the address it was asked from, so with ``proxies`` of ours the visitor's stands that many
    places from the end; whatever stands before it was written by the visitor. With fewer entries than proxies
    (a request from inside) the first is taken; without any, the address of the peer.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if proxies <= 0 or not hops:
        return peer
    return hops[-min(proxies, len(hops))]


class CountedProxiesMiddleware:
    """Puts the visitor's address into REMOTE_ADDR, once, for everything that limits or records by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META["REMOTE_ADDR"] = visitor_address(
            request.META.get(FORWARDED_FOR, ""), request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES
        )
        return self.get_response(request)
