"""Clean text from what sources write: titles, abstracts, names, affiliations.

``clean_text`` is the one door through which text enters a ``WorkRecord``. Nearly all text needs nothing, so a regular
expression decides first; only the rest is worked on (``papers.markup_text`` for HTML and JATS, ``papers.latex_text``
for LaTeX outside mathematics).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from anyascii import anyascii

from config.lib.mathml import find_formulas, has_markup
from papers.latex_text import latex_to_text, symbol
from papers.markup_text import ACTIVE_TAG, markup_to_text

Markup = Literal["html", "latex", "jats", "plain"]

# --- characters --------------------------------------------------------------------------------------------------

_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u3164"
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
# Written by no author: control characters, soft hyphens, invisible and direction marks, private use, damage.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
# Of these, what ``str.isprintable`` lets pass.
_ODD_PRINTABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2010\u2011\u3164\ufb00-\ufb06\ufe00-\ufe0f\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_FOLDED = {ord(space): " " for space in _SPACES} | _LIGATURES | {0x2010: "-", 0x2011: "-"}
# Windows-1252 read as Latin-1: "\x92" was an apostrophe.
_FOLDED |= {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}
_JOINERS = re.compile("(?<![\u0600-\u1fff\ua800-\uabff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u1fff\ua800-\uabff])")
_SOFT_HYPHEN_OF_A_NAME = re.compile("(?<=[a-z])\u00ad(?=[A-Z])")
_LOST_DASH = re.compile(r"(?<= )\ufffd(?= )")
_WHITE = re.compile(r"\s+")

# --- UTF-8 that somebody read as Windows-1252 or Latin-1 ---------------------------------------------------------

_AS_BYTE = {chr(code): code for code in range(0x80, 0x100)}
_AS_BYTE |= {folded: code for code, folded in _FOLDED.items() if code in range(0x80, 0xA0)}
_CONTINUATION = re.escape("".join(character for character, code in _AS_BYTE.items() if code in range(0x80, 0xC0)))
_MOJIBAKE_BEGINS = re.compile("[\u00c2-\u00c5\u00e2]")
_MOJIBAKE = re.compile(f"[\u00c2\u00c3\u00c4\u00c5][{_CONTINUATION}]|\u00e2[\u20ac\u0080\u201e\u0084\u02c6\u0088][{_CONTINUATION}]")
_AMBIGUOUS = frozenset("\u00a0\u2018\u2019\u201c\u201d\u201a\u201e\u2013\u2014\u2026\u00ab\u00bb\u00b0\u00ba\u00aa\u00b2\u00b3\u00b9\u00b7")

# --- what needs work ---------------------------------------------------------------------------------------------

_NEEDS_LATEX = re.compile(r"[\\{}~`]")
_MAX_PASSES = 6


def clean_text(value: str, *, markup: Markup) -> str:
    r"""``value`` as clean text: Unicode NFC, no HTML, no control characters, white space folded.

    ``markup`` says what the source writes. "html" and "jats": every known element is taken off, sub- and
    superscripts and MathML are kept as Unicode or ``$…$``. "latex": commands, accents and braces outside mathematics
    become Unicode. "plain": neither; but entities and inline HTML, which creep in everywhere, are taken off always.
    Mathematics stays as ``$…$`` and ``$$…$$`` (from ``\(…\)``, ``\[…\]``, environments too).

    Idempotent; never raises. Below a microsecond for plain ASCII, about 20 µs for an ordinary abstract with markup.
    """
    text = value
    for _ in range(_MAX_PASSES):
        cleaned = _cleaned_once(text, markup)
        if cleaned == text:
            return text
        text = cleaned
    # Nothing an author wrote takes so many passes: take every sign of markup off rather than go on.
    return _characters(re.sub(r"[<>&\\{}$~`]|''|--+", " ", text))


def _cleaned_once(text: str, markup: Markup) -> str:
    text = _characters(text)
    if "<" in text or "&" in text:
        text = _characters(markup_to_text(text, thorough=markup in {"html", "jats"}))
        text = ACTIVE_TAG.sub(r"\1", text)
    if markup == "latex" and (_NEEDS_LATEX.search(text) or "--" in text or "''" in text):
        text = _characters(latex_to_text(text))
    return text


def _characters(text: str) -> str:
    """The text with its characters in order: mojibake repaired, odd spaces, ligatures and invisible characters gone."""
    ascii_only = text.isascii()
    if not ascii_only:
        if _MOJIBAKE_BEGINS.search(text):
            text = _MOJIBAKE.sub(_repaired, text)
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
    in_order = text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
    if not in_order or not (ascii_only or not _ODD_PRINTABLE.search(text)):
        text = _SOFT_HYPHEN_OF_A_NAME.sub("-", text)
        text = _LOST_DASH.sub("\u2013", text.translate(_FOLDED))
        text = _INVISIBLES.sub("", _JOINERS.sub("", text))
        text = unicodedata.normalize("NFC", _WHITE.sub(" ", text).strip())
    return text


def _repaired(found: re.Match[str]) -> str:
    """The character that was meant, where no language writes the two or three characters that stand there."""
    sequence = found.group()
    before = found.string[found.start() - 1 : found.start()]
    after = found.string[found.end() : found.end() + 1]
    if sequence[0] != "\u00e2" and (sequence[1] in _AMBIGUOUS or sequence[0] in "\u00c4\u00c5"):
        in_a_word = (before.islower() and before.isascii()) or (after.islower() and after.isascii())
        if not in_a_word or sequence[1] in "\u00b2\u00b3\u00b9":
            return sequence
    try:
        return bytes(_AS_BYTE[character] for character in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return sequence


# --- names -------------------------------------------------------------------------------------------------------

_FOOTNOTE_MARKS = "*∗⁎＊†‡§¶#^"
_NAME_EDGES = " ,;"
_NAME_NEEDS_WORK = re.compile(r"[\\{}$~<&`]|''")
_LONE_DOLLAR = re.compile(r"\$[^$]{0,20}\$|\$")


def clean_name(value: str) -> str:
    """A person's or organisation's name as the source wrote it, without what is no part of a name.

    LaTeX and HTML become Unicode; footnote marks, stray separators at either end, and invisible characters go. Case,
    order, nicknames and initials stay as the source has them. Idempotent; never raises.
    """
    if value.isascii() and not _NAME_NEEDS_WORK.search(value) and value.isprintable():
        name = value if "  " not in value else _WHITE.sub(" ", value)
    else:
        name = clean_text(value, markup="latex")
        if "$" in name:
            name = clean_text(_LONE_DOLLAR.sub("", name), markup="latex").replace("$", "")
    stripped = name.strip(_NAME_EDGES + _FOOTNOTE_MARKS)
    return stripped if stripped in {value, name} else clean_name(stripped)


# --- matching titles ---------------------------------------------------------------------------------------------

_NOT_KEY = re.compile(r"[^a-z0-9]+")
_FORMATTING = re.compile(
    r"\\(?:math\w+|text\w*|mbox|operatorname\*?|boldsymbol|bm|left|right|[bB]igg?[lr]?|rm|bf|it|cal|tilde|widetilde|hat|widehat|bar"
    r"|overline|vec|frac|sqrt|limits|displaystyle|quad|qquad)(?![a-zA-Z])"
)
_COMMAND = re.compile(r"\\([a-zA-Z]+)")


def title_key(title: str) -> str:
    r"""The title as letters and digits only, for finding the same work in two sources ("onkmeans").

    Case, accents, scripts (by transliteration), spaces and punctuation do not count; of a formula its letters and
    digits do, so that "$\ell_1$-regularised", "ℓ1-regularised" and "l_1 regularised" agree. "" for a title without
    any letter or digit. Deterministic; about a microsecond for an ASCII title.
    """
    if has_markup(title) or "\\" in title:
        title = _with_bare_formulas(title)
    if not title.isascii():
        folded = unicodedata.normalize("NFKC", title).casefold()
        title = anyascii("".join(character for character in folded if character.isalnum()))
    return _NOT_KEY.sub("", title.lower())


def _with_bare_formulas(title: str) -> str:
    parts = []
    place = 0
    for formula in find_formulas(title):
        parts += [title[place : formula.start], _bare(formula.tex)]
        place = formula.end
    return "".join(parts) + _bare(title[place:])


def _bare(tex: str) -> str:
    if "\\" not in tex:
        return tex
    return _COMMAND.sub(lambda macro: symbol(macro.group(1)) or macro.group(1), _FORMATTING.sub("", tex))


@lru_cache(maxsize=65536)
def clean_affiliation(value: str) -> str:
    """A raw affiliation string, cleaned. Cached, because the same strings come again and again."""
    return clean_text(value, markup="latex").strip(" ,;")
