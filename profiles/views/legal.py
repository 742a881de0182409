"""The pages that say who operates the site, by what rules, and whom to write to. Their gaps are filled in by settings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from config.lib.operator import contact_uri, operator
from config.lib.pages import public_page, site_url
from profiles.privacy.retention import RULES

SECURITY_TXT_DAYS: Final = 180
"""RFC 9116 wants a file that says when to distrust it, less than a year ahead."""


@public_page
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """What is stored about whom, for how long and why. No query."""
    return render(request, "legal/privacy.html", _context() | {"rules": RULES})


@public_page
def terms(request: HttpRequest) -> HttpResponse:
    """The rules of the site. No query."""
    return render(request, "legal/terms.html", _context())


@public_page
def imprint(request: HttpRequest) -> HttpResponse:
    """Who operates the site. No query."""
    return render(request, "legal/imprint.html", _context())


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, and what does not. No query."""
    return render(request, "legal/accessibility.html", _context())


@public_page
def contact(request: HttpRequest) -> HttpResponse:
    """Where corrections, takedowns and weaknesses are told. No query."""
    return render(request, "legal/contact.html", _context())


@public_page
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where weaknesses are reported, as programs look for it (RFC 9116). 404 without a contact: a file without one is invalid."""
    uri = contact_uri(operator().security_contact)
    if not uri:
        raise Http404
    base = site_url(request)
    end = datetime.combine(timezone.now().date() + timedelta(days=SECURITY_TXT_DAYS), time(), UTC)  # the same file all day
    lines = [
        f"Contact: {uri}",
        f"Expires: {end:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {base}{reverse('profiles:security-txt')}",
        f"Policy: {base}{reverse('profiles:contact')}",
        "",
    ]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=3600)
    return response


def _context() -> dict[str, Any]:
    return {
        "operator": operator(),
        "contact_url": reverse("profiles:contact"),
        "privacy_url": reverse("profiles:privacy-notice"),
        "settings_url": reverse("profiles:privacy"),
    }
