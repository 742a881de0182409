r"""Text with LaTeX mathematics to HTML with MathML, on the server.

``render_markup`` is for titles and abstracts: the text is escaped and every formula (``$…$``, ``$$…$$``, ``\(…\)``,
``\[…\]``) becomes MathML. ``find_formulas`` is the one place that decides what is mathematics and what is money;
text cleaning uses it as well.

latex2mathml passes ``\text{<script>…}``, ``\href{javascript:…}`` and ``\style{…}`` through, so each of its results
goes through nh3 with an allow-list of MathML elements that has no links, styles, classes or events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3
from django.utils.safestring import SafeString
from latex2mathml.converter import convert

MAX_FORMULA_LENGTH = 1500  # longer "formulas" are shown as source: no reader gains from them, and conversion is slow
MAX_FORMULAS = 300  # in one text; the rest is shown as source
MAX_NESTING = 40  # groups within groups; the converter recurses

MATHML_ELEMENTS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mmultiscripts", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
})  # fmt: skip
MATHML_ATTRIBUTES = {
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "form", "minsize", "maxsize", "lspace", "rspace"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mfrac": {"linethickness"},
    "menclose": {"notation"},
    "mover": {"accent"},
}
# Lengths that a formula needs are small; \hspace{900em} would push the rest of the page away.
_SMALL_VALUE = re.compile(r"-?(?:\d|[12]\d)?(?:\.\d{1,4})?(?:em|ex|mu|px|pt|%)?|[a-z]+\Z", re.ASCII)

_OPENER = re.compile(r"\\[\\$(\[]|\$\$?")
_INLINE = re.compile(r"\$((?:[^$\\]|\\.){1,2000}?)\$", re.DOTALL)
_PLAIN_WORDS = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,}[,;]?\s+[A-Za-z]{2,}(?![A-Za-z])")
_WORD_PAIRS_OF_PROSE = 5
_COMMAND_WITH_WORDS = re.compile(r"\\(?:text\w*|mbox|hbox|math\w+|operatorname\*?)\s*\{[^{}]*\}|\\[A-Za-z]+")
_AMOUNT = re.compile(r"\s?\d[\d.,]*\s?(?:[kKmMbB]n?|million|billion|trillion|thousand|US|USD|dollars)?(?=[\s.,;:)/\-–—]|$)")
_SIGNS_OF_MATHEMATICS = re.compile(r"[\\^_={}<>+*|≤≥∈×]")

# Macros that authors define or load and the converter does not know; the right sides are plain LaTeX.
_MACROS = {
    "bm": r"\boldsymbol", "mathds": r"\mathbb", "mathbbm": r"\mathbb", "eps": r"\varepsilon", "veps": r"\varepsilon",
    "ve": r"\varepsilon", "R": r"\mathbb{R}", "N": r"\mathbb{N}", "Z": r"\mathbb{Z}", "E": r"\mathbb{E}",
    "reals": r"\mathbb{R}", "real": r"\mathbb{R}", "bbR": r"\mathbb{R}", "mathbbR": r"\mathbb{R}", "mathcalO": r"\mathcal{O}",
    "calo": r"\mathcal{O}", "bigo": r"\mathcal{O}", "bigO": r"\mathcal{O}", "otilde": r"\tilde{O}", "tO": r"\tilde{O}",
    "Ot": r"\tilde{O}", "wt": r"\widetilde", "Tilde": r"\tilde", "Hat": r"\hat", "nicefrac": r"\frac", "sfrac": r"\frac",
    "mleft": r"\left", "mright": r"\right", "lVert": r"\|", "rVert": r"\|", "textup": r"\text", "textsc": r"\text",
    "textnormal": r"\text", "emph": r"\text", "mathop": r"\mathrm", "mathscr": r"\mathcal", "scr": r"\mathcal",
    "argmin": r"\operatorname{arg\,min}", "argmax": r"\operatorname{arg\,max}", "polylog": r"\operatorname{polylog}",
    "poly": r"\operatorname{poly}", "rank": r"\operatorname{rank}", "tr": r"\operatorname{tr}", "nolimits": "", "xspace": "",
    "allowbreak": "", "nonumber": "", "textstyle": "", "cal": r"\mathcal", "bf": r"\mathbf", "rm": r"\mathrm",
    "sf": r"\mathsf", "it": "", "textless": "<", "textgreater": ">",
}  # fmt: skip
_MACROS |= {f"c{letter}": rf"\mathcal{{{letter}}}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_MACROS |= {f"b{letter}": rf"\mathbf{{{letter}}}" for letter in "acdhijkloqrsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_FONTS = {"rm": "mathrm", "bf": "mathbf", "sf": "mathsf", "cal": "mathcal", "it": "mathit"}
_MACRO = re.compile(r"\\([A-Za-z]+)")
_OLD_FONT = re.compile(r"\{\s*\\(rm|bf|sf|cal|it)\s+([^{}\\]*)\}")
_UPRIGHT_WORD = re.compile(r"\\mathrm\s*\{([A-Za-z]{2,})\}")
_TEXT_GROUP = re.compile(r"\\(?:text|mbox|hbox)[a-z]*\s*\{[^{}]*\}")
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_ANGLES, _ANGLES_BACK = str.maketrans("<>", "\ue010\ue011"), {0xE010: "&lt;", 0xE011: "&gt;"}
_UNKNOWN = re.compile(r">[^<]*\\[A-Za-z]")
_TALL = re.compile(r"<m(?:frac|table|under|over|underover|root)\b")
_GROUP_OF_ONE = re.compile(r"<mrow>(<(m[ino])(?: [^<>]*)?>[^<>]*</\2>)</mrow>")
_WHOLE_GROUP = re.compile(r"(<math[^>]*>)<mrow>((?:(?!</?mrow>).)*)</mrow></math>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in a text: ``text[start:end]`` with its delimiters; ``tex`` is what stands between them."""

    start: int
    end: int
    tex: str
    display: bool


def has_markup(text: str) -> bool:
    """Whether ``text`` may hold mathematics (cheap; may say yes where ``find_formulas`` then finds none)."""
    return "$" in text or "\\(" in text or "\\[" in text


def find_formulas(text: str) -> Iterator[Formula]:
    r"""The formulas of ``text`` in order, never overlapping. Amounts of money ("$5 and $6") are not formulas.

    Linear in the length of the text, but for a factor bounded by the longest inline formula (2,000 characters).
    """
    place = 0
    while opener := _OPENER.search(text, place):
        found = _formula_at(text, opener.start(), opener.group())
        if found is None:
            place = opener.end() if opener.group() != "$$" else opener.start() + 2
        else:
            yield found
            place = found.end


def _formula_at(text: str, start: int, opener: str) -> Formula | None:
    """The formula that begins at ``start`` with ``opener``, or None where it is an escape or nothing closes it."""
    if opener == "$":
        inline = _INLINE.match(text, start)
        if inline is None or not _is_mathematics(inline.group(1), text[inline.end() : inline.end() + 1]):
            return None
        return Formula(start, inline.end(), inline.group(1), display=False)
    closer = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}.get(opener)
    if closer is None:
        return None
    end = text.find(closer, start + 2, start + 2 + 20_000)
    tex = text[start + 2 : end]
    if end < 0 or not tex.strip() or _is_prose(tex):
        return None
    return Formula(start, end + 2, tex, display=opener != "\\(")


def _is_prose(content: str) -> bool:
    """Whether several sentences stand between two delimiters that do not belong together."""
    return len(_PLAIN_WORDS.findall(_COMMAND_WITH_WORDS.sub(" ", content))) >= _WORD_PAIRS_OF_PROSE


def _is_mathematics(content: str, following: str) -> bool:
    """Whether the text between two dollar signs is a formula rather than a price and the words after it."""
    if not content.strip() or "\n\n" in content:
        return False
    words = bool(_PLAIN_WORDS.search(_COMMAND_WITH_WORDS.sub(" ", content)))
    amount = _AMOUNT.match(content)
    if amount and (following.isdigit() or (content[-1].isspace() and not _SIGNS_OF_MATHEMATICS.search(content))):
        return False
    if amount and words:
        return False
    if amount and re.search(r"[A-Za-z]{3,}", _COMMAND_WITH_WORDS.sub(" ", content[amount.end() :])):
        return False
    return not words or (bool(_SIGNS_OF_MATHEMATICS.search(content)) and not _is_prose(content))


def render_markup(text: str) -> SafeString:
    """``text`` as safe HTML: escaped, its formulas as MathML.

    A formula that cannot be converted, or is absurdly long, is shown as its source in ``<code class="tex">``.
    Never raises. Costs about a microsecond without formulas and about 0.4 ms for each formula not seen lately.
    """
    if not has_markup(text):
        return SafeString(escape(text, quote=False))
    parts: list[str] = []
    place = 0
    for count, formula in enumerate(find_formulas(text)):
        parts.append(_plain(text[place : formula.start]))
        if count < MAX_FORMULAS:
            parts.append(_rendered(formula.tex.strip(), formula.display))
        else:
            parts.append(_source(text[formula.start : formula.end]))
        place = formula.end
    parts.append(_plain(text[place:]))
    return SafeString("".join(parts))


def render_formula(tex: str, *, display: bool) -> SafeString:
    """One formula, given without its delimiters, as MathML, or its source in ``<code class="tex">``. Never raises."""
    return SafeString(_rendered(tex, display))


def _plain(text: str) -> str:
    return escape(text.replace("\\$", "$"), quote=False)


def _source(tex: str) -> str:
    return f'<code class="tex">{escape(tex, quote=False)}</code>'


@lru_cache(maxsize=8192)
def _rendered(tex: str, display: bool) -> str:  # noqa: FBT001 - a cache passes its keys by position
    """One formula as MathML, or its source where that fails."""
    if len(tex) > MAX_FORMULA_LENGTH or _nesting(tex) > MAX_NESTING:
        return _source(tex)
    try:
        mathml = convert(_prepared(tex), display="block" if display else "inline")
        if _UNKNOWN.search(mathml):  # a macro that the converter handed through as text
            return _source(tex)
        return _compact(_CLEANER.clean(mathml).translate(_ANGLES_BACK), tex)
    except Exception:  # noqa: BLE001 (the converter raises whatever it stumbles on; the source is a good answer)
        return _source(tex)


def _nesting(tex: str) -> int:
    deepest = depth = 0
    for character in tex:
        if character == "{":
            depth += 1
            deepest = max(deepest, depth)
        elif character == "}":
            depth -= 1
    return deepest + tex.count("\\left")


def _prepared(tex: str) -> str:
    """The formula in the words that the converter knows, and with angle brackets in text kept from looking like tags."""
    return _TEXT_GROUP.sub(lambda group: group.group().translate(_ANGLES), in_usual_commands(tex))


def in_usual_commands(tex: str) -> str:
    """The formula with what authors define for themselves and what is out of date in the commands that everybody knows."""
    if "%" in tex:
        tex = _BARE_PERCENT.sub(r"\\%", tex)  # in a record it is a percent sign, not a comment
    if "\\" not in tex:
        return tex
    tex = _OLD_FONT.sub(lambda group: rf"\{_FONTS[group.group(1)]}{{{group.group(2)}}}", tex)
    tex = _MACRO.sub(lambda macro: _MACROS.get(macro.group(1), macro.group()), tex)
    return _UPRIGHT_WORD.sub(r"\\text{\1}", tex)  # one word, not a row of single letters


def _compact(mathml: str, tex: str) -> str:
    """The same formula with fewer bytes, and with its source as ``alttext`` for readers that do not know MathML."""
    if not mathml.startswith("<math"):
        return _source(tex)
    mathml = mathml.replace(' display="inline"', "", 1)
    if not _TALL.search(mathml):  # nothing that a bracket could grow with
        mathml = mathml.replace(' stretchy="false"', "")
    mathml = _GROUP_OF_ONE.sub(r"\1", mathml)
    mathml = _WHOLE_GROUP.sub(r"\1\2</math>", mathml)
    return f'<math alttext="{escape(tex)}"{mathml[5:]}'


def harmless_attribute(element: str, attribute: str, value: str) -> str | None:
    """An attribute's value where it is harmless and says something, else None (nh3 then drops it)."""
    if attribute == "alttext":
        return None  # ours is put in afterwards
    if attribute == "mathvariant":
        return value if value == "normal" else None  # other alphabets arrive as their own characters
    if element == "math":
        return value if value in {"block", "inline"} else None
    return value if _SMALL_VALUE.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=MATHML_ELEMENTS,
    attributes=MATHML_ATTRIBUTES,
    attribute_filter=harmless_attribute,
    clean_content_tags={"script", "style"},
    link_rel=None,
    generic_attribute_prefixes=set(),
    url_schemes=set(),
)
