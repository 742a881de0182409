"""Which slices are out of date: those that show what changed, and those whose time has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from papers.graph.document import NodeKind
from papers.models import GraphSlice, RefreshRequest, SliceScope
from papers.refresh import mark_all, mark_dirty

ARRAYS: Final = "graph-arrays"  # of the whole graph: its one row has the id 1
KINDS: Final[Mapping[NodeKind, str]] = {kind: f"graph-{kind.value}" for kind in NodeKind}
ENOUGH_CHANGED: Final = 0.04  # of the works of a topic or an institution: below, its picture hardly moves
REACH: Final = "graph-reach"  # of works that changed: whose pictures they move
ENOUGH_MOVED: Final = 0.28  # of what it takes to be shown: where less moves, hardly ever do three of a slice's sixty places change hands
USUAL_LAST_RANK: Final = 1e-4  # of slices with free places
LEAST_LAST_RANK: Final = 8e-5  # few slices have less, and the share that moves is known to a quarter of this
DUE_AT_ONCE: Final = 5_000  # that one sweep by age marks

_TOUCHED: Final = """
    WITH work AS (
        SELECT unnest(%(works)s::bigint[]) AS id
    ), author AS (
        SELECT DISTINCT authorship.author_id AS id FROM work JOIN papers_authorship AS authorship ON authorship.work_id = work.id
        WHERE authorship.author_id IS NOT NULL
    ), found (kind, id, count) AS (
        SELECT 'person', id, 1 FROM author
      UNION SELECT 'person', unnest(%(hands)s::bigint[]), 1
      UNION SELECT 'paper', id, 1 FROM work
      UNION SELECT 'paper', citation.cited_id, 1 FROM work JOIN papers_citation AS citation ON citation.citing_id = work.id
      UNION SELECT 'paper', citation.citing_id, 1 FROM work JOIN papers_citation AS citation ON citation.cited_id = work.id
      UNION ALL
        SELECT 'topic', about.topic_id, count(*)
        FROM work JOIN papers_worktopic AS about ON about.work_id = work.id GROUP BY about.topic_id
      UNION ALL
        SELECT 'institution', named.institution_id, count(DISTINCT work.id)
        FROM work JOIN papers_authorship AS authorship ON authorship.work_id = work.id
        JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
        GROUP BY named.institution_id
    ), locked AS (
        SELECT slice.id, found.count FROM papers_graphslice AS slice JOIN found ON found.kind = slice.kind AND found.id = slice.subject_id
        ORDER BY slice.id FOR UPDATE OF slice
    )
    UPDATE papers_graphslice AS slice SET touched = slice.touched + locked.count
    FROM locked WHERE slice.id = locked.id
    RETURNING slice.kind, slice.subject_id, slice.touched, slice.works
"""

_MOVED: Final = """
    SELECT slice.subject_id
    FROM unnest(%s::bigint[], %s::float8[]) AS moved (id, share)
    JOIN papers_graphslice AS slice ON slice.kind = %s AND slice.subject_id = moved.id
    WHERE slice.scope = 'full' AND moved.share >= %s * coalesce(nullif(slice.last_rank, 0), %s)
"""


def works_changed(works: Iterable[int], *, reason: str, hands: Collection[int | None] = ()) -> int:
    """These works stand elsewhere in the graph now: the graph takes them up, and slices that show it are marked; returns how many at once.

    Marked at once are the stored slices of the works and their authors (and of ``hands``, who had them before), of what they cite and are cited by, and
    of topics and institutions of whose works enough have changed. Whose pictures are moved beyond these, a worker finds out (``mark_onlookers``).
    Nothing is made for who has no slice. Call it in the transaction that changes the works; five statements.
    """
    chosen = sorted(set(works))
    if not chosen:
        return 0
    with transaction.atomic():
        _note_changes(chosen)
        if not GraphSlice.objects.exists():
            return 0
        marks: dict[str, list[int]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHED, {"works": chosen, "hands": sorted({one for one in hands if one is not None})})
            for kind, key, touched, in_all in cursor.fetchall():
                if kind in {NodeKind.PERSON, NodeKind.PAPER} or touched >= max(1.0, ENOUGH_CHANGED * in_all):
                    marks[KINDS[NodeKind(kind)]].append(key)
        return mark_all(marks={**marks, REACH: chosen}, reason=reason) - len(chosen)


def mark_onlookers(moved: Mapping[NodeKind, tuple[Sequence[int], Sequence[float]]]) -> int:
    """Mark the slices of which enough moves; returns how many. ``moved`` gives subjects and the share of their walk that is led elsewhere.

    The ranks of a slice sum to one, and move by that share in all: what is too little for the last place changes nothing. Two statements a kind.
    """
    marks: dict[str, Iterable[int]] = {}
    with connection.cursor() as cursor:
        for kind, (keys, shares) in moved.items():
            cursor.execute(_MOVED, [list(keys), list(shares), kind.value, ENOUGH_MOVED, USUAL_LAST_RANK])
            marks[KINDS[kind]] = [key for (key,) in cursor.fetchall()]
    return mark_all(marks=marks, reason="reach")


def slices_changed(*, people: Collection[int] = (), institutions: Collection[int] = (), reason: str) -> int:
    """The stored slices of these subjects are out of date, although no work of theirs changed; returns how many. Four statements."""
    marks: dict[str, Iterable[int]] = {}
    for kind, keys in ((NodeKind.PERSON, people), (NodeKind.INSTITUTION, institutions)):
        found = GraphSlice.objects.filter(kind=kind.value, subject_id__in=list(keys))
        marks[KINDS[kind]] = list(found.values_list("subject_id", flat=True))
    return mark_all(marks=marks, reason=reason)


def people_changed(people: Collection[int], *, reason: str) -> int:
    """These people are named otherwise now, or not at all: every stored slice that shows one of them is marked; returns how many. Two statements."""
    marks: dict[str, list[int]] = defaultdict(list)
    shown = GraphSlice.objects.filter(Q(people__overlap=list(people)) | Q(kind=NodeKind.PERSON.value, subject_id__in=list(people)))
    for kind, key in shown.values_list("kind", "subject_id") if people else ():
        marks[KINDS[NodeKind(kind)]].append(key)
    return mark_all(marks=marks, reason=reason)


def want_slice(kind: NodeKind, subject_id: int, *, reason: str) -> None:
    """Have the whole slice of this subject built soon. One statement."""
    mark_dirty(kind=KINDS[kind], ids=[subject_id], reason=reason)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many slices of a kind are stored, only sketched, overdue by age, and marked; and when the oldest of them was built."""

    kind: str
    stored: int
    sketched: int
    overdue: int
    waiting: int
    oldest: datetime | None


def freshness() -> list[Freshness]:
    """The state of the stored slices, kind by kind. Two queries, over all of them."""
    sketched, overdue = Q(scope=SliceScope.ONE_HOP), Q(due_at__lte=timezone.now())
    counted = (
        GraphSlice.objects.values("kind")
        .order_by("kind")
        .annotate(stored=Count("pk"), sketched=Count("pk", filter=sketched), overdue=Count("pk", filter=overdue), oldest=Min("built_at"))
    )
    found: dict[str, Mapping[str, Any]] = {row["kind"]: row for row in counted}
    marked = dict(RefreshRequest.objects.filter(kind__in=KINDS.values()).values_list("kind").order_by("kind").annotate(rows=Count("pk")))
    return [_freshness(kind.value, found.get(kind.value, {}), marked.get(key, 0)) for kind, key in KINDS.items()]


def _freshness(kind: str, counted: Mapping[str, Any], waiting: int) -> Freshness:
    stored, sketched, overdue = (counted.get(name, 0) for name in ("stored", "sketched", "overdue"))
    return Freshness(kind, stored, sketched, overdue, waiting, counted.get("oldest"))


def want_arrays(*, reason: str) -> None:
    """Have the graph's arrays built anew. One statement."""
    mark_dirty(kind=ARRAYS, ids=[1], reason=reason)


def mark_aged(now: datetime | None = None) -> int:
    """Mark the slices whose time has come, the longest overdue first, so many at a time; returns how many.

    They are put off by a day, so that the next sweep finds others; building sets their time anew. Three statements.
    """
    with transaction.atomic():
        due = GraphSlice.objects.filter(due_at__lte=now or timezone.now()).order_by("due_at", "pk")[:DUE_AT_ONCE]
        rows = list(due.select_for_update(skip_locked=True).values_list("pk", "kind", "subject_id"))
        GraphSlice.objects.filter(pk__in=[row[0] for row in rows]).update(due_at=F("due_at") + timedelta(days=1))
        marks: dict[str, list[int]] = defaultdict(list)
        for _, kind, key in rows:
            marks[KINDS[NodeKind(kind)]].append(key)
        return mark_all(marks=marks, reason="age")


def _note_changes(works: list[int]) -> None:
    """Until the next arrays know them, these works are read afresh."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_graphchange (work_id, at, xact) SELECT work_id, clock_timestamp(), pg_current_xact_id()::text::bigint"
            " FROM unnest(%s::bigint[]) AS given (work_id)"
            " ON CONFLICT (work_id) DO UPDATE SET at = EXCLUDED.at, xact = EXCLUDED.xact",
            [works],
        )
