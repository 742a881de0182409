"""Typed reasons for suggestions, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

FEWEST_WORDS: Final = 3  # where nothing else connects two people: one word in two titles is chance


class ReasonKind(StrEnum):
    """What two people have with each other."""

    COAUTHORS = "coauthors"  # people whom both wrote with
    CHAIN = "chain"  # a co-author of hers wrote with a co-author of theirs
    TOPICS = "topics"  # both work on
    WORDS = "words"  # both have in titles
    CITES = "cites"  # their works cite hers
    CITED = "cited"  # her works cite theirs
    INSTITUTIONS = "institutions"  # both name on works


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: how many there are (``count``), the first of them by key (``named``; of words the words), and the works that show it.

    ``works`` pairs, for each named, a work of the person to whom it is said with one of the other; 0 stands for none.
    """

    kind: ReasonKind
    count: int
    named: tuple[int | str, ...] = ()
    works: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The reason as plain values."""
        return {"kind": self.kind.value, "count": self.count, "named": list(self.named), "works": [list(pair) for pair in self.works]}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Reason:
        """The reason that ``to_json`` wrote. Raises ``KeyError`` or ``ValueError`` for anything else."""
        works = tuple((int(mine), int(theirs)) for mine, theirs in given["works"])
        return cls(ReasonKind(given["kind"]), int(given["count"]), tuple(given["named"]), works)


def is_enough(reasons: Iterable[Reason]) -> bool:
    """Whether these are worth showing somebody: anything but a word or two in titles alone."""
    return any(reason.kind is not ReasonKind.WORDS or reason.count >= FEWEST_WORDS for reason in reasons)
