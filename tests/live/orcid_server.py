"""A server on this machine that plays ORCID: sign-in (OAuth 2), and public records (version 3.0).

    with orcid_server({"0000-0002-1825-0097": "Josiah Carberry"}) as orcid:
        ...  # ORCID_TEST_SERVER=orcid.origin, ORCID_CLIENT_ID=orcid.client_id, ORCID_CLIENT_SECRET=orcid.client_secret

``/oauth/authorize`` is a page with a button "Allow" for each person and one "Deny"; ``/oauth/token`` gives what ORCID gives,
once for each code; ``/v3.0/<iD>/record`` gives ``records[iD]``, or a record with nothing but a name.
"""

from __future__ import annotations

import html
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Orcid:
    """The playing ORCID: who can sign in, their public records, and the codes it gave out."""

    people: dict[str, str]
    records: dict[str, Any] = field(default_factory=dict)
    client_id: str = "APP-LIVE"
    client_secret: str = "of the live tests"
    origin: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    """What the token's answer says beside the usual: {"orcid": ""} for an answer gone wrong."""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variables that point a site here."""
        return {"ORCID_TEST_SERVER": self.origin, "ORCID_CLIENT_ID": self.client_id, "ORCID_CLIENT_SECRET": self.client_secret}

    def authorise(self, orcid: str, redirect_uri: str) -> str:
        """A code for that person, as the button gives it."""
        code = secrets.token_urlsafe(6)
        self.codes[code] = (orcid, redirect_uri)
        return code

    def record(self, orcid: str) -> dict[str, Any]:
        """The public record of that iD."""
        given, _space, family = self.people[orcid].rpartition(" ")
        return {
            "orcid-identifier": {"uri": f"https://orcid.org/{orcid}", "path": orcid, "host": "orcid.org"},
            "person": {
                "name": {"given-names": {"value": given}, "family-name": {"value": family}},
                "researcher-urls": {"researcher-url": []},
            },
            "activities-summary": {"works": {"group": []}},
        } | self.records.get(orcid, {})


@contextmanager
def orcid_server(people: Mapping[str, str], records: Mapping[str, Any] | None = None) -> Iterator[Orcid]:
    """The server on a free port, in a thread of its own, for as long as the context lasts."""
    orcid = Orcid(dict(people), dict(records or {}))
    handler = type("Handler", (_Handler,), {"orcid": orcid})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        orcid.origin = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield orcid
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    orcid: Orcid

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/oauth/authorize":
            self._authorise(query)
        elif asked.path.startswith("/v3.0/") and asked.path.endswith("/record"):
            self._record(asked.path.removeprefix("/v3.0/").removesuffix("/record"))
        else:
            self._answer(404, "text/plain", "not here")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if urlsplit(self.path).path == "/oauth/token":
            self._token(form)
        elif urlsplit(self.path).path == "/oauth/authorize":
            back = {"state": form["state"]}
            back |= {"code": self.orcid.authorise(form["orcid"], form["redirect_uri"])} if form.get("orcid") else {"error": "access_denied"}
            self._redirect(f"{form['redirect_uri']}?{urlencode(back)}")
        else:
            self._answer(404, "text/plain", "not here")

    def _authorise(self, query: dict[str, str]) -> None:
        if query.get("client_id") != self.orcid.client_id or query.get("response_type") != "code" or query.get("scope") != "/authenticate":
            self._answer(400, "text/plain", f"ORCID would refuse this: {query}")
            return
        kept = "".join(f'<input type="hidden" name="{name}" value="{html.escape(query[name])}">' for name in ("state", "redirect_uri"))
        buttons = "".join(
            f'<p><button name="orcid" value="{orcid}">Allow {html.escape(name)}</button></p>' for orcid, name in self.orcid.people.items()
        )
        page = f'<!doctype html><html lang="en"><title>ORCID (played)</title><form method="post" action="/oauth/authorize">{kept}{buttons}<p><button name="orcid" value="">Deny</button></p></form></html>'
        self._answer(200, "text/html; charset=utf-8", page)

    def _token(self, form: dict[str, str]) -> None:
        known = self.orcid.codes.pop(form.get("code", ""), None)
        right = (form.get("client_id"), form.get("client_secret")) == (self.orcid.client_id, self.orcid.client_secret)
        if known is None or not right or form.get("redirect_uri") != known[1] or form.get("grant_type") != "authorization_code":
            self._answer(400, "application/json", json.dumps({"error": "invalid_grant"}))
            return
        orcid = known[0]
        token = {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "bearer",
            "refresh_token": secrets.token_urlsafe(16),
            "expires_in": 631138518,
            "scope": "/authenticate",
            "name": self.orcid.people[orcid],
            "orcid": orcid,
        }
        self._answer(200, "application/json", json.dumps(token | self.orcid.told))

    def _record(self, orcid: str) -> None:
        if orcid not in self.orcid.people:
            self._answer(404, "application/json", json.dumps({"response-code": 404}))
            return
        self._answer(200, "application/json", json.dumps(self.orcid.record(orcid)))

    def _redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
