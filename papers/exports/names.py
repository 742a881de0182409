"""Published names in the two parts that reference formats want. Pure."""

from __future__ import annotations

import re
from typing import Final

_PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "ter",
        "ten",
        "te",
        "zu",
        "zur",
        "vom",
        "af",
        "av",
    ]
)
_SUFFIX: Final = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)


def split_name(name: str) -> tuple[str, str, str]:
    """Family name with its particles, given names, suffix ("Jr."): ("van Beethoven", "Ludwig", "").

    A name with a comma says it itself. Else the last word is the family name, as most of the literature that lists
    names in this order means it. A name of one word, or of a script that sets no spaces, is all family name.
    """
    parts = [" ".join(part.split()) for part in name.split(",")]
    if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]):  # noqa: PLR2004 - "John Smith, Jr."
        family, given, _none = split_name(parts[0])
        return family, given, parts[1]
    if len(parts) == 2:  # noqa: PLR2004 - "Smith, John"
        return parts[0], parts[1], ""
    if len(parts) == 3:  # noqa: PLR2004 - "Smith, Jr., John"
        return (parts[0], parts[2], parts[1]) if _SUFFIX.fullmatch(parts[1]) else (parts[0], parts[1], parts[2])
    words = name.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""  # noqa: PLR2004 - given, family, suffix
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start]), suffix
