"""Support between pages: gathered from its sources, and pushed on where it has changed. ``full`` propagates all of it every night."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from config.lib.registries import Support, support_sources
from papers.models import Author
from profiles.models import Standing, SupportEdge, Vouch
from profiles.models.choices import COUNTING, Level, VouchStatus
from profiles.trust.flows import Stored, keep_community, keep_flows, one_at_a_time
from profiles.trust.propagation import Flow

KIND = "support"
GATHERED_AT_ONCE = 5000

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

    One worker at a time (the kind says so): two would push the same residual. Costs what changed, not what there is: a few queries
    for each step that a change travels, each for all pages that it has reached.
    """
    one_at_a_time()
    wanted = list(
        Author.objects.filter(pk__in=set(author_ids)).order_by("pk").values_list("pk", flat=True)
    )  # a split taken back leaves marks
    now = timezone.now().timestamp()
    stored = Stored()
    stored.expect(wanted)
    before = {source: stored.shares_of(source) for source in wanted}
    seeds_before = {source: stored.seed_of(source) for source in wanted}
    store_edges(wanted)
    levels = dict(Standing.objects.filter(author_id__in=wanted, claim__isnull=False).values_list("author_id", "level"))
    passed = stored.pass_on(wanted, levels, now)
    seeds = {source: seed_of_level(levels.get(source, 0)) for source in wanted}

    flow = Flow(x_of=stored.x_of, shares_of=stored.shares_of, expect=stored.expect)
    for source in wanted:
        flow.out[source] = before[source]
        flow.change(source, passed[source].shares, seeds[source] - seeds_before[source])
    moved = flow.push()
    keep_flows({person: flow.x[person] for person in moved}, seeds, passed)
    touched = set(wanted) | moved
    targets = {target for source in touched for target in (*before.get(source, ()), *flow.out.get(source, ()))} | touched
    keep_community(sorted(targets))
    return len(wanted)


def gather_support() -> None:
    """Ask all sources anew for the support of everybody. What dirty rows keep up to date all along, from scratch."""
    givers = sorted({author_id for source in support_sources for author_id in source.everybody()})
    known = SupportEdge.objects.values_list("source_id", flat=True).distinct()
    everybody = sorted({*givers, *known})
    for start in range(0, len(everybody), GATHERED_AT_ONCE):
        store_edges(everybody[start : start + GATHERED_AT_ONCE])


def seed_of_level(level: int) -> float:
    """What trust starts at a page: 1 at L4."""
    return 1.0 if level >= Level.L4 else 0.0


def store_edges(sources: Sequence[int]) -> None:
    """Replace the edges that these pages give by what their sources tell now."""
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
