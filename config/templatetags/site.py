"""Filters for every template: numbers, monograms, structured data. None of them queries."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from config.lib import names, paging

register = template.Library()

LATIN_FACE: Final = "build/fonts/source-serif-4-latin-wght-normal.woff2"

_HTML_SAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", ord("\u2028"): "\\u2028", ord("\u2029"): "\\u2029"}


@register.filter
def grouped(value: int | None) -> str:
    """A whole number with the reader's separator of thousands ("39,819"); "" for None."""
    return "" if value is None else paging.grouped(value)


@register.filter
def initials(name: object) -> str:
    """The letters of a monogram."""
    return names.initials(str(name))


@register.filter
def hue(name: object) -> str:
    """The class of a monogram's colour, such as "hue-3"."""
    return f"hue-{names.hue(str(name))}"


@register.filter
def jsonld(value: Any) -> SafeString:
    """JSON that may stand inside a ``<script type="application/ld+json">`` element: it can not end the element."""
    return mark_safe(json.dumps(value, ensure_ascii=False, default=str).translate(_HTML_SAFE))  # noqa: S308 - escaped just now


@register.simple_tag
@cache
def text_face() -> str:
    """The address of the font that nearly every page shows, for its preloading; "" where npm has not installed it."""
    try:
        address = static(LATIN_FACE)
    except ValueError:  # not among the collected files
        return ""
    storage: object = staticfiles_storage  # lazy: what it wraps is known at run time only
    return address if isinstance(storage, ManifestFilesMixin) or finders.find(LATIN_FACE) else ""
