"""A server on this machine that plays somebody's homepage: what stands there is what ``texts`` says.

with homepage_server() as homepage:
    homepage.texts["/~grace/"] = "<p>My works.</p>"  # GUARDED_HTTP_ALLOWED_HOSTS=homepage.host lets the site read it
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Homepage:
    """The pages by path, and where the server listens ("127.0.0.1:8431")."""

    host: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variable that lets a site read from here, though it is a private address without TLS."""
        return {"GUARDED_HTTP_ALLOWED_HOSTS": self.host}

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://{self.host}{path}"


@contextmanager
def homepage_server() -> Iterator[Homepage]:
    """The server on a free port, in a thread of its own, for as long as the context lasts."""
    homepage = Homepage()
    handler = type("Handler", (_Handler,), {"homepage": homepage})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        homepage.host = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield homepage
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    homepage: Homepage

    def do_GET(self) -> None:
        text = self.homepage.texts.get(self.path)
        body = f"<!doctype html><html lang=en><title>A homepage</title>{text or ''}</html>".encode()
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing: what came is for the test to ask."""
