"""Asking services over HTTP as a good guest does.

We say who we are and whom to write to, keep a pause between requests to one host (also between our own processes),
wait as long as a service asks us to, back off when it is troubled, ask only for what may have changed, and give up
rather than insist.
"""

from __future__ import annotations

import fcntl
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from papers.sources.answers import Answer, AnswerCache

logger = logging.getLogger(__name__)

TROUBLED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
GONE: Final = frozenset({400, 404, 410, 422})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED: Final = 304
OK: Final = 200
_CHUNK_BYTES: Final = 64 * 1024
_UNKEYED: Final = frozenset({"mailto", "api_key", "tool", "email"})  # who asks does not change the answer


class SourceError(ValueError):
    """A service did not give what was asked for. The message is a whole sentence for people."""


class NotThere(SourceError):  # noqa: N818 - the service answered; what was asked for is not there
    """The service says that it has no such thing, or does not understand the question. ``status`` is its HTTP code."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Limits:
    """What one request may cost. Seconds, bytes, tries."""

    tries: int = 6
    connect_seconds: float = 10
    read_seconds: float = 60
    whole_seconds: float = 300
    most_bytes: int = 200 * 1024 * 1024
    longest_wait: float = 300  # a service that wants a longer pause is left alone
    redirects: int = 5


class Guest:
    """Asks one service. ``ask`` is all there is to it; a guest is cheap and used by one thread."""

    def __init__(
        self,
        *,
        service: str,
        contact: str,
        pause: float,
        cache: AnswerCache | None = None,
        turns: Path | None = None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._pause = pause
        self._cache = cache
        self._turns = turns
        self._limits = limits or Limits()
        self._sleep = sleep
        self._last = 0.0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent(contact)

    def ask(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer, from the cache where it is fresh there.

        Raises ``NotThere`` for 400, 404, 410 and 422, and ``SourceError`` where the service stays troubled, refuses,
        or answers with more than ``Limits`` allow.
        """
        stated = dict(headers or {})
        key = _cache_key(url, params or {}, stated)
        kept = self._cache.find(key) if self._cache else None
        if self._cache and kept and self._cache.is_fresh(kept):
            return kept.body
        address = f"{url}?{urlencode(params)}" if params else url
        for number in range(self._limits.tries):
            self._take_turn(urlsplit(address).hostname or "")
            try:
                response = self._get(address, stated, kept)
                try:
                    if response.status_code not in TROUBLED:
                        return self._answer(response, key, kept)
                    trouble = f"it answered {response.status_code}"
                    wait = self._wait_before(number, response.headers.get("Retry-After", ""))
                finally:
                    response.close()
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                trouble = "it did not answer in time" if isinstance(error, requests.Timeout) else "the connection broke"
                wait = self._wait_before(number, "")
            except requests.RequestException as error:
                raise SourceError(f"{self._service} could not be asked: {type(error).__name__}.") from error
            if number + 1 < self._limits.tries:
                logger.info("%s: %s, trying again in %.1f s", self._service, trouble, wait)
                self._sleep(wait)
        raise SourceError(f"{self._service} could not be read: {trouble}, {self._limits.tries} times in a row. Try again later.")

    def _get(self, address: str, headers: Mapping[str, str], kept: Answer | None) -> requests.Response:
        """One request, following redirects; a key of ours is sent to the host that it is for, and to no other."""
        sent = dict(headers)
        if kept and kept.etag:
            sent["If-None-Match"] = kept.etag
        if kept and kept.last_modified:
            sent["If-Modified-Since"] = kept.last_modified
        host = urlsplit(address).netloc
        for _ in range(self._limits.redirects + 1):
            timeout = (self._limits.connect_seconds, self._limits.read_seconds)
            response = self._session.get(address, headers=sent, timeout=timeout, stream=True, allow_redirects=False)
            if response.status_code not in REDIRECTS:
                return response
            address = urljoin(address, response.headers.get("Location", ""))
            response.close()
            if urlsplit(address).netloc != host:
                sent = {name: value for name, value in sent.items() if name.lower() not in {"x-api-key", "authorization"}}
        raise SourceError(f"{self._service} sent us from one address to the next without end.")

    def _answer(self, response: requests.Response, key: str, kept: Answer | None) -> bytes:
        if response.status_code == NOT_MODIFIED and kept:
            body, etag, modified = kept.body, kept.etag, kept.last_modified
        elif response.status_code == OK:
            body = self._read(response)
            etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        elif response.status_code in GONE:
            raise NotThere(f"{self._service} has no such record (it answered {response.status_code}).", response.status_code)
        else:
            raise SourceError(f"{self._service} refused the request (it answered {response.status_code}).")
        if self._cache:
            self._cache.keep(key, body, etag=etag, last_modified=modified)
        return body

    def _read(self, response: requests.Response) -> bytes:
        """The whole body. Raises where it is cut, larger or slower than the limits allow."""
        until = time.monotonic() + self._limits.whole_seconds
        pieces = []
        size = 0
        for piece in response.iter_content(_CHUNK_BYTES):
            pieces.append(piece)
            size += len(piece)
            if size > self._limits.most_bytes:
                raise SourceError(f"{self._service} answered with more than {self._limits.most_bytes // 1024 // 1024} MB.")
            if time.monotonic() > until:
                raise requests.Timeout
        return b"".join(pieces)

    def _wait_before(self, number: int, retry_after: str) -> float:
        """Seconds until the next try: what the service asks for, else doubling with jitter, at most a minute."""
        asked = seconds_of(retry_after)
        if asked is not None:
            if asked > self._limits.longest_wait:
                raise SourceError(f"{self._service} asks us to come back in {round(asked / 60)} minutes.")
            return asked + random.uniform(0, 1)  # noqa: S311 - spreads our own processes, guards nothing
        return min(60.0, 2.0**number) * random.uniform(0.5, 1.0)  # noqa: S311 - as above

    def _take_turn(self, host: str) -> None:
        """Waits until ``pause`` has gone by since the last request to the host by any process of this machine."""
        if self._turns is None:
            self._sleep(max(0.0, self._last + self._pause - time.monotonic()))
            self._last = time.monotonic()
            return
        self._turns.mkdir(parents=True, exist_ok=True)
        with (self._turns / f"{host or 'local'}.turn").open("a+") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            turn.seek(0)
            text = turn.read().strip()
            last = float(text) if text.replace(".", "", 1).isdigit() else 0.0
            # A clock that was set back must not make us wait for hours.
            mine = max(time.time(), min(last, time.time() + self._limits.longest_wait) + self._pause)
            turn.truncate(0)
            turn.write(f"{mine:.3f}")
        self._sleep(max(0.0, mine - time.time()))


def user_agent(contact: str) -> str:
    """What we call ourselves: "Collegium/0.1 (mailto:…)"."""
    return f"Collegium/0.1 (mailto:{contact})" if contact else "Collegium/0.1"


def seconds_of(retry_after: str) -> float | None:
    """The seconds that a Retry-After header asks for, from a number or a date; None where it says nothing."""
    text = retry_after.strip()
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, when.timestamp() - time.time())


def _cache_key(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> str:
    asked = sorted((name, value) for name, value in params.items() if name not in _UNKEYED)
    return f"{url}?{urlencode(asked)} {headers.get('Accept', '')}"
