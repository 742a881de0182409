"""How much one address may ask: counters in the shared cache, the same for all web processes."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # DRF imports the throttles that the settings name while its views are still loading
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = structlog.get_logger(__name__)


class AddressThrottle(BaseThrottle):
    """So many requests a window from one address; an IPv6 network of 64 bits counts as one address.

    Counts in a fixed window by one atomic increment, so that parallel processes lose none. Where the cache is down
    the request passes: most of what the API reads is public, nobody guesses a token of 256 random bits however often they may try, and what
    can be sent to people has limits of its own in the database.
    """

    scope = ""
    seconds = 60

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit = settings.API_LIMITS.get(self.scope, 0)
        if not limit:
            return True
        now = time.time()
        window = int(now // self.seconds)
        self.left = (window + 1) * self.seconds - now
        try:
            return _count(f"throttle:{self.scope}:{self.whom(request)}:{window}", self.seconds) <= limit
        except (RedisError, OSError):
            logger.warning("api.throttle.cache_down", scope=self.scope)
            return True

    def whom(self, request: Request) -> str:
        """Who is counted as one."""
        return network_of(self.get_ident(request))

    def wait(self) -> float | None:
        return self.left


class BurstThrottle(AddressThrottle):
    """Requests a minute."""

    scope = "minute"
    seconds = 60


class SustainedThrottle(AddressThrottle):
    """Requests an hour."""

    scope = "hour"
    seconds = 3600


class AccountThrottle(AddressThrottle):
    """The same for an account, from wherever and with however many tokens it asks. For views that know the account."""

    def whom(self, request: Request) -> str:
        return f"account:{request.user.pk}"


class AccountBurstThrottle(AccountThrottle):
    """Requests a minute."""

    scope = "minute"
    seconds = 60


class AccountSustainedThrottle(AccountThrottle):
    """Requests an hour."""

    scope = "hour"
    seconds = 3600


def network_of(address: Any) -> str:
    """What counts as one visitor: the IPv4 address, the /64 network of an IPv6 address, else the text itself."""
    try:
        parsed = ipaddress.ip_address(str(address).split("%")[0])
    except ValueError:
        return str(address)[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _count(key: str, seconds: int) -> int:
    """How often this was called for ``key``, this call included."""
    if cache.add(key, 1, timeout=seconds + 1):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it expired between the two calls
        cache.set(key, 1, timeout=seconds + 1)
        return 1
