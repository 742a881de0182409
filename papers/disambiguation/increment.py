"""Mentions that come later join the persons that are known, and nothing that was placed before is moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions, Pair
from papers.disambiguation.joined import Joined
from papers.disambiguation.mentions import Constraints, Mention, MentionKey
from papers.disambiguation.model import PairModel, read_model
from papers.disambiguation.names import NameStatistics
from papers.disambiguation.outcomes import Assignment
from papers.disambiguation.settling import Gathered, settle
from papers.disambiguation.standing import StandingBlock, within_reach

MORE = 0.07  # probability that is asked beyond that of a batch, and of one bearer too: what comes still later cannot put a join right


class Index:
    """Known mentions with their persons, and what is learnt on the way. Make one for a run of imports and give it the new mentions in portions.

    ``clusters`` names the person of each known mention; a mention without one is a person of its own. Names are counted as they come;
    how telling words are is taken from what is known at the beginning. Give ``statistics`` of the whole collection where only some blocks
    are loaded (all that the new names fall into: ``block_of``).
    """

    def __init__(
        self,
        mentions: Iterable[Mention],
        clusters: Mapping[MentionKey, str],
        model: PairModel | None = None,
        statistics: NameStatistics | None = None,
    ) -> None:
        given = model or read_model()
        self._model = replace(given, cut=given.cut + MORE, cut_with_one_bearer=given.cut + MORE)
        self._collection = Collection(mentions, statistics)
        self._standing: dict[int, StandingBlock] = defaultdict(StandingBlock)
        self._waiting: dict[int, list[int]] = defaultdict(list)  # rows that their block has not seen yet
        self._head: dict[str, int] = {}
        self._name: dict[int, str] = {}
        self._news = 0
        self._joined = Joined()
        units = []
        for row, mention in enumerate(self._collection.mentions):
            name = clusters.get(mention.key, "")
            units.append(self._head.setdefault(name, row) if name else row)
            self._name[units[row]] = name
        self._joined.add(self._collection.arrays, np.asarray(units, np.int64))
        self._have_wait(0)

    def _have_wait(self, start: int) -> None:
        for row, block in enumerate(self._collection.arrays.block[start:].tolist(), start):
            self._waiting[block].append(row)

    def name(self, new: int, name: str) -> None:
        """Tell what a new person was called, so that later assignments say it (``Assignment.new`` until then)."""
        head = self._head.pop(f"new {new}")
        self._head[name] = head
        self._name[head] = name

    def assign(self, mentions: Iterable[Mention], constraints: Constraints | None = None) -> list[Assignment]:
        """Where each mention goes, in the order of their keys; they are known from then on.

        ``constraints`` may decide new mentions, for persons that are known or not, and refuse them persons. Two new mentions
        of one new person share a ``new`` number. Raises ``ValueError`` where a mention is known already.
        """
        start = len(self._collection.mentions)
        self._collection.extend(mentions)
        total = len(self._collection.mentions)
        self._joined.add(self._collection.arrays, np.arange(start, total))
        decided = self._decisions(start, constraints or Constraints())
        self._have_wait(start)
        sure: dict[int, float] = {}
        for number in np.unique(self._collection.arrays.block[start:total]).tolist():
            self._settle(number, start, decided, sure)
        return [self._assignment(row, sure) for row in range(start, total)]

    def _decisions(self, start: int, constraints: Constraints) -> Decisions:
        """Give decided mentions, and those whose ORCID iD was signed in with, their person; note who may not be whose."""
        place = {mention.key: row for row, mention in enumerate(self._collection.mentions[start:], start)}
        unit = self._joined.unit
        found = Decisions(unit)
        for key, name in sorted(constraints.decided.items()):
            if key in place:
                head = self._head.setdefault(name, place[key])
                if len(self._joined.put(self._collection.arrays, place[key], head, start)):
                    self._name[head] = name
                found.person[int(unit[place[key]])] = name
        refused = {(place[key], self._head[name]) for key, name in constraints.refused if key in place and name in self._head}
        self._join_signed_in(start, found, refused)
        found.person = {row: name for row, name in found.person.items() if row >= start}  # known persons are apart from each other anyway
        for row, other in refused:
            one = int(unit[row])
            found.apart.setdefault(one, set()).add(other)
            found.apart.setdefault(other, set()).add(one)
        return found

    def _join_signed_in(self, start: int, found: Decisions, refused: set[Pair]) -> None:
        """Whoever signed in with an ORCID iD is whoever did before, unless somebody decided otherwise."""
        arrays, unit = self._collection.arrays, self._joined.unit
        for row in (np.flatnonzero(arrays.orcid[start:]) + start).tolist():
            same = np.flatnonzero(arrays.orcid[:row] == arrays.orcid[row])
            head = int(unit[same[0]]) if len(same) else row
            if unit[row] == row and row not in found.person and (row, head) not in refused:
                self._joined.put(arrays, row, head, start)

    def _settle(self, number: int, start: int, decided: Decisions, sure: dict[int, float]) -> None:
        rows = np.asarray(self._waiting.pop(number), np.int64)
        block = self._standing[number].block(self._collection, rows, self._joined.unit)
        unit = self._joined.unit
        free = [row for row in rows.tolist() if row >= start and unit[row] == row and row not in decided.person]
        if len(block.rows) == 1 or not free:
            return
        near = within_reach(self._collection.arrays, block, unit[block.rows], np.asarray(free, np.int64))
        for gathered in settle(self._collection, near, decided, self._model, np.asarray(free, np.int64)).clusters:
            self._take(gathered, free, start, sure)

    def _take(self, gathered: Gathered, free: list[int], start: int, sure: dict[int, float]) -> None:
        """Put what was free, and what decisions hold together with it, to whom it joined."""
        heads = dict.fromkeys(self._joined.unit[gathered.rows].tolist())
        new = [head for head in heads if head in free]
        head = next((head for head in heads if head not in free), min(new, default=-1))
        for unit in new:
            moved = self._joined.put(self._collection.arrays, unit, head, start)
            sure.update(dict.fromkeys(moved.tolist(), gathered.weakest))

    def _assignment(self, row: int, sure: dict[int, float]) -> Assignment:
        head = int(self._joined.unit[row])
        key = self._collection.mentions[row].key
        name = self._name.get(head, "")
        if name and not name.startswith("new "):
            return Assignment(key, name, probability=sure.get(row, 1.0))
        if not name:
            name = self._name[head] = f"new {self._news}"
            self._head[name] = head
            self._news += 1
        return Assignment(key, None, int(name.removeprefix("new ")), sure.get(row, 1.0))
