r"""MathML as publishers put it into abstracts, back to LaTeX: the small part of both that abstracts use."""

from __future__ import annotations

import re

from lxml import etree

_MAX_DEPTH = 60
_ACCENTS = {
    "~": "tilde",
    "˜": "tilde",
    "^": "hat",
    "ˆ": "hat",
    "¯": "bar",
    "‾": "bar",
    "→": "vec",
    "⃗": "vec",
    "˙": "dot",
    "¨": "ddot",
    "ˉ": "bar",
}
_ESCAPED = {"%": r"\%", "$": r"\$", "#": r"\#", "&": r"\&", "_": r"\_", "{": r"\{", "}": r"\}", "\\": r"\backslash ", "~": r"\sim "}
_SYMBOLS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "varphi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega", "∞": "infty", "≤": "leq", "≥": "geq", "≠": "neq", "×": "times", "∈": "in", "→": "to", "±": "pm",
    "∼": "sim", "≈": "approx", "⋅": "cdot", "∑": "sum", "∫": "int", "∏": "prod", "ℓ": "ell", "∂": "partial", "∇": "nabla",
}  # fmt: skip
_ENTITY_OF_HTML = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)")
_PREFIXED = re.compile(r"<(/?)(?:mml|m):")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True, huge_tree=False)


def mathml_to_latex(mathml: str) -> str:
    """The LaTeX of one ``<math>`` element, without delimiters; its bare text where it is too odd; "" where empty."""
    bare = _PREFIXED.sub(r"<\1", _ENTITY_OF_HTML.sub("&amp;", mathml))
    try:
        root = etree.fromstring(bare.encode("utf-8", "ignore"), _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if root is None:
        return ""
    return re.sub(r"\s+", " ", _latex(root, 0)).strip()


def _latex(element: etree._Element, depth: int) -> str:
    name = str(element.tag).rpartition("}")[2]
    if depth > _MAX_DEPTH or not name or name in {"annotation", "annotation-xml"}:
        return ""
    if name in {"mi", "mn", "mo", "mtext", "ms"}:
        return _token(name, " ".join("".join(str(piece) for piece in element.itertext()).split()))
    if name == "mspace":
        return " "
    parts = [_latex(child, depth + 1) for child in element]
    return _construct(name, element, parts)


def _construct(name: str, element: etree._Element, parts: list[str]) -> str:  # noqa: C901, PLR0911 - one case an element
    """The LaTeX of an element from that of its children."""
    match name, parts:
        case "msub", [base, below]:
            return f"{_based(base)}_{{{below}}}"
        case "msup", [base, above]:
            return f"{_based(base)}^{{{above}}}"
        case (("msubsup" | "munderover"), [base, below, above]):
            return f"{_based(base)}_{{{below}}}^{{{above}}}"
        case "munder", [base, below]:
            return f"{_based(base)}_{{{below}}}"
        case "mover", [base, above]:
            accent = _ACCENTS.get(above.strip().removeprefix("\\sim") or "~", _ACCENTS.get(above.strip()))
            return rf"\{accent}{{{base}}}" if accent else rf"\overset{{{above}}}{{{base}}}"
        case "mfrac", [top, bottom]:
            return rf"\frac{{{top}}}{{{bottom}}}"
        case "msqrt", _:
            return rf"\sqrt{{{''.join(parts)}}}"
        case "mroot", [base, index]:
            return rf"\sqrt[{index}]{{{base}}}"
        case "mfenced", _:
            inside = (element.get("separators") or ",")[:1].join(parts)
            return f"{_token('mo', element.get('open', '('))}{inside}{_token('mo', element.get('close', ')'))}"
        case "mtable", _:
            return r"\begin{matrix}" + r" \\ ".join(parts) + r"\end{matrix}"
        case "mtr", _:
            return " & ".join(parts)
        case _:
            return (element.text or "").strip() * (not parts) + "".join(parts)


def _based(base: str) -> str:
    return base if len(base) <= 1 or base.startswith("\\") else f"{{{base}}}"


def _token(name: str, text: str) -> str:
    if not text:
        return ""
    if name == "mtext" or (name == "mi" and len(text) > 1 and text.isalpha() and text.isascii()):
        words = re.sub(r"[\\{}$]", "", text)
        return rf"\text{{{words}}}" if name == "mtext" else rf"\mathrm{{{words}}}"
    return "".join(rf"\{_SYMBOLS[c]} " if c in _SYMBOLS else _ESCAPED.get(c, c) for c in text)
