"""What every template may ask about the site and the reader's choices. Costs no query."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEME_COOKIE = "theme"
THEMES = ("light", "dark")  # anything else means: as the reader's system says


def site(request: HttpRequest) -> dict[str, Any]:
    """``theme`` is "light", "dark" or "" for the system's; ``languages`` only where there is a choice."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "theme": chosen if chosen in THEMES else "",
        "languages": settings.LANGUAGES if len(settings.LANGUAGES) > 1 else (),
    }
