"""Labels: a name or a title on one line or a few, shortened where it is long, never in the middle of a letter."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from papers.graph.drawing.widths import text_width

ELLIPSIS: Final = "…"
_LEADING: Final = 1.22  # line to line, in sizes


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label. ``is_fact``: the quieter second thing, such as "3 joint papers"."""

    text: str
    size: float
    bold: bool = False
    is_fact: bool = False

    @property
    def width(self) -> float:
        return text_width(self.text, self.size, bold=self.bold)

    @property
    def height(self) -> float:
        return self.size * _LEADING


@dataclass(frozen=True, slots=True)
class Label:
    """The lines that stand together. Width and height in units of the drawing."""

    lines: tuple[Line, ...]

    @property
    def width(self) -> float:
        return max((line.width for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)


def one_line(text: str) -> str:
    """``text`` without line ends, controls and doubled spaces. Marks that turn the direction of what follows go too."""
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(ch for ch in kept if unicodedata.category(ch) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).split())


def shortened(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """``text``, or as much of its beginning as has room, ended by an ellipsis; at the end of a word where that loses little."""
    if text_width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and text_width(kept + ELLIPSIS, size, bold=bold) > room:
        kept = kept[:-1]
    kept = _whole_letters(kept, text)
    at_word = kept.rfind(" ")
    if at_word > len(kept) * 0.35:
        kept = kept[:at_word]
    return kept.rstrip(" ,;:.-–—(") + ELLIPSIS


def _whole_letters(kept: str, text: str) -> str:
    """``kept`` without a last letter whose accents stayed behind."""
    while kept and len(kept) < len(text) and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept


def wrapped(text: str, room: float, size: float, most: int, *, bold: bool = False) -> list[str]:
    """``text`` over at most ``most`` lines, broken between words; what has no room ends in an ellipsis."""
    lines: list[str] = []
    words = text.split(" ")
    while words and len(lines) < most - 1:
        taken = 1
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size, bold=bold) <= room:
            taken += 1
        if text_width(" ".join(words[:taken]), size, bold=bold) > room:
            break  # one word wider than a line: what remains is shortened
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    if words:
        lines.append(shortened(" ".join(words), room, size, bold=bold))
    return lines
