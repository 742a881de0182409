"""The page that shows the mails of one machine, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

SHOWN = 100
_policy: Any = csp_replace  # its types know views without arguments only


@dataclass(frozen=True)
class Mail:
    """One mail as it was sent."""

    name: str
    message: EmailMessage

    @property
    def sent(self) -> datetime:
        """When it was written, by the name of its file."""
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, tz=timezone.get_current_timezone())

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Those beyond what every mail has."""
        plain = {"content-type", "mime-version", "subject", "to"}
        return [(name, str(value)) for name, value in self.message.items() if name.lower() not in plain]

    def part(self, kind: str) -> str:
        """The "plain" or "html" part, or ""."""
        found = self.message.get_body(preferencelist=(kind,))
        return str(found.get_content()) if isinstance(found, EmailMessage) else ""

    @property
    def text(self) -> str:
        return self.part("plain")


@require_safe
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    """The latest mails. Reads at most a hundred files."""
    names = sorted((path.stem for path in _folder().glob("*.eml")), reverse=True)
    return render(request, "mailbox/list.html", {"mails": [_read(name) for name in names[:SHOWN]], "total": len(names)})


@require_safe
@never_cache
@_policy({"frame-src": [SELF]})  # type: ignore[untyped-decorator]
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its text with links, its HTML in a frame, and its headers."""
    return render(request, "mailbox/mail.html", {"mail": _read(name)})


@require_safe
@never_cache
@xframe_options_sameorigin
@_policy(  # type: ignore[untyped-decorator]
    {
        "default-src": [NONE],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
    }
)
def html_part(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a mail as a mail program would show it: its own styles, no script, nothing from elsewhere."""
    shown = _read(name).part("html").replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(shown)


def _read(name: str) -> Mail:
    path = _folder() / f"{name}.eml"
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
    except OSError:
        raise Http404 from None
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes these
    return Mail(name, message)


def _folder() -> Path:
    folder = getattr(settings, "MAILBOX_FOLDER", None)
    if folder is None:
        raise Http404
    return Path(folder)
