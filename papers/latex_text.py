r"""LaTeX outside mathematics to Unicode text; mathematics, also where its dollar signs were lost, to ``$…$``.

Sources hold fragments, not documents: commands without their arguments, arguments without their braces, macros of the
authors. So this is a list of rewriting rules rather than a parser, ordered from what is certain to what is guessed.
The meaning of symbol commands comes from pylatexenc.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import MacroTextSpec, get_default_latex_context_db

from config.lib.mathml import find_formulas
from papers.markup_text import script_text

# A group in braces with groups inside it, three deep.
_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_NO_LETTER = r"(?![A-Za-z])"

# --- accents -----------------------------------------------------------------------------------------------------

_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307", "u": "\u0306",
    "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_ACCENT = re.compile(r"""\\([`'^"~=.])\s*(?:\{\s*(\\?[^\W\d_]|\\[ij])\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))""")
_LETTER_ACCENT = re.compile(r"\\([uvHckrdb])(?:\s*\{\s*(\\?[^\W\d_])\s*\}|\s+(\\[ij](?![A-Za-z])|[^\W\d_]))")
_GLUED_ACCENT = re.compile(r"\\(?<=[^\W\d_]\\)([uvHckr])([A-Za-z])")  # "Cl\'emen\ccon": the braces were lost
_EMPTY_ACCENT = re.compile(r"""\\[`'^"~=.]\s*\{\s*\}""")
_LETTERS = {
    "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ", "dj": "đ", "DJ": "Đ",
}  # fmt: skip
_LETTER = re.compile(rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))}){_NO_LETTER}(?:\s*\{{\}}|\s+(?=[^\W\d_])|)")
_CODE_POINT = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPED_QUOTES = re.compile(r'\\"(?<!\w\\")(\w[^\\"]{2,80})\\"(?!\w)')
_ESCAPED_APOSTROPHE = re.compile(r"\\'(?<=[a-z]\\')(?=(?:s|t|re|ll|ve|d|m)\b)")

# --- commands ----------------------------------------------------------------------------------------------------

_EQUATION = re.compile(r"\\begin\{((?:equation|displaymath|align|gather|eqnarray|multline|math)\*?)\}(.*?)\\end\{\1\}", re.DOTALL)
_ALIGNED = frozenset({"align", "align*", "eqnarray", "eqnarray*", "gather", "gather*", "multline", "multline*"})
_DROPPED = re.compile(
    r"\\(?:[cC]ite\w*|label|thanks|[vh]space|nocite|includegraphics|index|[a-z]*ref|color|newcommand|vskip|hskip|date|tag)\*?"
    rf"{_NO_LETTER}(?:\s*\[[^\]]*\])*\s*{_GROUP}"
)
_GAP = "\ue006"
_GAPS = re.compile(r"(?:[\s~]*\ue006)+(?!\w)|\ue006")
_TWO_ARGUMENTS = re.compile(rf"\\(href|textcolor|texorpdfstring|colorbox|raisebox|parbox|resizebox){_NO_LETTER}\s*({_GROUP})\s*({_GROUP})")
_FOOTNOTE = re.compile(rf"\\footnote(?:text)?\s*({_GROUP})")
_RAISED = re.compile(r"\\text(super|sub)script\s*\{([^{}]*)\}")
_ENVIRONMENT = re.compile(
    r"\\(?:begin|end)\s*(?:\{[A-Za-z]+\*?\}(?:\[[^\]]*\])?|(?:enumerate|itemize|description|equation|abstract|center|quote)(?:\*|[A-Za-z](?=\b))?)"
)
_ITEM = re.compile(rf"\\item{_NO_LETTER}\s*(?:\[\s*([^\]]{{0,20}})\])?")
_BREAK = re.compile(rf"\\(?:\\\*?(?:\[[^\]]{{0,10}}\])?|(?:par|newline|linebreak|quad|qquad|hfill|space){_NO_LETTER})")
_DECLARATION = re.compile(
    r"\\(?:em|it|bf|sl|sc|tt|rm|sf|cal|tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|itshape|bfseries|mdseries"
    r"|scshape|ttfamily|sffamily|rmfamily|upshape|slshape|normalfont|xspace|noindent|centering|protect|left|right|displaystyle|textstyle"
    rf"|limits|nolimits|boldmath|unboldmath|relax|ignorespaces|maketitle|big[lr]?|Big[lr]?|bigg[lr]?|Bigg[lr]?){_NO_LETTER}\s*"
)
_ARGUMENT = re.compile(r"\\([A-Za-z]+)\*?\s?(?:\[[^\]]{0,20}\])?\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(?:\{\})?")
_OPERATOR = re.compile(r"\\(?<=[A-Za-z0-9]\\)(log|ln|exp|min|max|arg|sup|inf|sin|cos|det|dim|lim|Pr)(?![A-Za-z])")
_GLUED_FORMATTING = re.compile(r"(?:emph|underline|text(?:it|bf|tt|sc|sf|rm|sl|up|md|normal)?|uline)")
_GLUED_SYMBOL = re.compile(
    r"(?:rightarrow|leftarrow|leftrightarrow|propto|approx|times|infty|alpha|beta|gamma|delta|epsilon|varepsilon|lambda|sigma|theta|omega"
    r"|kappa|rho|phi|psi|tau|log|exp|ell)(?=[A-Z0-9]|$)"
)
_PUNCTUATION = {
    "%": "%",
    "&": "&",
    "_": "_",
    "#": "#",
    "$": "$",
    " ": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    "-": "",
    "/": "",
    "@": "",
    "|": "‖",
}
_ESCAPE = re.compile(r"\\([^A-Za-z])", re.DOTALL)

# --- mathematics without its dollar signs ------------------------------------------------------------------------

_SCRIPTS = rf"(?:\s?[_^](?:{_GROUP}|\\[A-Za-z]+|\w))*"
_MARKED_FORMULA = re.compile(rf"\\(?:ensuremath|math)\s*({_GROUP})")
_BARE_FORMULA = re.compile(
    r"\\(?:mathbb|mathcal|mathfrak|mathscr|mathsf|mathbf|boldsymbol|bm|sqrt|tilde|widetilde|hat|widehat|bar|overline|vec|[dt]?frac|binom)"
    rf"{_NO_LETTER}\s*{_GROUP}(?:\s*{_GROUP})?{_SCRIPTS}"
)
_BARE_SYMBOL = re.compile(rf"\\([A-Za-z]+)((?:[_^](?:{_GROUP}|\\[A-Za-z]+|\w))+)")
_GLUED_ALPHABET = re.compile(r"\\(mathbb|mathcal|mathbf|mathfrak|mathsf|tilde|widetilde|hat|bar)([A-Za-z])(?![a-z])")
_GLUED_ROOT = re.compile(r"\\sqrt([A-Z]{1,3}|[a-z])(?![A-Za-z])")
_BARE_SCRIPT = re.compile(rf"((?<![A-Za-z\\])[A-Za-z](?=[_^]\{{))?(?<!\\)([_^])({_GROUP})")  # an escaped one is a character
_BARE_SET = re.compile(rf"\\\{{([^{{}}$\\]|\\[A-Za-z]+|\\,|{_GROUP}){{1,80}}?\\\}}{_SCRIPTS}")
_WRITTEN = re.compile(r"\\text(?:ascii|back)")  # a character of text, which no set of a formula holds
_SET = re.compile(
    r"\{(\s*(?:[^\s{},]{1,4}(?:\s*,\s*[^\s{},]{1,5})+|[^{}]{1,60}[<>=∈≤≥|][^{}]{1,60}|[^{}]{1,60}(?:…|\.\s?\.\s?\.)[^{}]{0,30})\s*)\}"
)

_HOLD, _RELEASE = "\ue000", "\ue001"  # private-use characters, which clean text never holds
_HELD = re.compile(f"{_HOLD}(\\d+){_RELEASE}")
_WORD_AFTER_FORMULA = re.compile(rf"{_RELEASE}\{{(?=\w)")  # "\(k\){is} known"
_KEPT_BRACES = {"{": "\ue004", "}": "\ue005"}
_KEPT_BRACES_BACK = {0xE004: "{", 0xE005: "}"}

# Lookbehinds stand after the first character on purpose: a pattern that begins with a literal is searched many times faster.
_LONG_DASH, _DASH = re.compile(r"(?<!-)\s?---\s?(?!-)"), re.compile(r"--(?<![-\s]--)(?!-)|--(?<=\s--)(?=\s)")
_TIE, _TIE_OF_A_WORD = re.compile(r"~(?<=[^\s/~]~)~*"), re.compile(r"~(?<=\s~)~*(?=[A-Z][a-z])")


def latex_to_text(text: str) -> str:
    r"""``text`` with LaTeX outside mathematics as Unicode. What it cannot know it reads aloud: ``\ours`` is "ours".

    ``text`` must be free of private-use characters. White space is left for the caller to fold. About 20 µs for an
    abstract with a few commands.
    """
    held = _Held()
    text = _hold_formulas(text, held)
    if "\\" in text:
        text = _letters(text)
        text = _bare_mathematics(text, held)
        text = _commands(text)
    elif "_{" in text or "^{" in text:
        text = _BARE_SCRIPT.sub(lambda found: _script(found, held), text)
    text = _braces(text)
    text = _typography(text)
    return _released(text, held)


class _Held(list[str]):
    """Formulas that were taken out of the text so that no rule touches them."""

    def hold(self, tex: str, *, display: bool = False) -> str:
        """A formula's stand-in in the text; nothing for an empty formula."""
        tex = tex.strip()
        if not tex:
            return ""
        delimiter = "$$" if display else "$"
        self.append(f"{delimiter}{tex}{delimiter}")
        return f"{_HOLD}{len(self) - 1}{_RELEASE}"


def _hold_formulas(text: str, held: _Held) -> str:
    if "\\begin" in text:
        text = _EQUATION.sub(_equation, text)
    parts: list[str] = []
    place = 0
    for formula in find_formulas(text):
        tex = formula.tex
        if "$" in tex and not formula.display:
            tex = re.sub(r"(?<!\\)\$", "", tex)
        parts += [text[place : formula.start], held.hold(tex, display=formula.display)]
        place = formula.end
    return "".join(parts) + text[place:]


def _equation(found: re.Match[str]) -> str:
    name, body = found.groups()
    inner = rf"\begin{{aligned}}{body.strip()}\end{{aligned}}" if name in _ALIGNED else body.strip()
    return f" $${inner}$$ " if name != "math" else f" ${inner}$ "


def _letters(text: str) -> str:
    """Accents and special letters as the characters they are."""
    text = _CODE_POINT.sub(_code_point, text)
    text = _ESCAPED_APOSTROPHE.sub("'", _ESCAPED_QUOTES.sub(r"“\1”", text))
    text = _EMPTY_ACCENT.sub("", text)
    text = _ACCENT.sub(_accented, text)
    text = _LETTER_ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda found: _LETTERS[found.group(1)], text)
    return _GLUED_ACCENT.sub(_accented, text)


def _code_point(found: re.Match[str]) -> str:
    character = chr(int(found.group(1), 16))
    return character if character.isalpha() else found.group()


def _accented(found: re.Match[str]) -> str:
    """The accented letter, or what stood there where Unicode has no such letter."""
    letter = next(group for group in found.groups()[1:] if group)
    bare = {"\\i": "i", "\\j": "j", "\\o": "ø", "\\O": "Ø", "\\l": "ł", "\\L": "Ł"}.get(letter, letter.lstrip("\\"))
    composed = unicodedata.normalize("NFC", bare + _COMBINING[found.group(1)])
    if len(composed) == 1:
        return composed
    return composed if found.group(1) in "'`^\"~=" else found.group()


def _bare_mathematics(text: str, held: _Held) -> str:
    """Formulas that stand in the text without delimiters, held."""
    text = _MARKED_FORMULA.sub(lambda found: held.hold(found.group(1)[1:-1]), text)
    text = _BARE_SET.sub(
        lambda found: found.group() if _HOLD in found.group() or _WRITTEN.search(found.group()) else held.hold(found.group()), text
    )
    text = _GLUED_ALPHABET.sub(r"\\\1{\2}", text)
    text = _GLUED_ROOT.sub(r"\\sqrt{\1}", text)
    text = _BARE_FORMULA.sub(lambda found: _bare_formula(found, held), text)
    text = _BARE_SYMBOL.sub(
        lambda found: held.hold(found.group()) if symbol(found.group(1)) and _HOLD not in found.group() else found.group(), text
    )
    if "_{" in text or "^{" in text:
        text = _BARE_SCRIPT.sub(lambda found: _script(found, held), text)
    return text


def _bare_formula(found: re.Match[str], held: _Held) -> str:
    tex = found.group()
    if _HOLD in tex or "$" in tex:
        return tex
    return held.hold(tex)


def _script(found: re.Match[str], held: _Held) -> str:
    base, mark, group = found.group(1) or "", found.group(2), found.group(3)
    content = group[1:-1].strip()
    if _HOLD in content or "$" in content:
        return f"{base}{mark}{content}"
    if "\\" in content or "{" in content:
        return held.hold(f"{base}{mark}{{{content}}}")
    script = script_text(content, raised=mark == "^")
    if script.startswith("$"):
        return held.hold(base + script.strip("$"))
    return base + script


def _commands(text: str) -> str:
    """Commands and escapes as the text they stand for."""
    text = _TWO_ARGUMENTS.sub(lambda found: found.group(2 if found.group(1) == "texorpdfstring" else 3), text)
    text, dropped = _DROPPED.subn(_GAP, text)
    if dropped:
        text = _GAPS.sub("", text)
    text = _FOOTNOTE.sub(r" (\1)", text)
    text = _RAISED.sub(lambda found: script_text(found.group(2).strip(), raised=found.group(1) == "super"), text)
    text = _ENVIRONMENT.sub(" ", text)
    text = _ITEM.sub(lambda found: f" {found.group(1) or '•'} ", text)
    text = _DECLARATION.sub("", _BREAK.sub(" ", text))
    for _ in range(8):
        text, changes = _ARGUMENT.subn(_applied, text)
        if not changes:
            break
    text = _OPERATOR.sub(r" \\\1", text)
    text = _COMMAND.sub(lambda found: _spoken(found.group(1)), text)
    return _ESCAPE.sub(lambda found: _PUNCTUATION.get(found.group(1), found.group(1)), text).replace("\\", "")


def _applied(found: re.Match[str]) -> str:
    """What a command makes of its argument: nearly always the argument itself."""
    name, argument = found.groups()
    meaning = symbol(name)
    if not argument:
        return _spoken(name)
    return f"{meaning}{argument}" if meaning else argument


def _spoken(name: str) -> str:
    """A command without argument: its symbol, else its name. Looks behind commands that lost their braces."""
    known = symbol(name)
    if known:
        return known
    if glued := _GLUED_FORMATTING.match(name):
        return name[glued.end() :]
    if glued := _GLUED_SYMBOL.match(name):
        return (symbol(glued.group()) or glued.group()) + name[glued.end() :]
    return name


def _braces(text: str) -> str:
    """The text without the braces that only group; those of a set, "{0,1}", stay."""
    if "{" not in text and "}" not in text:
        return text
    text = _WORD_AFTER_FORMULA.sub(f"{_RELEASE} ", text)
    text = _SET.sub(lambda found: f"{_KEPT_BRACES['{']}{found.group(1)}{_KEPT_BRACES['}']}", text)
    return text.replace("{", "").replace("}", "").translate(_KEPT_BRACES_BACK)


def _typography(text: str) -> str:
    text = text.replace("``", "“")
    if "''" in text:
        text = text.replace("''", "”")
    if "--" in text:
        text = _DASH.sub("–", _LONG_DASH.sub("—", text) if "---" in text else text)
    if "~" in text:
        text = _TIE_OF_A_WORD.sub("", _TIE.sub(" ", text))
    return text


def _released(text: str, held: _Held) -> str:
    """The text with its formulas back. A dollar sign that would now pair with another becomes a wide one."""
    if not held and "$" not in text:
        return text
    whole = _HELD.sub(lambda found: held[int(found.group(1))], text)
    if "$" in text and [whole[f.start : f.end] for f in find_formulas(whole)] != [held[int(n)] for n in _HELD.findall(text)]:
        whole = _HELD.sub(lambda found: held[int(found.group(1))], text.replace("$", "＄"))
    return whole


_LONGEST_SYMBOL = 8
_CONTEXT = get_default_latex_context_db()
_OWN_SYMBOLS = {
    "ell": "ℓ", "eps": "ε", "ie": "i.e.", "eg": "e.g.", "etal": "et al.", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
    "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…", "cdots": "⋯", "textasciitilde": "∼", "textbackslash": "∖", "textbraceleft": "{", "textbraceright": "}",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textless": "<", "textgreater": ">",
    "texttimes": "×", "texttrademark": "™", "textregistered": "®", "copyright": "©", "degree": "°", "textdegree": "°", "circ": "∘",
    "le": "≤", "ge": "≥", "sim": "∼", "ast": "∗", "star": "⋆", "colon": ":", "lbrace": "", "rbrace": "", "backslash": "∖", "dollar": "$",
    "textdollar": "$", "textasciicircum": "ˆ", "textunderscore": "_", "textbar": "|", "lq": "‘", "rq": "’", "euro": "€", "texteuro": "€",
    "iid": "i.i.d.", "epsilon": "ε", "varphi": "φ", "phi": "φ",
}  # fmt: skip


@lru_cache(maxsize=4096)
def symbol(name: str) -> str:
    r"""The text of a command that takes no argument ("alpha": "α", "log": "log"), or "" where it is none."""
    if name in _OWN_SYMBOLS:
        return _OWN_SYMBOLS[name]
    spec = _CONTEXT.get_macro_spec(name)
    meaning = spec.simplify_repl if isinstance(spec, MacroTextSpec) else None
    if not isinstance(meaning, str) or "%" in meaning or "\n" in meaning:
        return ""
    meaning = meaning.strip()
    return meaning if meaning and len(meaning) <= _LONGEST_SYMBOL and "\\" not in meaning and "{" not in meaning else ""
