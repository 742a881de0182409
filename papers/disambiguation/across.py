"""Clusters of different blocks that are one person: umlauts, familiar names, compound surnames, dropped names, typing errors.

The labels we have compare inside blocks only, so this pass is careful: the names must differ in one of the ways of ``AcrossReason``,
nothing may contradict, and co-authors in common, written out, are wanted nearly always. Each merge is told with its signs.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions
from papers.disambiguation.linkage import probability
from papers.disambiguation.model import PairModel
from papers.disambiguation.names import CODES, First
from papers.disambiguation.outcomes import AcrossMerge, AcrossReason
from papers.disambiguation.settling import Gathered
from papers.disambiguation.variants import differs_by, is_lu, variant_keys
from papers.names import PersonName

LOOKED_AT = 40  # mentions of each side that are compared
CROWD = 12  # clusters under one key: more than that share it by chance


@dataclass(frozen=True, slots=True)
class _Side:
    """A cluster with one of its names: its place, a row that bears the name, and the name, parsed and as published."""

    place: int
    row: int
    name: PersonName
    published: str


@dataclass(frozen=True, slots=True)
class _Signs:
    """What two clusters have in common."""

    coauthors: tuple[str, ...]
    weight: float  # what it says to share these co-authors: rarity + 1.5 of each, at least .3
    affiliation: bool
    probability: float


def merge_across(
    collection: Collection, gathered: list[Gathered], decided: Decisions, model: PairModel
) -> tuple[list[int], list[AcrossMerge]]:
    """For each cluster the number of what it belongs to now (its own place, or that of another), and the merges, in a fixed order.

    The surest merges go first; later ones see what came of them.
    """
    found = []
    for one, other, reason in sorted(_candidates(collection, gathered), key=lambda entry: (entry[0].row, entry[1].row, entry[2])):
        signs = _signs(collection, gathered[one.place].rows, gathered[other.place].rows, model)
        if _enough(reason, signs, collection, one, other, gathered):
            found.append((one, other, reason, signs))
    found.sort(key=lambda entry: (-entry[3].weight, entry[0].row, entry[1].row))
    number = list(range(len(gathered)))
    members = {place: [place] for place in number}
    merges = []
    for one, other, reason, signs in found:
        here, there = sorted((number[one.place], number[other.place]))
        if here != there and not _contradict(collection, gathered, members[here], members[there], decided):
            for place in members.pop(there):
                number[place] = here
                members[here].append(place)
            merges.append(_told(collection, one, other, reason, signs))
    return number, merges


def _told(collection: Collection, one: _Side, other: _Side, reason: AcrossReason, signs: _Signs) -> AcrossMerge:
    first, second = collection.mentions[one.row], collection.mentions[other.row]
    return AcrossMerge(
        first.key, second.key, first.name, second.name, reason, signs.coauthors, signs.affiliation, round(signs.probability, 4)
    )


def _candidates(collection: Collection, gathered: list[Gathered]) -> Iterator[tuple[_Side, _Side, AcrossReason]]:
    """Pairs of clusters whose names differ in one of the known ways, each pair once."""
    sides: list[_Side] = []
    keys, bearers = array("q"), array("i")  # numbers in place of the keys: there are some ten for each name
    for place, one in enumerate(gathered):
        first: dict[int, int] = {}
        for row in one.rows:
            first.setdefault(int(collection.arrays.name[row]), row)
        for name, row in first.items():
            parsed = collection.names[name]
            if parsed.is_full:
                for key in variant_keys(parsed):
                    keys.append(hash(key))
                    bearers.append(len(sides))
                sides.append(_Side(place, row, parsed, collection.published[name]))
    seen: set[tuple[int, int]] = set()
    for numbers in _shared(np.frombuffer(keys, np.int64), np.frombuffer(bearers, np.int32)) if sides else ():
        group = [sides[number] for number in numbers]
        if len({side.name.key for side in group}) > 1 and len({side.place for side in group}) <= CROWD:
            yield from _among(group, seen)


def _shared(keys: NDArray[np.int64], bearers: NDArray[np.int32]) -> list[list[int]]:
    """The bearers of each key that several have, in the order in which the keys first came, which does not depend on their numbers."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(order)]])
    several = np.flatnonzero(ends - starts > 1)
    several = several[np.argsort(order[starts[several]])]
    return [bearers[order[starts[at] : ends[at]]].tolist() for at in several]


def _among(group: list[_Side], seen: set[tuple[int, int]]) -> Iterator[tuple[_Side, _Side, AcrossReason]]:
    for at, one in enumerate(group):
        for other in group[:at]:
            pair = (min(one.place, other.place), max(one.place, other.place))
            if one.place == other.place or pair in seen or one.name.block == other.name.block:
                continue
            reason = differs_by(one.name, other.name, (one.published, other.published))
            if reason is not None:
                seen.add(pair)
                yield (other, one, reason) if other.row < one.row else (one, other, reason)


def _signs(collection: Collection, here: list[int], there: list[int], model: PairModel) -> _Signs:
    arrays = collection.arrays
    mine, theirs = here[:: max(1, len(here) // LOOKED_AT)][:LOOKED_AT], there[:: max(1, len(there) // LOOKED_AT)][:LOOKED_AT]
    known, others = _company(collection, here), _company(collection, there)
    shared = {person: weight for person, weight in known.items() if person in others}
    apart = (0, 0) if shared else (len(here), len(there))
    features, weights = np.zeros(len(model.weights)), model.weights
    bounds = np.asarray([model.same_id, model.different_id])
    code = First.EQUAL * CODES
    total = sum(probability(arrays, one, other, code, apart, weights, bounds, features) for one in mine for other in theirs)
    places = _places(collection, here) & _places(collection, there)
    return _Signs(
        coauthors=tuple(sorted(_names_of(collection, here, set(shared)))),
        weight=sum(max(weight + 1.5, 0.3) for weight in shared.values()),
        affiliation=bool(places),
        probability=total / (len(mine) * len(theirs)),
    )


def _company(collection: Collection, rows: list[int]) -> dict[tuple[int, int], float]:
    """The written-out co-authors of these mentions with their rarity, without their own blocks."""
    company, work = collection.arrays.company, collection.arrays.work
    own = {int(collection.arrays.block[row]) for row in rows}
    found = {}
    for row in rows:
        for at in range(company.start[work[row]], company.start[work[row] + 1]):
            if company.first[at] > 0 and int(company.block[at]) not in own:
                found[int(company.block[at]), int(company.first[at])] = float(company.weight[at])
    return found


def _names_of(collection: Collection, rows: list[int], people: set[tuple[int, int]]) -> set[str]:
    found: dict[tuple[int, int], str] = {}
    for row in rows if people else ():
        for name in collection.mentions[row].work.authors:
            person = collection.person_of(name)
            if person in people:
                found[person] = min(name, found.get(person, name))
    return set(found.values())


def _places(collection: Collection, rows: list[int]) -> set[str]:
    return {place for row in rows for place in (*collection.mentions[row].affiliations, *collection.mentions[row].institutions)}


ALONE, TOGETHER = 4.0, 6.0  # what shared co-authors must say: a rare one is worth up to 4.5, a common one .3
SAME_WORDS = frozenset({AcrossReason.UMLAUT, AcrossReason.NAME_ORDER})
RARE_NAME, VERY_RARE, SURE = 1.0, 1.7, 0.9
MINOR_FORM = 3  # mentions: a form more frequent than that is no typing error


def _enough(reason: AcrossReason, signs: _Signs, collection: Collection, one: _Side, other: _Side, gathered: list[Gathered]) -> bool:
    """Whether what the two have in common makes up for the difference of their names."""
    rare = min(collection.statistics.rarity(one.name), collection.statistics.rarity(other.name))
    if reason is AcrossReason.SAME_IDENTIFIER:
        return True
    if reason in SAME_WORDS:
        spelt = reason is AcrossReason.UMLAUT and not is_lu(one.name.family) and rare >= VERY_RARE and signs.probability >= SURE
        return spelt or signs.weight >= (ALONE / 2 if rare >= RARE_NAME else ALONE)
    smaller = min(len(gathered[one.place].rows), len(gathered[other.place].rows))
    if reason is AcrossReason.TYPING_ERROR:
        return rare >= RARE_NAME and smaller <= MINOR_FORM and signs.weight >= ALONE
    shorter = min(one.name, other.name, key=lambda name: len(name.given))  # what is left out does not make a name commoner
    left = collection.statistics.rarity(shorter) if reason is AcrossReason.DROPPED_FIRST_NAME else rare
    if len(signs.coauthors) == 1 and not signs.affiliation and left < VERY_RARE:
        return False  # one person may well write with several who are called alike
    return signs.weight >= (ALONE if rare >= RARE_NAME else TOGETHER)


def _contradict(collection: Collection, gathered: list[Gathered], here: list[int], there: list[int], decided: Decisions) -> bool:
    """Whether a work names both, a decision keeps them apart, or identifiers differ."""
    arrays = collection.arrays
    mine = [row for place in here for row in gathered[place].rows]
    theirs = [row for place in there for row in gathered[place].rows]
    if not {int(arrays.work[row]) for row in mine}.isdisjoint(int(arrays.work[row]) for row in theirs):
        return True
    for values in (arrays.orcid[:, None], arrays.ids):
        for column in values.T:
            one, other = ({int(value) for value in column[rows] if value} for rows in (mine, theirs))
            if one and other and one.isdisjoint(other):
                return True
    if not decided.apart and not decided.person:
        return False
    return decided.forbid((int(decided.unit[row]) for row in mine), (int(decided.unit[row]) for row in theirs))
