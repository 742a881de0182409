"""How a name stands for a person where there is no picture: letters and a colour, always the same."""

from __future__ import annotations

import unicodedata
from zlib import crc32

HUES = 8  # the classes .hue-0 to .hue-7 of the style sheets


def initials(name: str) -> str:
    """One or two capital letters for a name: of its first and its last word, as far as they begin with a letter.

    A word of a script without capitals (Chinese, Arabic, …) gives its first character; a name without any letter
    gives "?".
    """
    letters = [next((c for c in word if unicodedata.category(c)[0] == "L"), "") for word in name.replace(",", " ").split()]
    letters = [letter for letter in letters if letter]
    if not letters:
        return "?"
    chosen = letters[0] if len(letters) == 1 else letters[0] + letters[-1]
    return chosen.upper()[:2]


def hue(name: str) -> int:
    """The number of the colour of a name, 0 to 7: the same on every page, machine and day."""
    return crc32(unicodedata.normalize("NFC", name).casefold().encode()) % HUES
