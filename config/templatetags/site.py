"""Filters and tags for every template: numbers, monograms, structured data, what is written once. None of them queries."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.template.base import FilterExpression, Parser, Token
from django.template.loader_tags import BlockNode
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from config.lib import names, paging
from config.lib.browsers import browser_name

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
def browser(agent: object) -> str:
    """What a browser calls itself, in a few words: "Firefox on Linux"."""
    return browser_name(str(agent))


@register.filter
def jsonld(value: Any) -> SafeString:
    """JSON that may stand inside a ``<script type="application/ld+json">`` element: it can not end the element."""
    return mark_safe(json.dumps(value, ensure_ascii=False, default=str).translate(_HTML_SAFE))  # noqa: S308 - escaped just now


class OnceNode(template.Node):
    """See ``once``."""

    child_nodelists = ()  # blocks can not be inside: a page that fills one would fill it for all

    def __init__(self, nodelist: template.NodeList, values: list[FilterExpression]) -> None:
        self._nodelist, self._values = nodelist, values
        self._kept: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """The text, from memory where it is known."""
        key = (get_language(), *(value.resolve(context) for value in self._values))
        if key not in self._kept:
            self._kept[key] = self._nodelist.render(context)
        return self._kept[key]


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """``{% once theme %}…{% endonce %}``: written once in the life of the process for each language and each of the values named.

    For what stands on every page and depends on nothing else; the values named must be few. It is kept with the compiled
    template, and so no longer than that.
    """
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    if any(isinstance(node, BlockNode) for node in nodelist.get_nodes_by_type(template.Node)):
        raise template.TemplateSyntaxError("a block can not stand in {% once %}")
    return OnceNode(nodelist, values)


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
