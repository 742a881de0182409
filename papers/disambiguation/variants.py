"""The ways in which one person's name changes its block, and keys under which such names meet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import DamerauLevenshtein

from papers.disambiguation.nicknames import is_nickname, nickname_groups
from papers.disambiguation.outcomes import AcrossReason
from papers.names import PersonName, fold

_UMLAUT = re.compile("([aou])e")
_LU = re.compile(r"\b([ln])(?:v|yu)\b")
LONG_WORD = 6  # letters of a family name in which one typing error leaves it recognisable
SURNAME = 3  # letters that a part of a compound surname must have


def plain(name: str) -> str:
    """A folded name with "ae", "oe", "ue" for umlauts read as the letters alone, "ss" as one, and "lv", "lyu" for Lü as "lu"."""
    return _LU.sub(r"\1u", _UMLAUT.sub(r"\1", name).replace("ss", "s"))


def is_lu(family: str) -> bool:
    """Whether a family name is a spelling of Lu or Lü, which many people bear."""
    return plain(family) in {"lu", "nu"}


def family_words(published: str, family: str) -> tuple[str, ...]:
    """The words of a family name, hyphens and spaces parting them: ("bouchard", "cote") for "bouchardcote"."""
    words = fold(published.split(",", maxsplit=1)[0]).split()
    for start in range(len(words)):
        if "".join(words[start:]) == family:
            return tuple(words[start:])
    return (family,)


def variant_keys(name: PersonName) -> Iterator[str]:
    """Keys, of which any two names share one that may differ in a way of ``AcrossReason``."""
    words = [*name.given, name.family]
    first = name.first
    yield "plain " + plain(" ".join(words))
    if len(words) > 1:
        yield "order " + " ".join(sorted(words))
    yield from (f"nick {name.family} {group}" for group in sorted(nickname_groups(first)))
    yield f"dropped {' '.join(name.given)} {name.family}"
    if len(name.given) > 1:
        yield f"dropped {' '.join(name.given[1:])} {name.family}"
    if len(first) > 1:
        yield from (f"surname {first} {word[:SURNAME]}" for word in words[1:])
        yield f"surname {first} {name.family[-SURNAME:]}."
    if len(name.family) >= LONG_WORD:
        given = " ".join(name.given)
        yield f"slip {given} {name.family}"
        yield from (f"slip {given} {name.family[:at]}{name.family[at + 1 :]}" for at in range(1, len(name.family)))


def differs_by(one: PersonName, other: PersonName, published: tuple[str, str]) -> AcrossReason | None:
    """How two full names of different blocks may be one person's, or None. ``published`` are both as they stand on works."""
    mine, theirs = [*one.given, one.family], [*other.given, other.family]
    if plain(" ".join(mine)) == plain(" ".join(theirs)):
        return AcrossReason.UMLAUT
    if len(mine) > 1 and sorted(mine) == sorted(theirs) and all(len(word) > 1 for word in mine):
        return AcrossReason.NAME_ORDER
    if one.family == other.family:
        if is_nickname(one.first, other.first) and not _middles_differ(one, other):
            return AcrossReason.NICKNAME
        if _dropped(one.given, other.given) or _dropped(other.given, one.given):
            return AcrossReason.DROPPED_FIRST_NAME
    elif _compound(one, other, published[0]) or _compound(other, one, published[1]):
        return AcrossReason.COMPOUND_SURNAME
    return AcrossReason.TYPING_ERROR if _slipped(one, other) else None


def _slipped(one: PersonName, other: PersonName) -> bool:
    """Whether a single slip lies between two long family names, the first letter as it was."""
    mine, theirs = one.family, other.family
    if one.given != other.given or min(len(mine), len(theirs)) < LONG_WORD or mine[0] != theirs[0]:
        return False
    return DamerauLevenshtein.distance(mine, theirs, score_cutoff=1) == 1


def _middles_differ(one: PersonName, other: PersonName) -> bool:
    mine, theirs = one.given[1:], other.given[1:]
    return bool(mine and theirs) and mine[0][0] != theirs[0][0]


def _dropped(long: tuple[str, ...], short: tuple[str, ...]) -> bool:
    """Whether the first name, or its initial, was left out: "Simon Shaolei" and "Shaolei", "G. Bowden" and "Bowden"."""
    return len(long) > 1 and long[1:] == short and len(short[0]) > 1


def _compound(long: PersonName, short: PersonName, published: str) -> bool:
    """Whether a part of the family name was left out: "Dalvi Mishra" and "Dalvi", "Fosler-Lussier" and "Fosler", "De Rossi" and "Rossi"."""
    if len(long.first) < 2 or long.first != short.first or len(short.family) < SURNAME:  # noqa: PLR2004 - an initial says too little
        return False
    if len(long.given) > 1 and long.given[-1] == short.family and long.given[1:-1] == short.given[1:]:
        return True
    words = family_words(published, long.family)
    same_middle = long.given[1:] == short.given[1:] or not short.given[1:]
    parts = {"".join(words[:end]) for end in range(1, len(words))} | {"".join(words[start:]) for start in range(1, len(words))}
    return same_middle and short.family in parts
