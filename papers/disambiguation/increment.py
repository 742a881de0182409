"""Mentions that come later join the persons that are known, and nothing that was placed before is moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from papers.disambiguation.blocks import block_among
from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions
from papers.disambiguation.mentions import Constraints, Mention, MentionKey
from papers.disambiguation.model import PairModel, read_model
from papers.disambiguation.names import NameStatistics
from papers.disambiguation.outcomes import Assignment
from papers.disambiguation.settling import Gathered, settle

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
        self._block_rows: dict[int, list[int]] = defaultdict(list)
        self._unit: list[int] = []
        self._head: dict[str, int] = {}
        self._name: dict[int, str] = {}
        self._news = 0
        for row, mention in enumerate(self._collection.mentions):
            name = clusters.get(mention.key, "")
            self._unit.append(self._head.setdefault(name, row) if name else row)
            self._name[self._unit[row]] = name
        self._note_blocks(0)

    def _note_blocks(self, start: int) -> None:
        """Each mention stands in the block of its own name and in those of the other names of its person."""
        blocks = self._collection.arrays.block
        for row in range(start, len(self._unit)):
            self._block_rows[int(blocks[row])].append(row)

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
        self._unit.extend(range(start, total))
        decided = self._decisions(start, constraints or Constraints())
        self._note_blocks(start)
        sure: dict[int, float] = {}
        touched = sorted({int(block) for block in self._collection.arrays.block[start:total]})
        for number in touched:
            self._settle(number, start, decided, sure)
        return [self._assignment(row, sure) for row in range(start, total)]

    def _decisions(self, start: int, constraints: Constraints) -> Decisions:
        """Give decided mentions, and those whose ORCID iD was signed in with, their person; note who may not be whose."""
        found = Decisions(np.asarray(self._unit, np.int64))
        place = {mention.key: row for row, mention in enumerate(self._collection.mentions[start:], start)}
        for key, name in sorted(constraints.decided.items()):
            if key in place:
                self._place(place[key], self._head.setdefault(name, place[key]), name)
                found.person[self._unit[place[key]]] = name
        orcids = self._collection.arrays.orcid
        for row in np.flatnonzero(orcids[start:]) + start:
            same = np.flatnonzero(orcids[:row] == orcids[row])
            if len(same) and self._unit[row] == row:
                self._place(int(row), self._unit[int(same[0])], "")
        found.unit = np.asarray(self._unit, np.int64)
        found.person = {row: name for row, name in found.person.items() if row >= start}  # known persons are apart from each other anyway
        pairs = [(place[key], self._head[name]) for key, name in constraints.refused if key in place and name in self._head]
        for one, other in pairs:
            found.apart.setdefault(one, set()).add(other)
            found.apart.setdefault(other, set()).add(one)
        return found

    def _place(self, row: int, head: int, name: str) -> None:
        """Put a row to a person, unless the person is on the work already."""
        works = self._collection.arrays.work
        if head != row and any(works[other] == works[row] for other, unit in enumerate(self._unit) if unit == head):
            return
        self._unit[row] = head
        if name:
            self._name[head] = name

    def _settle(self, number: int, start: int, decided: Decisions, sure: dict[int, float]) -> None:
        rows = np.asarray(self._block_rows[number], np.int64)
        free = rows[(rows >= start) & (decided.unit[rows] == rows)]
        free = np.asarray([row for row in free.tolist() if row not in decided.person], np.int64)
        if len(rows) == 1 or not len(free):
            return
        block = block_among(self._collection, rows, decided.unit)
        known = np.ones(len(self._unit), np.bool_)
        known[free] = False
        for gathered in settle(self._collection, block, decided, self._model, known).clusters:
            self._take(gathered, free, sure)

    def _take(self, gathered: Gathered, free: np.ndarray, sure: dict[int, float]) -> None:
        new = set(gathered.rows) & set(free.tolist())
        old = [row for row in gathered.rows if row not in new]
        head = self._unit[old[0]] if old else min(new, default=-1)
        for row in new:
            self._unit[row] = head
            sure[row] = gathered.weakest

    def _assignment(self, row: int, sure: dict[int, float]) -> Assignment:
        head = self._unit[row]
        key = self._collection.mentions[row].key
        name = self._name.get(head, "")
        if name and not name.startswith("new "):
            return Assignment(key, name, probability=sure.get(row, 1.0))
        if not name:
            name = self._name[head] = f"new {self._news}"
            self._head[name] = head
            self._news += 1
        return Assignment(key, None, int(name.removeprefix("new ")), sure.get(row, 1.0))
