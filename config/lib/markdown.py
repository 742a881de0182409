"""What people write about themselves and to each other: Markdown with mathematics, to HTML that is safe to show.

CommonMark without raw HTML and without pictures (a picture from elsewhere tells that server who reads the page). Formulas
between dollar signs become MathML. Whatever comes out goes through nh3 with the short list of what may stand in a page, so
nothing rests on the parser alone. Links leave with ``rel="nofollow noopener ugc"``: we do not vouch for them.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, Final

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from config.lib.mathml import MATHML_ATTRIBUTES, MATHML_ELEMENTS, MAX_FORMULAS, find_formulas, harmless_attribute, render_formula

LONGEST: Final = 20_000  # characters; more is cut, so that nobody makes a server think for long
DEEPEST: Final = 12  # quotations and lists within each other
LINK_REL: Final = "nofollow noopener ugc"
SCHEMES: Final = ("https://", "http://")
_FIRST_HEADING: Final = 3  # the page has h1, its parts h2
_LOWEST_HEADING: Final = 6

_ELEMENTS: Final = frozenset({
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6",
})  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}


def render_markdown(text: str, *, is_letter: bool = False) -> SafeString:
    """``text`` as safe HTML; "" for white space. Never raises.

    In a letter a line ends where its writer ended it, as in any mail; elsewhere lines flow, as Markdown has it.
    Costs about a millisecond for a page of text, at most some tens for the worst that ``LONGEST`` characters can hold.
    """
    source = text[:LONGEST].replace("\0", "")
    if not source.strip():
        return SafeString()
    try:
        html = (_LETTERS if is_letter else _PARSER).render(source, {})
    except (RecursionError, ValueError):  # the parser gave up: the words themselves are a good answer
        html = f"<p>{escape(source)}</p>"
    return SafeString(_CLEANER.clean(html).strip())


def is_web_address(address: str) -> bool:
    """Whether an address is one that a link may lead to: http or https, nothing that a browser would run."""
    return address.lower().startswith(SCHEMES)


def _parser(*, breaks: bool = False) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "breaks": breaks, "maxNesting": DEEPEST})
    parser.disable(["image", "html_block", "html_inline"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    parser.validateLink = _leads_to_the_web  # type: ignore[method-assign]  # the documented way to narrow it
    parser.core.ruler.push("headings_below_the_page", _lower_headings)
    parser.core.ruler.push("no_links_to_nowhere", _drop_links_to_nowhere)
    for name in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(name, _formula)
    return parser


def _leads_to_the_web(url: str) -> bool:
    return is_web_address(url)


def _lower_headings(state: Any) -> None:
    """A heading in somebody's text never stands above those of the page."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(_LOWEST_HEADING, int(token.tag[1:]) + _FIRST_HEADING - 1)}"


def _drop_links_to_nowhere(state: Any) -> None:
    """``[x]()`` is its words, not a link that leads nowhere."""
    for token in state.tokens:
        kept: list[Token] = []
        leads: list[bool] = []
        for child in token.children or ():
            if child.type == "link_open":
                leads.append(bool(child.attrGet("href")))
            if child.type not in {"link_open", "link_close"} or (leads[-1] if child.type == "link_open" else leads.pop()):
                kept.append(child)
        if token.children:
            token.children = kept


def _formula(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: MutableMapping[str, Any]) -> str:
    """One formula as MathML. What mathematics is and what money, ``find_formulas`` decides here as in titles."""
    token = tokens[index]
    signs = "$" if token.type == "math_inline" else "$$"
    source = f"{signs}{token.content}{signs}"
    env["formulas"] = env.get("formulas", 0) + 1
    found = next(find_formulas(source), None)
    if found is None or (found.start, found.end) != (0, len(source)) or env["formulas"] > MAX_FORMULAS:
        written = escape(source)
    else:
        written = render_formula(found.tex.strip(), display=found.display)
    return f"<p>{written}</p>\n" if token.type == "math_block" else written


def _attribute(element: str, attribute: str, value: str) -> str | None:
    """An attribute's value where it is harmless, else None (nh3 then drops it)."""
    if element in MATHML_ELEMENTS:
        return value if attribute == "alttext" else harmless_attribute(element, attribute, value)
    if element == "code":
        return value if value == "tex" else None  # a formula that could not be typeset
    if element == "a" and attribute == "href":
        return value if is_web_address(value) else None
    return value


_CLEANER: Final = nh3.Cleaner(
    tags=set(_ELEMENTS | MATHML_ELEMENTS),
    attributes={**_ATTRIBUTES, **MATHML_ATTRIBUTES},
    attribute_filter=_attribute,
    clean_content_tags={"script", "style"},
    link_rel=LINK_REL,
    generic_attribute_prefixes=set(),
    url_schemes={"http", "https"},
)
_PARSER: Final = _parser()
_LETTERS: Final = _parser(breaks=True)
