r"""Text with mathematics for places that know none (a reference, a browser's tab, a citation processor): formulas in Unicode. Pure.

``$\mathcal{O}(n^2)$`` is "𝒪(n²)" there. What has no character of its own is written out: ``\frac{1}{2}`` is "1/2". The symbols
come from pylatexenc.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

from config.lib.mathml import MAX_FORMULA_LENGTH, MAX_NESTING, find_formulas, has_markup, in_usual_commands
from papers.markup_text import script_text

_SCRIPT: Final = re.compile(r"([_^])\s*(?:\{([^{}\\$]{1,40})\}|([A-Za-z0-9+\-*]))")
_ALONE: Final = re.compile(r"\\([A-Za-z]+)(?![A-Za-z]|\s*[\[{])")
_FRACTION: Final = re.compile(r"\\[tdc]frac(?![A-Za-z])")
_SILENT: Final = re.compile(r"left|right|middle|[bB]igg?[lr]?|(?:display|text|script)style|limits|hfill|strut")
_KNOWN: Final = get_default_latex_context_db()
_CONVERTER: Final = LatexNodes2Text(math_mode="text", keep_comments=True)


def plain_text(text: str) -> str:
    """``text`` with its formulas in Unicode; one that holds none comes back as it is."""
    if not has_markup(text):
        return text
    pieces, done = [], 0
    for formula in find_formulas(text):
        pieces += [text[done : formula.start], _plain(formula.tex)]
        done = formula.end
    return "".join(pieces) + text[done:]


@lru_cache(1024)
def _plain(tex: str) -> str:
    """A formula in Unicode, or its source where that is hopeless: longer or deeper than any title's, or nothing would be left of it."""
    if len(tex) > MAX_FORMULA_LENGTH or tex.count("{") > MAX_NESTING:  # the converter recurses
        return tex
    known = _FRACTION.sub(r"\\frac", _ALONE.sub(_named, in_usual_commands(tex)))
    try:
        return " ".join(_CONVERTER.latex_to_text(_SCRIPT.sub(_script, known)).split()) or tex
    except Exception:  # noqa: BLE001 (the converter stumbles over cut-off commands in many ways; the source is a good answer)
        return tex


def _named(found: re.Match[str]) -> str:
    """A command that nobody knows, by its name: the converter would leave it out."""
    spec = _KNOWN.get_macro_spec(found[1])
    is_known = _SILENT.fullmatch(found[1]) or (spec is not None and spec.macroname)
    return found[0] if is_known else f" {found[1]} "


def _script(found: re.Match[str]) -> str:
    """A sub- or superscript in characters of its own where Unicode has them all; a long one in parentheses, so that it is seen where it ends."""
    mark, group, single = found.groups()
    content = (group or single).strip()
    characters = script_text(content, raised=mark == "^")
    if not characters.startswith(("$", " ")):
        return characters
    return f"{mark}{content}" if len(content) == 1 else f"{mark}({content})"
