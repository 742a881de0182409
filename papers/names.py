"""Personal names as published: folding, parsing, compatibility, rarity. Pure.

The forms that occur: "Yuandong Tian", "Tian, Yuandong", "Y. Tian", "J.S. Bach", "Ludwig van Beethoven", "Il Hong
Suh", "ILHONG SUH", "Shaolei (Simon) Du", "Martin Luther King Jr.". What cannot be parsed further is one family name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log10

from anyascii import anyascii

from papers.common_names import is_common_family_name, is_common_given_name

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "dr", "prof", "junior", "senior", "filho", "neto"})
_LEADING_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms"})
PARTICLES = frozenset(
    "van von der den de del della di da dos das du la le el al bin ibn ben ter ten te zu zur vom af av st san santa".split()  # noqa: SIM905 - words read better than a list of strings
)
_NICKNAME = re.compile(r"[(\[{\"“”«»]([^)\]}\"“”«»]*)[)\]}\"“”«»]")
_NOT_LETTER = re.compile(r"[^a-z]+")
_INITIALS = re.compile(r"\b([A-Za-z])\.(?=[A-Za-z])")
_APOSTROPHES = re.compile(r"['’`´ʼ]")

RARE = 1.3  # below one chance bearer in twenty: see ``rarity``


@dataclass(frozen=True, slots=True)
class PersonName:
    """A parsed name. All parts are folded: lower-case ASCII letters.

    ``given`` holds the given names and initials in order, ``family`` the family name with its particles, joined;
    ``key`` is the whole name folded ("yuandong tian"), ``block`` the family name and first initial ("tian y").
    """

    given: tuple[str, ...]
    nicknames: tuple[str, ...]
    family: str
    key: str
    block: str

    @property
    def first(self) -> str:
        """The first given name or initial, or ""."""
        return self.given[0] if self.given else ""

    @property
    def is_full(self) -> bool:
        """Whether a given name is written out."""
        return any(len(name) > 1 for name in self.given)


def fold(text: str) -> str:
    """Lower-case ASCII letters with single spaces: accents and other scripts romanised, punctuation gone."""
    ascii_text = text if text.isascii() else anyascii(text)
    return _NOT_LETTER.sub(" ", _APOSTROPHES.sub("", ascii_text.lower())).strip()


def search_key(name: str) -> str:
    """A name as the search folds it: words in the order given. Never empty: unreadable names keep their characters."""
    return fold(name) or name.strip().lower()[:300]


@lru_cache(maxsize=65_536)
def parse_name(raw: str) -> PersonName:
    """The parts of a published name. Costs about 10 microseconds; the latest 65,536 are remembered."""
    text = raw if raw.isascii() else anyascii(raw)
    nicknames = tuple(part for found in _NICKNAME.findall(text) for part in fold(found).split())
    text = _NICKNAME.sub(" ", text)
    text = _INITIALS.sub(r"\1. ", text)
    family_tokens, given_tokens = _split(text)
    given_tokens = [token for token in given_tokens if token not in _SUFFIXES or len(given_tokens) == 1]
    family = "".join(family_tokens)
    given = tuple(given_tokens)
    if not family:
        family = fold(raw).replace(" ", "") or raw.strip().lower()[:100]
    key = " ".join((*given, family))[:300]
    block = f"{family} {given[0][0] if given else ''}".strip()[:200]
    return PersonName(given=given, nicknames=nicknames, family=family, key=key, block=block)


def _tokens(text: str) -> list[str]:
    """Words of a part of a name. A hyphen joins ("Jean-Pierre" is one given name), a full stop ends an initial."""
    return [token for word in text.replace(".", " ").split() if (token := _NOT_LETTER.sub("", _APOSTROPHES.sub("", word.lower())))]


def _split(text: str) -> tuple[list[str], list[str]]:
    """Family-name and given-name tokens, by the comma where there is one, else by the last word and its particles."""
    parts = [_tokens(part) for part in text.split(",")]
    parts = [part for part in parts if part and not all(token in _SUFFIXES for token in part)]
    if parts[1:]:
        return parts[0], parts[1]
    words = parts[0] if parts else []
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    while len(words) > 1 and words[0] in _LEADING_TITLES:
        words = words[1:]
    if not words:
        return [], []
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return words[start:], words[:start]


def compatible(one: PersonName, other: PersonName) -> bool:
    """Whether two names of the same block may be one person's: nothing in one contradicts the other.

    An initial fits a full name, a missing middle name contradicts nothing, two different middle initials do.
    """
    mine, theirs = one.given, other.given
    if mine == theirs or one.family != other.family:
        return one.family == other.family
    if not mine or not theirs:
        return False  # a bare family name fits everybody, so it says nothing
    first, other_first = mine[0], theirs[0]
    if (first.startswith(other_first) or other_first.startswith(first)) and "".join(mine) == "".join(theirs):
        return True  # "Il Hong" and "Ilhong"
    if not _fits(first, other_first):
        return other_first in one.nicknames or first in other.nicknames
    return all(_fits(a, b) for a, b in zip(mine[1:], theirs[1:], strict=False))


def _fits(one: str, other: str) -> bool:
    return one == other or ((len(one) == 1 or len(other) == 1) and one[0] == other[0])


def rarity(name: PersonName, count_first: Callable[[str], int], count_family: Callable[[str], int], distinct_names: int) -> float:
    """``-log10(c_first * c_family / N + .001)`` over N distinct names: 3 for a name nobody else could bear, below 0 for a
    common one. Names on the lists of common ones are taken to be borne by one in a hundred, however few our records are.
    """
    total = max(distinct_names, 1)
    first = count_first(name.first)
    family = count_family(name.family)
    if is_common_given_name(name.first):
        first = max(first, total // 100 + 1, 50)
    if is_common_family_name(name.family):
        family = max(family, total // 100 + 1)
    return -log10(max(first, 1) * max(family, 1) / max(total, 500) + 0.001)
