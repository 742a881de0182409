"""HTML, JATS and MathML in titles and abstracts to text with ``$…$`` for what only mathematics can say."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from papers.mathml_source import mathml_to_latex

# Elements that publishers put into titles and abstracts: HTML, JATS, and the MathML that nothing closed.
_INLINE = (
    "i|b|u|s|em|strong|italic|bold|underline|strike|sc|scp|tt|monospace|roman|sans-serif|span|font|small|big|a|ext-link|uri|xref"
    "|styled-content|named-content|abbr|acronym|cite|code|kbd|var|mark|q|ins|del|overline|fn|email|wbr|smallcaps|milestone-start"
    "|milestone-end|target|bdi|bdo|time|label|ruby|rb|rt|rp|inline-formula|alternatives|tex-math|inline-graphic|citation|refb"
)
_BLOCK = (
    "p|br|div|title|subtitle|sec|list|list-item|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|caption|h[1-6]|hr|pre|blockquote"
    "|abstract|disp-formula|disp-quote|def-list|def-item|def|term|fig|graphic|section|article|header|footer|main|nav|html|body"
    "|head|meta|link|img|center|break|break-line|boxed-text|trans-abstract|speech|verse-group|verse-line|kwd-group|kwd|simple-para"
    "|para|figure|figcaption"
)
_MATHEMATICAL = "math|mrow|mi|mn|mo|mtext|mspace|m?su[bp]|m?subsup|munder|mover|munderover|mfrac|msqrt|mroot|mtable|mtr|mtd|mstyle|mfenced|mpadded|mphantom|inf|menclose|semantics|annotation"
_ACTIVE = (
    "script|style|iframe|object|embed|applet|form|input|button|svg|video|audio|base|frame|frameset|noscript|template|textarea|select|option"
)
_REST = r"(?:\s[^<>]*)?/?>"
_PREFIX = r"(?:jats|mml|m|xhtml|html|ns\d*|sup|tei|ce|sb|xocs):"

_ENTITY = re.compile(r"&(?:amp;)*(#[xX]?[0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};|amp;)")
_COMMENT = re.compile(r"<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>|<\?[a-z-]+[^<>]{0,200}\?>", re.DOTALL)
_ACTIVE_ELEMENT = re.compile(rf"<({_ACTIVE})\b[^<>]*>.{{0,5000}}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ALTERNATIVES = re.compile(r"<(jats:)?tex-math\b[^<>]*>(.{0,20000}?)</(?:jats:)?tex-math>", re.DOTALL)
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_MATH = re.compile(r"<((?:mml:|m:)?)math\b[^<>]*?(?:/>|>(.{0,20000}?)</\1math\s*>)", re.DOTALL)
_HEADING = re.compile(rf"<((?:{_PREFIX})?title)>\s*([^<>]{{0,120}}?)\s*</\1>")
_HEADINGS_OF_NOTHING = frozenset({"abstract", "summary", "résumé", "resumen", "resumo", "zusammenfassung"})
_EMPHASIS = r"(?:i|em|b|strong|italic|bold)"
_EMPHASIS_OPENS = re.compile(rf"(?<=[a-z]{{2}})<(?:jats:)?{_EMPHASIS}>(?=[A-Za-z][a-z]{{2}})")
_EMPHASIS_CLOSES = re.compile(rf"(?<=[a-z]{{3}})</(?:jats:)?{_EMPHASIS}>(?=[A-Za-z]{{2}})")
_SCRIPT = re.compile(rf"<(?:{_PREFIX})?(su[bp]|inf)\b[^<>]*>([^<>]*)</(?:{_PREFIX})?\1\s*>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_PREFIX})?(?:{_INLINE}){_REST}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_PREFIX})?(?:{_BLOCK}){_REST}", re.IGNORECASE)
_OTHER_TAG = re.compile(rf"</?(?:(?:jats|mml):[\w-]+|(?:{_PREFIX})?(?:{_MATHEMATICAL}|{_ACTIVE})){_REST}", re.IGNORECASE)
# In text that is not HTML an angle bracket is more likely to be one: only what cannot be meant otherwise goes.
_CERTAIN_TAG = re.compile(
    r"</?(?:i|b|u|em|strong|italic|bold|scp?|sub|sup|inf|span|font|br|p|div|(?:jats|mml):[\w-]+)(?:\s+[a-z:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>",
    re.IGNORECASE,
)
ACTIVE_TAG = re.compile(rf"<(\s*/?\s*(?:{_ACTIVE})\b)", re.IGNORECASE)

_LONGEST_SCRIPT = 40
_SUPERSCRIPTS = dict(zip("0123456789+-−–=()in′∗*°", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁱⁿ′**°", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎", strict=True))
_PLAIN_SUPERSCRIPT = {
    "st": "st",
    "nd": "nd",
    "rd": "rd",
    "th": "th",
    "tm": "™",
    "®": "®",
    "™": "™",
    "o": "°",
    "er": "er",
    "e": "e",
    "me": "me",
}


def markup_to_text(text: str, *, thorough: bool) -> str:
    """``text`` without markup. ``thorough`` for HTML and JATS: every element known to titles and abstracts goes.

    Else only entities and the few inline elements that creep into plain text. What looks like a tag and is none of
    them ("<subject, predicate, object>") stays.
    """
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "<" not in text:
        return text
    if not thorough and not _CERTAIN_TAG.search(text):
        return text
    text = _ACTIVE_ELEMENT.sub(" ", _COMMENT.sub("", text))
    if "math" in text:
        text = _MATH.sub(_formula, _without_alternatives(text))
    if thorough:
        text = _HEADING.sub(_heading, text)
    text = _EMPHASIS_CLOSES.sub(" ", _EMPHASIS_OPENS.sub(" ", text))
    if not thorough:
        text = _SCRIPT.sub(_script, text)
        return _CERTAIN_TAG.sub(lambda tag: " " if tag.group()[1:3].lower() in {"br", "p>", "p ", "/p", "di"} else "", text)
    text = _SCRIPT.sub(_script, _INLINE_TAG.sub("", text))
    return _OTHER_TAG.sub("", _BLOCK_TAG.sub(" ", text))


def _entity(found: re.Match[str]) -> str:
    """The character of an entity, however often its ampersand was escaped; the entity itself where it is unknown."""
    name = found.group(1)
    if name == "amp;":
        return "&"
    character = unescape("&" + name)
    return character if character != "&" + name else found.group()


def _without_alternatives(text: str) -> str:
    """The text where a formula is given both as TeX and as MathML, with the TeX only."""
    if "tex-math" not in text:
        return text
    text = _ALTERNATIVES.sub(_tex_math, text)
    return re.sub(r"(\ue002[^\ue002\ue003]*\ue003)\s*<((?:mml:)?)math\b.{0,20000}?</\2math\s*>", r"\1", text, flags=re.DOTALL).translate(
        {0xE002: "$", 0xE003: "$"}
    )


def _tex_math(found: re.Match[str]) -> str:
    body = _DOCUMENT.search(found.group(2))
    tex = (body.group(1) if body else found.group(2)).strip().strip("$").strip()
    return f"\ue002{tex}\ue003" if tex else ""


def _formula(found: re.Match[str]) -> str:
    """A MathML element as ``$…$``, set off from a letter or digit beside it."""
    tex = _latex_of(found.group()) if found.group(2) else ""
    if not tex:
        return " "
    before = found.string[found.start() - 1 : found.start()]
    after = found.string[found.end() : found.end() + 1]
    return f"{' ' if before.isalnum() else ''}${tex}${' ' if after.isalnum() else ''}"


@lru_cache(maxsize=2048)
def _latex_of(mathml: str) -> str:
    return mathml_to_latex(mathml)


def _heading(found: re.Match[str]) -> str:
    """A section's heading with a colon; nothing where it only says that this is the abstract."""
    words = found.group(2)
    if not words or words.rstrip(".:").casefold() in _HEADINGS_OF_NOTHING:
        return " "
    return f" {words} " if words[-1] in ".:?!" else f" {words}: "


def _script(found: re.Match[str]) -> str:
    """A sub- or superscript as Unicode where each character has one, as words where it is one, else as ``$_{…}$``."""
    raised = found.group(1).lower() == "sup"
    content = " ".join(found.group(2).split())
    return script_text(content, raised=raised)


def script_text(content: str, *, raised: bool) -> str:
    """``content`` raised or lowered: "²", "₂", "th", or ``$^{…}$``."""
    if not content:
        return ""
    table = _SUPERSCRIPTS if raised else _SUBSCRIPTS
    if all(character in table for character in content):
        return "".join(table[character] for character in content)
    if raised and content.lower() in _PLAIN_SUPERSCRIPT:
        return _PLAIN_SUPERSCRIPT[content.lower()]
    if any(character in "$\\{}%#&_^<>" for character in content) or len(content) > _LONGEST_SCRIPT:
        return f" {content} "
    tex = rf"\mathrm{{{content}}}" if content.isalpha() and len(content) > 1 else content
    return f"${'^' if raised else '_'}{{{tex}}}$"
