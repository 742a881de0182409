"""What is stored of the propagation: where it stands for each page, and the shares by which each passed on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from config.lib.bulk import write_back
from papers.refresh import mark_dirty
from profiles.models import Evidence, SupportFlow
from profiles.models.choices import COUNTING, HOLDING
from profiles.trust.propagation import (
    DAMPING,
    GATES,
    HALF_LIFE_DAYS,
    LEAST_OUT_WEIGHT,
    MOST_BY_INSTITUTION,
    MOST_BY_ONE,
    MOST_BY_OTHERS,
    MOST_PER_PAIR,
    NO_INSTITUTION,
    VERIFIED_FROM,
)

LEAST_MOVE = 1e-7  # a change of z smaller than this moves no score by a hundredth of a point
HALF_LIFE_SECONDS = HALF_LIFE_DAYS * 86_400

_STATES = """
    SELECT author_id, flow, seed, level, out_weight, passed_at FROM profiles_supportflow WHERE author_id = ANY(%s::bigint[])
"""
_GIVEN = """
    SELECT source_id, target_id, weight, extract(epoch FROM latest_at)::float8 FROM profiles_supportedge WHERE source_id = ANY(%s::bigint[])
"""
_RECEIVED = """
    SELECT edge.source_id, edge.target_id, edge.weight, extract(epoch FROM edge.latest_at)::float8,
           state.flow, state.level, state.out_weight, state.passed_at
    FROM profiles_supportedge AS edge JOIN profiles_supportflow AS state ON state.author_id = edge.source_id AND state.passed_at IS NOT NULL
    WHERE edge.target_id = ANY(%s::bigint[])
    ORDER BY edge.target_id, edge.source_id, edge.kind
"""


def decayed(weight: float, latest_at: float, at: float) -> float:
    """A weight after its age; half after two years since the latest event of the edge. Times in seconds."""
    return weight * math.exp2(-max(0.0, at - latest_at) / HALF_LIFE_SECONDS)


@dataclass(frozen=True, slots=True)
class Passed:
    """How a page passes on: its shares, and what they were computed from."""

    level: int
    out_weight: float
    passed_at: float
    shares: Mapping[int, float]


@dataclass(slots=True)
class Stored:
    """What the database holds of the propagation. ``expect`` reads it for many pages in two queries; what was not expected costs two of its own."""

    _x: dict[int, float] = field(default_factory=dict)
    _seed: dict[int, float] = field(default_factory=dict)
    _shares: dict[int, Mapping[int, float]] = field(default_factory=dict)

    def expect(self, people: Collection[int]) -> None:
        """Read what is not known yet of these pages."""
        missing = sorted(set(people) - self._x.keys())
        if not missing:
            return
        states = {row[0]: row[1:] for row in _rows(_STATES, missing)}
        passed_at = {person: state[4] for person, state in states.items() if state[4] is not None}
        given = _weights_of(list(passed_at), passed_at)
        for person in missing:
            flow, seed, level, out_weight, _passed_at = states.get(person, (0.0, 0.0, 0, LEAST_OUT_WEIGHT, None))
            self._x[person], self._seed[person] = flow, seed
            self._shares[person] = _shares(given.get(person, {}), level, out_weight)

    def x_of(self, person: int) -> float:
        """The stored x."""
        self.expect([person])
        return self._x[person]

    def seed_of(self, person: int) -> float:
        """The seed that went into the stored x."""
        self.expect([person])
        return self._seed[person]

    def shares_of(self, person: int) -> Mapping[int, float]:
        """The shares by which a page passed on last."""
        self.expect([person])
        return self._shares[person]

    def pass_on(self, people: Sequence[int], levels: Mapping[int, int], now: float) -> dict[int, Passed]:
        """How these pages pass on now, by the edges that they have now. One query."""
        given = _weights_of(people, dict.fromkeys(people, now))
        passed = {}
        for person in people:
            weights, level = given.get(person, {}), levels.get(person, 0)
            out_weight = max(sum(weights.values()), LEAST_OUT_WEIGHT)
            passed[person] = Passed(level, out_weight, now, _shares(weights, level, out_weight))
        return passed


def one_at_a_time() -> None:
    """Whoever writes where the propagation stands waits for others who do, until the transaction ends. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('profiles_supportflow'))")


def keep_flows(flows: Mapping[int, float], seeds: Mapping[int, float], passed: Mapping[int, Passed]) -> None:
    """Store x where it moved, and how those who were looked at passed on. Two COPYs."""
    write_back(SupportFlow, key="author_id", names=["author_id", "flow"], rows=[(p, max(0.0, x)) for p, x in sorted(flows.items())])
    write_back(
        SupportFlow,
        key="author_id",
        names=["author_id", "seed", "level", "out_weight", "passed_at"],
        rows=[(person, seeds[person], one.level, one.out_weight, one.passed_at) for person, one in sorted(passed.items())],
    )


def keep_community(targets: Sequence[int]) -> None:
    """Compute z of these pages from what is stored, and keep what moved. Three queries and one COPY."""
    incoming = _rows(_RECEIVED, targets)
    verified_as = institutions_of(sorted({row[0] for row in incoming}))
    pairs: dict[tuple[int, int], float] = defaultdict(float)
    states: dict[int, tuple[float, int, float]] = {}
    for source, target, weight, latest_at, flow, level, out_weight, passed_at in incoming:
        pairs[source, target] += decayed(weight, latest_at, passed_at)
        states[source] = (flow, level, out_weight)
    others: defaultdict[int, float] = defaultdict(float)
    verified: defaultdict[tuple[int, int], float] = defaultdict(float)
    for (source, target), weight in pairs.items():
        flow, level, out_weight = states[source]
        given = min(MOST_BY_ONE, DAMPING * float(GATES[level]) * min(MOST_PER_PAIR, weight) / out_weight * flow)
        institution = verified_as.get(source, NO_INSTITUTION)
        if level >= VERIFIED_FROM and institution != NO_INSTITUTION:
            verified[target, institution] += given
        else:
            others[target] += given
    z = {target: min(MOST_BY_OTHERS, others[target]) for target in targets}
    for (target, _institution), given in verified.items():
        z[target] += min(MOST_BY_INSTITUTION, given)
    _keep_z(z)


def institutions_of(people: Sequence[int]) -> dict[int, int]:
    """The institution that the evidence of each page's owner names, the latest confirmed one. One query."""
    return dict(
        Evidence.objects.filter(claim__author_id__in=people, claim__status__in=HOLDING, status__in=COUNTING, institution__isnull=False)
        .order_by("confirmed_at", "pk")
        .values_list("claim__author_id", "institution_id")
    )


def _keep_z(z: Mapping[int, float]) -> None:
    """Store z where it moved, and mark those scores."""
    before = dict(SupportFlow.objects.filter(author_id__in=list(z)).values_list("author_id", "community"))
    moved = [(person, value) for person, value in sorted(z.items()) if abs(before.get(person, 0.0) - value) > LEAST_MOVE]
    write_back(SupportFlow, key="author_id", names=["author_id", "community"], rows=moved)
    mark_dirty(kind="trust", ids=[person for person, _value in moved], reason="community")


def _weights_of(sources: Sequence[int], at: Mapping[int, float]) -> dict[int, dict[int, float]]:
    """The weight that each of these gives to whom, at most 2 for a pair, as of its time. One query."""
    weights: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for source, target, weight, latest_at in _rows(_GIVEN, sources):
        if source != target:
            given = weights[source]
            given[target] = min(MOST_PER_PAIR, given[target] + decayed(weight, latest_at, at[source]))
    return weights


def _shares(weights: Mapping[int, float], level: int, out_weight: float) -> dict[int, float]:
    gate = float(GATES[level])
    return {target: gate * weight / out_weight for target, weight in weights.items()} if gate else {}


def _rows(statement: str, ids: Collection[int]) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, ["{" + ",".join(map(str, ids)) + "}"])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
