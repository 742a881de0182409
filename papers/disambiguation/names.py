"""Whether two names can be one person's, and how much it says that they agree.

Parsing is that of ``papers.names``; here the given names are compared more finely than an import needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import log10

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from papers.common_names import is_common_family_name, is_common_given_name
from papers.disambiguation.corpus import CorpusWords
from papers.disambiguation.nicknames import is_nickname
from papers.names import PersonName, parse_name


class First(IntEnum):
    """How two first given names agree."""

    CONFLICT = 0
    EQUAL = 1  # also "Il Hong" and "Ilhong"
    SHORTENED = 2  # "Alex" and "Alexander", "Bob" and "Robert"
    SIMILAR = 3  # a letter apart
    DROPPED = 4  # "Simon Shaolei" and "Shaolei"
    INITIAL = 5  # one of them an initial
    INITIALS = 6  # both


class Middle(IntEnum):
    """How two middle names agree."""

    NONE = 0  # neither has one
    MISSING = 1  # only one has one
    AGREES = 2


_UMLAUT = re.compile("([aou])e")  # "Guenter" and "Günter"
CODES = 4  # an agreement is one number: first * CODES + middle; 0 is a conflict
SHORTENED_FROM = 3  # letters that a short form must keep
SIMILAR_FROM, SIMILAR_ENOUGH = 5, 0.94  # shorter names that differ in a letter are different names


def block_of(name: str) -> str:
    """The block of a published name: family name and first initial ("tian y"). Only names of one block are compared pair by pair."""
    return parse_name(name).block


def agreement(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How the given names of two names with the same family name agree, as ``first * CODES + middle``; 0 where they contradict."""
    if one == other:
        middle = Middle.AGREES if len(one) > 1 else Middle.NONE
        return (First.EQUAL if any(len(part) > 1 for part in one[:1]) else First.INITIALS) * CODES + middle
    if not one or not other:
        return 0  # a bare family name fits everybody, so it says nothing
    if "".join(one) == "".join(other) and max(len(part) for part in (*one, *other)) > 1:
        return First.EQUAL * CODES + Middle.NONE
    first = _first(one[0], other[0])
    if first:
        rest = _middle(one[1:], other[1:])
        return first * CODES + rest if rest is not None else _dropped(one, other)
    return _dropped(one, other)


def _first(one: str, other: str) -> int:
    if one == other:
        return First.EQUAL if len(one) > 1 else First.INITIALS
    if len(one) == 1 or len(other) == 1:
        return First.INITIAL if one[0] == other[0] else First.CONFLICT
    short, long = sorted((one, other), key=len)
    if (len(short) >= SHORTENED_FROM and long.startswith(short)) or is_nickname(one, other):
        return First.SHORTENED
    return First.SIMILAR if _similar(one, other) or _UMLAUT.sub(r"\1", long) == short else First.CONFLICT


def _similar(one: str, other: str) -> bool:
    return (
        min(len(one), len(other)) >= SIMILAR_FROM
        and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1
        and JaroWinkler.similarity(one, other) >= SIMILAR_ENOUGH
    )


def _middle(one: tuple[str, ...], other: tuple[str, ...]) -> int | None:
    """How the names after the first agree; None where they contradict: the shorter list must fit into the longer one, in order."""
    if not one or not other:
        return Middle.MISSING if one or other else Middle.NONE
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return Middle.AGREES if all(any(_fits(part, candidate) for candidate in rest) for part in short) else None


def _fits(one: str, other: str) -> bool:
    if one[0] != other[0]:
        return False
    short, long = sorted((one, other), key=len)
    return len(short) == 1 or long.startswith(short) or _similar(one, other)


def _dropped(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Whether one name is the other without its first given name, written out."""
    short, long = sorted((one, other), key=len)
    if len(short) < len(long) and len(short[0]) > 1 and long[-len(short) :] == short:
        return First.DROPPED * CODES + Middle.NONE
    return 0


@dataclass(frozen=True)
class NameStatistics:
    """How often names occur among the distinct names of the whole collection: first given names, family names, and how many
    distinct names there are. What the counts do not hold counts once. ``words`` says how common words are in that collection, where the
    mentions to be compared are a part of it.
    """

    first: Mapping[str, int]
    family: Mapping[str, int]
    distinct: int
    words: CorpusWords | None = field(default=None, repr=False)
    _letters: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, count in self.first.items():
            self._letters[name[:1]] = self._letters.get(name[:1], 0) + count

    @classmethod
    def of(cls, names: Iterable[str]) -> NameStatistics:
        """Counted over published names, each distinct one once."""
        distinct = {parsed.key: parsed for parsed in map(parse_name, names)}
        return cls(
            first=Counter(parsed.first for parsed in distinct.values()),
            family=Counter(parsed.family for parsed in distinct.values()),
            distinct=len(distinct),
        )

    def with_names(self, names: Iterable[PersonName]) -> NameStatistics:
        """The same with these distinct names counted too. A copy: some milliseconds."""
        more = list(names)
        first, family = Counter(self.first), Counter(self.family)
        first.update(name.first for name in more)
        family.update(name.family for name in more)
        return NameStatistics(first, family, self.distinct + len(more), self.words)

    def rarity(self, name: PersonName) -> float:
        """``-log10(c_first c_family / N + .001)``: 3 for a name that nobody else could bear, below 0 for a common one.

        For an initial, c_first counts all first names with that letter. While the collection is small, names on the lists of
        common ones are taken to be borne by one in a hundred; from ``ENOUGH_NAMES`` on it speaks for itself.
        """
        total = max(self.distinct, 1)
        first, family = self.first.get(name.first, 0), self.family.get(name.family, 0)
        if len(name.first) <= 1:
            first = self._letters.get(name.first[:1], 0) if name.first else total
        floor = total / 100 * max(0.0, 1 - total / ENOUGH_NAMES)
        if floor and is_common_given_name(name.first):
            first = max(first, int(floor) + 1)
        if floor and is_common_family_name(name.family):
            family = max(family, int(floor) + 1)
        return -log10(max(first, 1) * max(family, 1) / max(total, 500) + 0.001)


ENOUGH_NAMES = 10_000
