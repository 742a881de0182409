"""Asking addresses that others chose, without being led where we must not go.

    page = GuardedClient(contact=settings.CONTACT_EMAIL).get("https://example.edu/~ada")

The name is looked up once, every address that it stands for must be a public one, and the connection goes to an address
that was checked: there is no second look-up that could answer otherwise (DNS rebinding). The name stays what TLS verifies
and what the server is told. Limits hold for everything together: look-up, redirects, headers and body.
"""

from __future__ import annotations

import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _
from requests.certs import where  # type: ignore[attr-defined]  # its types leave it out

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Resolver = Callable[[str, int], Sequence[str]]
Connector = Callable[[str, int, float], socket.socket]

PAGES: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
JSON: Final = frozenset({"application/json"})
OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"https": 443, "http": 80}
_HEADER_BYTES: Final = 32 * 1024
_CHUNK: Final = 16 * 1024
_ADDRESSES_TRIED: Final = 3
_LONGEST_ADDRESS: Final = 2000
_LONGEST_HOST: Final = 254  # one more than a name may have
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}]")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE | re.ASCII)
_HOST: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NEVER: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocols' own, Teredo among them: an IPv4 address inside
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)


class GuardedHTTPError(Exception):
    """An address was not asked, or did not give what it should. ``str()`` is a sentence; ``code`` names the kind.

    ``is_trouble`` says that trying again later may help: the network or the server failed, nobody refused anything.
    """

    code = "failed"
    is_trouble = False

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AddressRefusedError(GuardedHTTPError):
    """We do not ask such an address: its form, its scheme, its port, or where its name leads."""

    code = "address-refused"


class RedirectRefusedError(GuardedHTTPError):
    """The server sent us somewhere else, or on and on."""

    code = "redirected"


class AnswerRefusedError(GuardedHTTPError):
    """The server answered, but with another status or another kind of content than was wanted."""

    code = "answered"

    @property
    def is_trouble(self) -> bool:  # type: ignore[override]  # a fact of this answer
        return self.status is not None and (self.status in {408, 425, 429} or self.status >= 500)  # noqa: PLR2004 - HTTP's server errors


class TooLargeError(GuardedHTTPError):
    """More than the limits allow, as sent or once unpacked."""

    code = "too-large"


class UnreachableError(GuardedHTTPError):
    """No such name, no connection, a broken one, or one that took too long."""

    code = "unreachable"
    is_trouble = True


class CertificateError(GuardedHTTPError):
    """The server's certificate does not vouch for its name."""

    code = "certificate"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost, redirects included. ``most_bytes`` holds for the body as sent and once unpacked."""

    seconds: float = 5.0
    most_bytes: int = 2 * 1024 * 1024
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What stood at ``url``, the address after redirects. ``addresses`` are those that were connected to, in order."""

    url: str
    content_type: str
    charset: str
    body: bytes
    addresses: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text; what cannot be read stands as a replacement character."""
        try:
            return self.body.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Target:
    """An address taken apart. ``is_allowed``: settings name this host, so that it may be private and without TLS."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool

    @property
    def authority(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system tells them. Raises ``OSError``."""
    return [str(found[4][0]).split("%")[0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to a numeric address: nothing is looked up. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((address, port))
    except BaseException:
        made.close()
        raise
    return made


@cache
def verifying_context() -> ssl.SSLContext:
    """TLS 1.2 or later that checks the name, with the system's authorities and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(where())
    return context


def is_public_address(text: str) -> bool:
    """Whether a numeric address is a public, unicast one. Addresses that carry another one inside (mapped, NAT64, 6to4, Teredo) are not."""
    try:
        address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(slots=True)
class GuardedClient:
    """Asks one address at a time. Holds no state between calls: no cookies, no open connections, no proxies of the environment.

    ``resolve``, ``connect`` and ``tls`` are seams for tests; ``allowed_hosts`` ("127.0.0.1:8431") may be private and without TLS, and is
    for development and tests: production refuses to start with it.
    """

    contact: str = field(default_factory=lambda: str(settings.CONTACT_EMAIL or settings.SITE_URL))
    limits: Limits = field(default_factory=Limits)
    accept: Collection[str] = PAGES
    allowed_hosts: Collection[str] = field(default_factory=lambda: tuple(settings.GUARDED_HTTP_ALLOWED_HOSTS))
    resolve: Resolver = look_up
    connect: Connector = connect
    tls: Callable[[], ssl.SSLContext] = verifying_context

    def get(self, url: str) -> Answer:
        """The answer to a GET request, if it is one of status 200 and of a kind in ``accept``.

        Raises a ``GuardedHTTPError`` for everything else. Returns within ``limits.seconds`` whatever the server does.
        """
        deadline = time.monotonic() + self.limits.seconds
        target = self._target(url)
        asked: list[str] = []
        for _step in range(self.limits.redirects + 1):
            following = self._ask(target, deadline, asked)
            if isinstance(following, Answer):
                return following
            target = self._redirected(target, following)
        raise RedirectRefusedError(_("The server sent us from one address to the next without end."))

    # --- Where ----------------------------------------------------------------------------------------------------

    def _target(self, url: str) -> _Target:
        parts = split_address(url)
        scheme, host = parts.scheme, _host_name(parts)
        port = _port(parts)
        authority = f"{host}:{port}"
        is_allowed = authority in self.allowed_hosts or host in self.allowed_hosts
        if not is_allowed:
            if scheme != "https":
                raise AddressRefusedError(_("We only read addresses that begin with https://."))
            if port != _PORTS[scheme]:
                raise AddressRefusedError(_("We only read addresses without a port of their own."))
            if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) or "." not in host:
                raise AddressRefusedError(_("We only read addresses with the public name of a server, not a number."))
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
        return _Target(url, scheme, host, port, path, is_allowed)

    def _redirected(self, target: _Target, location: str) -> _Target:
        try:
            following = self._target(urljoin(target.url, location))
        except (ValueError, AddressRefusedError) as error:
            raise RedirectRefusedError(_("The server sent us to an address that we do not read.")) from error
        if following.host != target.host:
            raise RedirectRefusedError(_("The server sent us on to %(host)s. We only follow within one server.") % {"host": following.host})
        if (following.scheme, target.scheme) == ("http", "https"):
            raise RedirectRefusedError(_("The server sent us on to an address without encryption."))
        return following

    def _addresses(self, target: _Target, deadline: float) -> list[str]:
        """Where the name leads, all of it checked. One look-up, given up at the deadline."""
        if target.is_allowed and _is_number(target.host):
            return [target.host]
        found = list(dict.fromkeys(self._looked_up(target, deadline)))
        if not found:
            raise UnreachableError(_("We could not find the server %(host)s.") % {"host": target.host})
        if not target.is_allowed and not all(is_public_address(address) for address in found):
            raise AddressRefusedError(_("The name %(host)s leads to a network that is not public.") % {"host": target.host})
        return found[:_ADDRESSES_TRIED]

    def _looked_up(self, target: _Target, deadline: float) -> list[str]:
        """The resolver's answer. It runs beside us: the system's own cannot be told to hurry."""
        told: list[str] = []

        def ask() -> None:
            try:
                told.extend(self.resolve(target.host, target.port))
            except (OSError, UnicodeError):
                told.clear()

        asking = threading.Thread(target=ask, daemon=True, name="guarded-look-up")
        asking.start()
        asking.join(_left(deadline))
        if asking.is_alive():
            raise UnreachableError(_("Looking up the server %(host)s took too long.") % {"host": target.host})
        return told

    # --- Asking ---------------------------------------------------------------------------------------------------

    def _ask(self, target: _Target, deadline: float, asked: list[str]) -> Answer | str:
        """The answer, or the location that the server sends us on to."""
        try:
            with self._connection(target, deadline, asked) as sock:
                sock.settimeout(_left(deadline))
                sock.sendall(self._request(target))
                incoming = _Incoming(sock, deadline, _HEADER_BYTES)
                with HTTPResponse(cast("Any", incoming), method="GET") as response:
                    response.begin()
                    return self._answer(target, response, incoming, asked)
        except GuardedHTTPError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise CertificateError(_("The certificate of %(host)s is not valid for that name.") % {"host": target.host}) from error
        except TimeoutError as error:
            raise UnreachableError(
                _("The server %(host)s did not answer within %(seconds)d seconds.") % {"host": target.host, "seconds": self.limits.seconds}
            ) from error
        except (OSError, HTTPException, ValueError, zlib.error) as error:
            raise UnreachableError(_("The connection to %(host)s broke.") % {"host": target.host}) from error

    def _connection(self, target: _Target, deadline: float, asked: list[str]) -> socket.socket:
        sock = self._connected(target, deadline, asked)
        if target.scheme == "http":
            return sock
        try:
            sock.settimeout(_left(deadline))
            return self.tls().wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise

    def _connected(self, target: _Target, deadline: float, asked: list[str]) -> socket.socket:
        addresses = self._addresses(target, deadline)
        for place, address in enumerate(addresses):
            asked.append(address)
            try:
                return self.connect(address, target.port, _left(deadline) / (len(addresses) - place))
            except OSError:
                if place + 1 == len(addresses):
                    raise
        raise AssertionError("there is an address, or an error before")

    def _request(self, target: _Target) -> bytes:
        lines = (
            f"GET {target.path} HTTP/1.1",
            f"Host: {target.authority}",
            f"User-Agent: {user_agent(self.contact)}",
            f"Accept: {', '.join(sorted(self.accept))}",
            "Accept-Encoding: gzip",
            "Connection: close",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")

    def _answer(self, target: _Target, response: HTTPResponse, incoming: _Incoming, asked: list[str]) -> Answer | str:
        if response.status in _REDIRECTS:
            return response.headers.get("Location", "")
        if response.status != OK:
            raise AnswerRefusedError(_("The server answered %(status)d.") % {"status": response.status}, status=response.status)
        kind = response.headers.get_content_type()
        if kind not in self.accept:
            raise AnswerRefusedError(_("The server answered with %(kind)s, which we do not read.") % {"kind": kind[:80]})
        incoming.allowance += self.limits.most_bytes + _HEADER_BYTES  # chunks bring words of their own
        body = self._body(response)
        return Answer(target.url, kind, (response.headers.get_content_charset() or "")[:40], body, tuple(asked))

    def _body(self, response: HTTPResponse) -> bytes:
        stated = response.headers.get("Content-Length", "")
        if stated.isdecimal() and len(stated) < 20 and int(stated) > self.limits.most_bytes:  # noqa: PLR2004 - longer is no length
            raise self._too_large()
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip"}:
            raise AnswerRefusedError(_("The server packed its answer in a way that we do not read."))
        unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding else None
        body = bytearray()
        sent = 0
        while piece := response.read1(_CHUNK):
            sent += len(piece)
            # One byte more than is allowed tells a bomb without unpacking it.
            body += unpack.decompress(piece, self.limits.most_bytes - len(body) + 1) if unpack else piece
            if sent > self.limits.most_bytes or len(body) > self.limits.most_bytes:
                raise self._too_large()
        if response.length or (unpack is not None and not unpack.eof):
            raise UnreachableError(_("The connection broke before the whole page had come."))
        return bytes(body)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(_("The page is larger than %(size)d MB.") % {"size": self.limits.most_bytes // 1024 // 1024})


class _Incoming(io.RawIOBase):
    """What comes from a socket, until the deadline and no more than ``allowance`` bytes: a server that drips is given up in time."""

    def __init__(self, sock: socket.socket, deadline: float, allowance: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self.allowance = allowance

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What ``http.client`` asks a socket for."""
        return io.BufferedReader(self, _CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.allowance <= 0:
            raise TooLargeError(_("The answer is larger than we read."))
        self._sock.settimeout(_left(self._deadline))
        room = memoryview(buffer)[: min(len(memoryview(buffer)), self.allowance)]
        count = self._sock.recv_into(room)
        self.allowance -= count
        return count


def split_address(url: str) -> SplitResult:
    """The parts of a web address. Raises ``AddressRefusedError`` for anything that is none, or that names a user."""
    if len(url) > _LONGEST_ADDRESS or _UNFIT.search(url):
        raise AddressRefusedError(_("This is not an address that we can read."))
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError as error:
        raise AddressRefusedError(_("This is not an address that we can read.")) from error
    if parts.scheme not in _PORTS or not hostname:
        raise AddressRefusedError(_("We only read addresses that begin with https://."))
    if "@" in parts.netloc:
        raise AddressRefusedError(_("We do not read addresses with a user name in them."))
    return SplitResult(parts.scheme, parts.netloc, parts.path, parts.query, "")


def with_tls(url: str) -> str:
    """The same address with https, as we ask for it; "" where it is no address that we read. Hosts that settings allow keep theirs."""
    try:
        parts = split_address(url.strip())
        host, port = _host_name(parts), _port(parts)
    except AddressRefusedError:
        return ""
    if f"{host}:{port}" in settings.GUARDED_HTTP_ALLOWED_HOSTS:
        return url.strip()
    if port not in _PORTS.values():
        return ""
    return urlunsplit(("https", host, parts.path or "/", parts.query, ""))


def _host_name(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower().removesuffix(".")
    if _is_number(host):
        return host
    try:
        name = host if host.isascii() else host[:_LONGEST_HOST].encode("idna").decode("ascii")
    except UnicodeError as error:
        raise AddressRefusedError(_("This is not an address that we can read.")) from error
    if not _HOST.fullmatch(name):
        raise AddressRefusedError(_("This is not an address that we can read."))
    return name


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressRefusedError(_("This is not an address that we can read.")) from error
    return _PORTS[parts.scheme] if port is None else port


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises ``TimeoutError`` at it: a socket without time would wait for ever."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def user_agent(contact: str) -> str:
    """What we call ourselves, with whom to write to: "Collegium/0.1 (mailto:…)"."""
    told = _header_text(contact)
    if not told:
        return "Collegium/0.1"
    return f"Collegium/0.1 ({'mailto:' if '@' in told else '+'}{told})"


def _header_text(text: str) -> str:
    return re.sub(r"[^\x21-\x7e]+", " ", text).strip()[:200]
