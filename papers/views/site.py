"""The first page, the pages about the site, and what browsers and crawlers ask for."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.lib.context import THEME_COOKIE, THEMES
from config.lib.pages import public_page, site_url
from config.lib.registries import load_panels
from papers.pages.home import home_context, home_of_somebody, source_lines

THEME_SECONDS: Final = 400 * 24 * 3600  # what browsers keep at most
LONGEST_ADDRESS: Final = 2000


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The first page. At most nine queries and those of the panels; for people who are logged in the panels' alone."""
    context = home_of_somebody(site_url(request)) if request.user.is_authenticated else home_context(site_url(request))
    context["panels"] = load_panels("home", request, None)
    return render(request, "home.html", context)


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """What this is. No query."""
    return render(request, "about.html", {"contact": getattr(settings, "CONTACT_EMAIL", "")})


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    """Where the records come from. Two queries."""
    return render(request, "sources.html", {"sources": source_lines()})


@csrf_exempt  # it changes a colour, and a token in every page would make every page one of a kind
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie ("auto" forgets it) and go back to where the reader was."""
    back = request.POST.get("next", "")
    if (
        not back.startswith("/")
        or not url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        or len(back) > LONGEST_ADDRESS
        or not back.isprintable()
    ):
        back = reverse("papers:home")
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=THEME_SECONDS, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@public_page
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches here from its address bar. No query."""
    base = site_url(request)
    context = {"search_url": base + reverse("papers:search"), "icon_url": request.build_absolute_uri(static("img/icon.svg"))}
    return _kept(render(request, "opensearch.xml", context, content_type="application/opensearchdescription+xml"))


@public_page
def favicon(_request: HttpRequest) -> HttpResponse:
    """302 to the icon, for what asks by the old name: plain text has no place to say where the icon is. No query."""
    return _kept(HttpResponseRedirect(static("img/icon.svg")))


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: pages, not every sorting of every list. No query."""
    lines = [
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        f"Disallow: {reverse('papers:search')}",
        "Disallow: /*?*sort=",
        "Disallow: /*?*with=",
        "Disallow: /*?*topic=",
        "Disallow: /*?*code=",
        "",
        f"Sitemap: {site_url(request)}{reverse('papers:sitemap')}",
        "",
    ]
    return _kept(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=3600)
    return response
