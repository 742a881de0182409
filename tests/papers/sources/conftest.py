"""A server on this machine that plays a service: it answers what a test tells it to, and notes what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass
class Reply:
    """One answer. ``cut`` closes the connection in the middle of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Asked:
    """One request as the service saw it."""

    path: str
    params: dict[str, str]
    headers: Any


class PlayedService:
    """What the service will answer: replies by path, else in order; the last one again and again."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self.replies: list[Reply] = []
        self.by_path: dict[str, list[Reply]] = {}

    def next_reply(self, path: str) -> Reply:
        replies = self.by_path.get(path, self.replies)
        if not replies:
            return Reply(b'{"error": "no such thing"}', 404)
        return replies.pop(0) if len(replies) > 1 else replies[0]


@pytest.fixture
def service() -> Iterator[PlayedService]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            params = {name: values[0] for name, values in parse_qs(address.query).items()}
            played.asked.append(Asked(address.path, params, self.headers))
            reply = played.next_reply(address.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
            if reply.cut:
                self.close_connection = True

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = PlayedService(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield played
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pretend(service, settings, tmp_path, monkeypatch) -> PlayedService:
    """All services of the settings are the played one; waiting takes no time."""
    settings.SERVICE_ADDRESSES = dict.fromkeys(("openalex", "arxiv", "crossref", "s2", "orcid"), service.address)
    settings.SERVICE_KEYS = {"openalex": "", "s2": "a key of ours"}
    settings.SERVICE_PAUSES = dict.fromkeys(settings.SERVICE_ADDRESSES, 0.0)
    settings.SERVICE_CACHE = {"folder": str(tmp_path / "services"), "fresh_hours": 24, "most_megabytes": 10}
    settings.CONTACT_EMAIL = "us@example.org"
    monkeypatch.setattr("papers.sources.manners.Guest._wait_before", lambda *_args: 0.0)
    return service
