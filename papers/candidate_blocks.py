"""The candidates of a block, found by name without looking at each of them. Pure.

In an import the question "whose name fits this one?" is asked more often than anything else, and the block of a common
family name holds thousands. Of the ways in which ``papers.names.compatible`` lets two names fit, each has a shelf here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from papers.names import PersonName, compatible

if TYPE_CHECKING:
    from papers.attribution import Candidate

Shelf = dict[str, list["Candidate"]]


class Block:
    """Candidates that bear a name of one block. Names that a candidate learns later are told by ``file``."""

    def __init__(self) -> None:
        self.members: dict[int, Candidate] = {}  # by identity: a new author's reference changes when it is written
        self.keys: set[str] = set()
        self._by_first: Shelf = {}
        self._by_joined: Shelf = {}
        self._by_nickname: Shelf = {}

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.members.values())

    def add(self, candidate: Candidate) -> None:
        """Make a candidate a member, who may have no name yet."""
        self.members[id(candidate)] = candidate

    def file(self, candidate: Candidate, name: PersonName) -> None:
        """A member bears this name."""
        self.add(candidate)
        self.keys.add(name.key)
        self._by_first.setdefault(name.first, []).append(candidate)
        self._by_joined.setdefault("".join(name.given), []).append(candidate)
        for nickname in name.nicknames:
            self._by_nickname.setdefault(nickname, []).append(candidate)

    def fitting(self, name: PersonName) -> list[Candidate]:
        """The members with all of whose names this one is compatible, oldest first; those without a name too."""
        found = [candidate for candidate in self._near(name) if fits(candidate, name)]
        found.sort(key=_age)
        return found

    def _near(self, name: PersonName) -> Iterable[Candidate]:
        """The members that may fit: every one that does, and few others."""
        first = name.first
        if len(first) == 1:
            return self.members.values()  # an initial fits everybody of its block
        shelves = [
            self._by_first.get(first, ()),
            self._by_first.get(first[:1], ()),
            self._by_joined.get("".join(name.given), ()),
            self._by_nickname.get(first, ()),
            *(self._by_first.get(nickname, ()) for nickname in name.nicknames),
        ]
        return {id(candidate): candidate for shelf in shelves for candidate in shelf}.values()


def fits(candidate: Candidate, name: PersonName) -> bool:
    """Whether the name is compatible with every name of the candidate."""
    for known in candidate.names:  # noqa: SIM110 - all() takes twice as long
        if not compatible(name, known):
            return False
    return True


def _age(candidate: Candidate) -> tuple[bool, int]:
    """Rows in the order of their keys, then those that have none yet in the order in which they were opened."""
    return candidate.reference < 0, abs(candidate.reference)
