"""Servers on this machine that answer as a test wants, and a client that takes them for public ones."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.lib.guarded_http import GuardedClient

PUBLIC = "93.184.215.14"
Script = Callable[[str, socket.socket], None]


class WebServer:
    """Plays ``script(path, connection)`` to each request; ``requests`` holds the heads of those that came."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        self.names: list[str | None] = []
        self._script = script
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                connection, _peer = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(10)
            talking = self._context.wrap_socket(connection, server_side=True) if self._context else connection
            with talking:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = talking.recv(4096)
                    if not piece:
                        return
                    head += piece
                text = head.decode("latin-1")
                self.requests.append(text)
                self._script(text.split()[1], talking)

    def close(self) -> None:
        self._ending.set()
        self._listening.close()


@contextmanager
def web_server(script: Script, context: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    server = WebServer(script, context)
    try:
        yield server
    finally:
        server.close()


def page(body: str | bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(content)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def answering(pages: dict[str, bytes]) -> Script:
    """A script that gives these answers by path, and 404 elsewhere."""

    def script(path: str, connection: socket.socket) -> None:
        connection.sendall(pages.get(path) or page("not here", status="404 Not Found"))

    return script


class Web:
    """A network of names: ``hosts`` maps a name to the addresses that each look-up gives, in turn; every public address leads to ``server``."""

    def __init__(self, server: WebServer, hosts: dict[str, list[list[str]]] | None = None) -> None:
        self.server = server
        self.hosts = hosts or {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []

    def resolve(self, host: str, _port: int) -> list[str]:
        self.looked_up.append(host)
        answers = self.hosts.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, _port: int, seconds: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.server.port), seconds)

    def client(self, **options: object) -> GuardedClient:
        trusted = ssl.create_default_context(cadata=authority().certificate)
        given = {"contact": "editors@example.org", "allowed_hosts": (), "tls": lambda: trusted, **options}
        return GuardedClient(resolve=self.resolve, connect=self.connect, **given)  # type: ignore[arg-type]


@contextmanager
def web(script: Script, hosts: dict[str, list[list[str]]] | None = None, names: tuple[str, ...] = ("example.edu",)) -> Iterator[Web]:
    """A server with a certificate for ``names``, reached under whatever name is asked for."""
    with web_server(script, authority().context_for(*names)) as server:
        yield Web(server, hosts)


class Authority:
    """A certificate authority that only tests trust."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        made = self._signed(self._name, self._key, is_authority=True, names=())
        self.certificate = made.public_bytes(serialization.Encoding.PEM).decode()

    def context_for(self, *names: str) -> ssl.SSLContext:
        import tempfile

        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(x509.Name([]), key, is_authority=False, names=names)
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder) / "chain.pem"
            chain.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
            context.load_cert_chain(chain)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool, names: tuple[str, ...]
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        building = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=3650))  # tests travel in time
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if names:
            building = building.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=True)
        return building.sign(self._key, hashes.SHA256())


@cache
def authority() -> Authority:
    return Authority()
