"""How wide a text stands, without a browser: advance widths of the widest face that readers' systems set interfaces in.

The interface is set in the reader's own sans (tokens.css). Among the faces that ``system-ui`` stands for, DejaVu Sans is the
widest; where a label has room in it, it has room in Segoe UI, San Francisco, Roboto, Noto Sans and Helvetica. Its advance widths
(measured in Chromium, in hundredths of the size, rounded up) stand below for Latin; accents add nothing, East Asian letters are
as wide as high, of the other scripts the widest letters count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

SAFETY: Final = 1.03  # kerning, hinting, and faces a little wider than the one measured
_REGULAR: Final[Mapping[int, str]] = {
    28: "'ijlı", 29: "ł", 30: "IJ", 32: " ,.‘’·", 34: "/:;\\|", 36: "f", 37: "-‐‑", 40: "()[]t", 41: "!¡", 42: "r", 46: '"',
    48: "ªº", 50: "*_`–†§°", 52: "“”", 53: "sz", 54: "?¿", 55: "c", 56: "L", 57: "Ł", 58: "Fk", 59: "•", 60: "vxy", 61: "PÞ",
    62: "TYaeoøð«»", 63: "ß", 64: "$0123456789ESbdghnpqu{}‒đþ", 66: "K", 69: "ABVXZ", 70: "CR", 74: "U", 75: "N", 76: "H",
    78: "&DGĐ", 79: "OQØ", 82: "w", 84: "#+<=>^~×", 87: "M", 96: "%", 98: "mÆ", 99: "Wæ", 100: "@—…", 103: "œ", 107: "Œ",
}  # fmt: skip
_BOLD: Final[Mapping[int, str]] = {
    31: "'", 35: " ijlı", 37: "/\\|", 38: ",.IJ‘’·ł", 40: ":;", 42: "-‐‑", 44: "f", 46: "!()[]¡", 48: "t", 50: "_`r–†§°",
    53: '"*', 57: "ªº", 59: "?z¿", 60: "cs", 64: "L•", 65: "xŁ«»", 66: "vy“”", 67: "k", 68: "ae", 69: "EFToøð",
    70: "$0123456789‒", 72: "bdghnpqu{}ßđþ", 73: "SYZ", 74: "CPÞ", 77: "B", 78: "AKRVX", 82: "U", 83: "G", 84: "#+<=>DHN^~Đ×",
    86: "OQØ", 88: "&", 93: "w", 100: "@M—…", 101: "%", 105: "mæ", 109: "Æ", 110: "œ", 111: "W", 117: "Œ",
}  # fmt: skip
_FACES: Final = tuple({ch: width / 100 for width, chars in face.items() for ch in chars} for face in (_REGULAR, _BOLD))
_WIDEST_OF_OTHERS: Final = (0.95, 1.12)  # Greek, Cyrillic, Arabic, Hebrew, the scripts of India
_SQUARE: Final = 1.06
_PICTURE: Final = 1.45


@lru_cache(maxsize=8192)
def _advance(character: str, bold: int) -> float:
    base = unicodedata.normalize("NFKD", character)
    widths = _FACES[bold]
    if all(part in widths or unicodedata.combining(part) for part in base):
        return sum(widths.get(part, 0) for part in base) + (0.13 if character in "ľĽƠơƯưťďĹ" else 0)
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.category(character) in {"So", "Co", "Cn"}:
        return _PICTURE
    return _SQUARE if unicodedata.east_asian_width(character) in {"W", "F"} else _WIDEST_OF_OTHERS[bold]


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """At most so many units wide is ``text`` in a face of that size."""
    return sum(_advance(character, int(bold)) for character in text) * size * SAFETY
