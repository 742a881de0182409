"""People's decisions and signed-in identifiers as what clustering takes: what is one unit from the beginning, and what stays apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from papers.disambiguation.collection import Collection
from papers.disambiguation.mentions import Constraints, MentionKey

Pair = tuple[int, int]


@dataclass(slots=True)
class Decisions:
    """``unit`` gives each row the first row of what it stays together with. ``apart`` gives a unit those that it never joins, ``person`` the
    decided person of a unit, ``contradictions`` what could not be kept together because it had to be apart.
    """

    unit: NDArray[np.int64]
    apart: dict[int, set[int]] = field(default_factory=dict)
    person: dict[int, str] = field(default_factory=dict)
    contradictions: list[tuple[MentionKey, MentionKey]] = field(default_factory=list)

    def forbid(self, units: Iterable[int], others: Iterable[int]) -> bool:
        """Whether a decision keeps any of the units from any of the others."""
        mine, theirs = set(units), set(others)
        if any(not self.apart[unit].isdisjoint(theirs) for unit in mine if unit in self.apart):
            return True
        persons = {self.person[unit] for unit in mine | theirs if unit in self.person}
        return len(persons) > 1


class _Groups:
    """Rows that grow together, unless something in them must stay apart."""

    def __init__(self, collection: Collection, apart: Iterable[Pair], person: Mapping[int, str]) -> None:
        self._parent = list(range(len(collection.mentions)))
        self._works = collection.arrays.work
        self._orcid = collection.arrays.orcid
        self._members: dict[int, list[int]] = {}
        self._person = person
        self._apart: dict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def members(self, root: int) -> list[int]:
        return self._members.get(root, [root])

    def join(self, one: int, other: int) -> bool:
        """Whether the two are together now."""
        first, second = sorted((self.root(one), self.root(other)))
        if first == second:
            return True
        here, there = self.members(first), self.members(second)
        if self._contradict(here, there):
            return False
        self._parent[second] = first
        self._members[first] = here + there
        return True

    def _contradict(self, here: list[int], there: list[int]) -> bool:
        works = {int(self._works[row]) for row in here}
        if any(int(self._works[row]) in works for row in there):
            return True
        for values in (self._persons, self._orcids):
            if len(values(here) | values(there)) > 1:
                return True
        others = set(there)
        return any(not self._apart[row].isdisjoint(others) for row in here if row in self._apart)

    def _persons(self, rows: list[int]) -> set[str]:
        return {self._person[row] for row in rows if row in self._person}

    def _orcids(self, rows: list[int]) -> set[int]:
        return {int(self._orcid[row]) for row in rows if self._orcid[row]}


def told_together(constraints: Constraints) -> set[MentionKey]:
    """The mentions that somebody said are one person's with another."""
    return {key for pair in constraints.together for key in pair} | constraints.decided.keys()


def decisions(collection: Collection, constraints: Constraints) -> Decisions:
    """The constraints, and what signing in with ORCID says, for the rows of a collection. What names no mention of it is passed over."""
    place = {mention.key: row for row, mention in enumerate(collection.mentions)}
    person = {place[key]: name for key, name in sorted(constraints.decided.items()) if key in place}
    apart = {(place[one], place[other]) for one, other in constraints.apart if one in place and other in place}
    decided: dict[str, list[int]] = defaultdict(list)
    for row in sorted(person):
        decided[person[row]].append(row)
    for key, name in sorted(constraints.refused):
        if key in place:
            apart.update((place[key], row) for row in decided[name] if row != place[key])
    groups = _Groups(collection, apart, person)
    found = Decisions(np.arange(len(collection.mentions)))
    for one, other in _together(collection, constraints, place, decided):
        if not groups.join(one, other):
            found.contradictions.append((collection.mentions[one].key, collection.mentions[other].key))
    found.unit = np.asarray([groups.root(row) for row in range(len(collection.mentions))], np.int64)
    found.person = {int(found.unit[row]): name for row, name in person.items()}
    for one, other in apart:
        here, there = int(found.unit[one]), int(found.unit[other])
        if here != there:
            found.apart.setdefault(here, set()).add(there)
            found.apart.setdefault(there, set()).add(here)
    return found


def _together(
    collection: Collection, constraints: Constraints, place: dict[MentionKey, int], decided: dict[str, list[int]]
) -> Iterable[Pair]:
    """Pairs of rows that stay together, people's decisions before signed-in identifiers, each in a fixed order."""
    for name in sorted(decided):
        yield from ((decided[name][0], row) for row in decided[name][1:])
    told = [(place[one], place[other]) for one, other in constraints.together if one in place and other in place]
    yield from sorted((min(pair), max(pair)) for pair in told)
    first: dict[int, int] = {}
    for row in np.flatnonzero(collection.arrays.orcid):
        orcid = int(collection.arrays.orcid[row])
        if first.setdefault(orcid, int(row)) != row:
            yield first[orcid], int(row)
