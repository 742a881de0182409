"""Support between pages: gathered from its sources, propagated in full every night and by pushing changes in between."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from config.lib.registries import Support, support_sources
from papers.refresh import mark_dirty
from profiles.models import Evidence, Standing, SupportEdge, TrustScore, Vouch
from profiles.models.choices import COUNTING, HOLDING, Level, VouchStatus
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
    Edges,
    Flow,
    community,
    decay,
    propagate,
    transfer,
)
from profiles.trust.reading import SECONDS_A_DAY
from profiles.trust.scores import refresh_scores

KIND = "support"
LEAST_MOVE = 1e-7  # a change of z smaller than this moves no score by a hundredth of a point

_COAUTHORS = """
    SELECT own.author_id, other.author_id, count(*), max(greatest(own.decided_at, other.decided_at))
    FROM papers_authorship AS own
    JOIN papers_authorship AS other ON other.work_id = own.work_id AND other.author_id <> own.author_id
    JOIN profiles_standing AS mine ON mine.author_id = own.author_id AND mine.claim_id IS NOT NULL AND mine.level >= 2
    JOIN profiles_standing AS theirs ON theirs.author_id = other.author_id AND theirs.claim_id IS NOT NULL AND theirs.level >= 2
    WHERE own.author_id = ANY(%s) AND own.decided_by_person AND other.decided_by_person
    GROUP BY own.author_id, other.author_id
"""


def vouches(author_ids: Sequence[int]) -> Iterable[Support]:
    """The vouches that these pages' owners give and that hold. One query."""
    given = Vouch.objects.filter(
        voucher_author_id__in=author_ids, status=VouchStatus.GIVEN, evidence__status__in=COUNTING, answered_at__isnull=False
    ).values_list("voucher_author_id", "evidence__claim__author_id", "answered_at")
    for source, target, answered_at in given:
        if answered_at is not None:
            yield Support(source, target, 1.0, answered_at)


def verified_coauthorship(author_ids: Sequence[int]) -> Iterable[Support]:
    """Joint works that both sides, claimed at L2 or above, have confirmed: ``.7 (1 - exp(-n/2))``. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COAUTHORS, [list(author_ids)])
        for source, target, joint, latest_at in cursor.fetchall():
            yield Support(source, target, 0.7 * (1.0 - math.exp(-joint / 2)), latest_at)


def everybody_with_a_claim() -> Iterable[int]:
    """The pages with an owner: only they support anybody."""
    return Standing.objects.filter(claim__isnull=False).values_list("author_id", flat=True)


def refresh_support(author_ids: Sequence[int]) -> int:
    """Bring the support that these pages give up to date and push on what has changed; marks the scores that move.

    One worker at a time (the kind says so): two would push the same residual. Costs what changed, not what there is.
    """
    wanted = sorted(set(author_ids))
    now = timezone.now()
    stored = _Stored()
    _have_scores(wanted)
    before = {source: stored.shares_of(source) for source in wanted}
    seeds_before = {source: stored.seed_of(source) for source in wanted}
    _store_edges(wanted)
    flow = Flow(x_of=stored.x_of, shares_of=lambda person: before[person] if person in before else stored.shares_of(person))
    levels = dict(Standing.objects.filter(author_id__in=wanted, claim__isnull=False).values_list("author_id", "level"))
    seeds = {source: _seed(levels.get(source, 0)) for source in wanted}
    after = {source: _shares(_weights([source], now).get(source, {}), levels.get(source, 0)) for source in wanted}
    for source in wanted:
        flow.change(source, after[source], seeds[source] - seeds_before[source])
    moved = flow.push()
    _keep_shares(after)
    _keep_flow({person: flow.x[person] for person in moved}, seeds)
    touched = set(wanted) | moved
    _have_scores(sorted({*moved, *(target for shares in after.values() for target in shares)}))
    targets = {target for source in touched for target in (*before.get(source, {}), *_targets(source, after, stored))} | touched
    _keep_community(sorted(targets))
    return len(wanted)


def rebuild_support(now: datetime | None = None) -> int:
    """Gather all support anew and propagate it in full; marks the scores that move; returns how many edges there are.

    Sparse matrices: 10 million pages and 52 million edges took 7 s in a prototype. Every night, and after a freeze.
    """
    now = now or timezone.now()
    with transaction.atomic():
        givers = sorted({author_id for source in support_sources for author_id in source.everybody()})
        known = SupportEdge.objects.values_list("source_id", flat=True).distinct()
        _store_edges(sorted({*givers, *known}))
        rows = list(SupportEdge.objects.values_list("source_id", "target_id", "weight", "latest_at", "pk"))
        people = sorted({person for source, target, *_rest in rows for person in (source, target)} | set(_seeded()))
        if not people:
            return 0
        _have_scores(people)
        number = {person: place for place, person in enumerate(people)}
        levels, institutions = _levels_and_institutions(people)
        ages = np.array([max(0.0, (now - row[3]).total_seconds() / SECONDS_A_DAY) for row in rows])
        edges = Edges(
            np.array([number[row[0]] for row in rows], dtype=np.int64),
            np.array([number[row[1]] for row in rows], dtype=np.int64),
            decay(np.array([row[2] for row in rows], dtype=np.float64), ages),
        )
        shares = transfer(edges, levels)
        seeds = (levels == Level.L4).astype(np.float64)
        x = propagate(shares, seeds)
        z = community(shares, x, levels, institutions)
        by_source: dict[int, dict[int, float]] = {}
        for place, person in enumerate(people):
            start, end = shares.indptr[place], shares.indptr[place + 1]
            by_source[person] = {
                people[other]: float(value) for other, value in zip(shares.indices[start:end], shares.data[start:end], strict=True)
            }
        _keep_shares(by_source)
        _keep_flow(dict(zip(people, x.tolist(), strict=True)), dict(zip(people, seeds.tolist(), strict=True)))
        _keep_z(dict(zip(people, z.tolist(), strict=True)))
        gone = TrustScore.objects.exclude(author_id__in=people).exclude(community=0.0).values_list("author_id", flat=True)
        _keep_z(dict.fromkeys(gone, 0.0))
    return len(rows)


def _have_scores(people: Sequence[int]) -> None:
    """What flows is kept beside a score: pages that have none yet get theirs first."""
    scored = set(TrustScore.objects.filter(author_id__in=people).values_list("author_id", flat=True))
    refresh_scores([person for person in people if person not in scored])


class _Stored:
    """What the database holds of the propagation, looked up person by person as pushing comes to them."""

    def x_of(self, person: int) -> float:
        return float(TrustScore.objects.filter(author_id=person).values_list("flow", flat=True).first() or 0.0)

    def shares_of(self, person: int) -> dict[int, float]:
        return dict(SupportEdge.objects.filter(source_id=person, share__gt=0).values_list("target_id", "share"))

    def seed_of(self, person: int) -> float:
        """The seed that went into the stored x."""
        return float(TrustScore.objects.filter(author_id=person).values_list("seed", flat=True).first() or 0.0)


def _seed(level: int) -> float:
    return 1.0 if level >= Level.L4 else 0.0


def _seeded() -> Iterable[int]:
    return Standing.objects.filter(level=Level.L4, claim__isnull=False).values_list("author_id", flat=True)


def _weights(sources: Sequence[int], now: datetime) -> dict[int, dict[int, float]]:
    """The decayed weight that each of these gives to whom, at most 2 for a pair."""
    weights: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for source, target, weight, latest_at in SupportEdge.objects.filter(source_id__in=sources).values_list(
        "source_id", "target_id", "weight", "latest_at"
    ):
        age = max(0.0, (now - latest_at).total_seconds() / SECONDS_A_DAY)
        weights[source][target] = min(MOST_PER_PAIR, weights[source][target] + weight * 2.0 ** (-age / HALF_LIFE_DAYS))
    return weights


def _shares(weights: Mapping[int, float], level: int) -> dict[int, float]:
    gate = float(GATES[level])
    if not gate or not weights:
        return {}
    whole = max(sum(weights.values()), LEAST_OUT_WEIGHT)
    return {target: gate * weight / whole for target, weight in weights.items()}


def _targets(source: int, after: Mapping[int, Mapping[int, float]], stored: _Stored) -> Iterable[int]:
    return after[source] if source in after else stored.shares_of(source)


def _store_edges(sources: Sequence[int]) -> None:
    """Replace the edges that these pages give by what their sources tell now; shares that were propagated stay until they are kept anew."""
    told: dict[tuple[int, int, str], Support] = {}
    for source in support_sources:
        for support in source.between(sources):
            if support.source != support.target:
                told[support.source, support.target, source.key] = support
    rows = [
        SupportEdge(source_id=one.source, target_id=one.target, kind=kind, weight=one.weight, latest_at=one.latest_at)
        for (_source, _target, kind), one in sorted(told.items())
    ]
    keep = set(told)
    gone = [
        pk
        for pk, source, target, kind in SupportEdge.objects.filter(source_id__in=sources).values_list(
            "pk", "source_id", "target_id", "kind"
        )
        if (source, target, kind) not in keep
    ]
    SupportEdge.objects.filter(pk__in=gone).delete()
    SupportEdge.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["source", "target", "kind"], update_fields=["weight", "latest_at"], batch_size=5000
    )


def _keep_shares(shares: Mapping[int, Mapping[int, float]]) -> None:
    """Remember what was propagated, on the first edge of each pair."""
    first: dict[tuple[int, int], int] = {}
    edges = SupportEdge.objects.filter(source_id__in=list(shares)).order_by("kind").values_list("pk", "source_id", "target_id", "share")
    changed = []
    for pk, source, target, share in edges:
        is_first = first.setdefault((source, target), pk) == pk
        value = shares[source].get(target, 0.0) if is_first else 0.0
        if value != share:
            changed.append((pk, value))
    _update("profiles_supportedge", "id", "share", changed)


def _keep_flow(flows: Mapping[int, float], seeds: Mapping[int, float]) -> None:
    _update("profiles_trustscore", "author_id", "flow", sorted(flows.items()))
    _update("profiles_trustscore", "author_id", "seed", sorted(seeds.items()))


def _keep_community(targets: Sequence[int]) -> None:
    """Compute z of these pages from what is stored, and keep what moved."""
    incoming = list(SupportEdge.objects.filter(target_id__in=targets, share__gt=0).values_list("source_id", "target_id", "share"))
    supporters = sorted({source for source, _target, _share in incoming})
    x = dict(TrustScore.objects.filter(author_id__in=supporters).values_list("author_id", "flow"))
    levels, institutions = _levels_and_institutions(supporters)
    known = {person: (int(levels[place]), int(institutions[place])) for place, person in enumerate(supporters)}
    others: dict[int, float] = defaultdict(float)
    verified: dict[tuple[int, int], float] = defaultdict(float)
    for source, target, share in incoming:
        given = min(MOST_BY_ONE, DAMPING * share * x.get(source, 0.0))
        level, institution = known[source]
        if level >= VERIFIED_FROM and institution != NO_INSTITUTION:
            verified[target, institution] += given
        else:
            others[target] += given
    z = {target: min(MOST_BY_OTHERS, others[target]) for target in targets}
    for (target, _institution), given in verified.items():
        z[target] += min(MOST_BY_INSTITUTION, given)
    _keep_z(z)


def _keep_z(z: Mapping[int, float]) -> None:
    """Store z where it moved, and mark those scores."""
    before = dict(TrustScore.objects.filter(author_id__in=list(z)).values_list("author_id", "community"))
    moved = [(person, value) for person, value in sorted(z.items()) if person in before and abs(before[person] - value) > LEAST_MOVE]
    _update("profiles_trustscore", "author_id", "community", moved)
    mark_dirty(kind="trust", ids=[person for person, _value in moved], reason="community")


def _levels_and_institutions(people: Sequence[int]) -> tuple[Any, Any]:
    """The level of each page that has an owner, 0 otherwise, and the institution that its evidence names. Two queries."""
    levels = dict(Standing.objects.filter(author_id__in=people, claim__isnull=False).values_list("author_id", "level"))
    named = (
        Evidence.objects.filter(claim__author_id__in=people, claim__status__in=HOLDING, status__in=COUNTING, institution__isnull=False)
        .order_by("confirmed_at", "pk")
        .values_list("claim__author_id", "institution_id")
    )
    institutions = dict(named)
    return (
        np.array([levels.get(person, 0) for person in people], dtype=np.int64),
        np.array([institutions.get(person, NO_INSTITUTION) for person in people], dtype=np.int64),
    )


def _update(table: str, key: str, column: str, values: Sequence[tuple[int, float]]) -> None:
    """Set one column of many rows; one statement."""
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = new.value FROM unnest(%s::bigint[], %s::float8[]) AS new (id, value) WHERE {table}.{key} = new.id",  # noqa: S608 - names of ours
            [[pk for pk, _value in values], [value for _pk, value in values]],
        )
