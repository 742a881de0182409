"""All scores computed again from the inputs that are stored with them: what moves with time, with others and with the field is brought up to date.

What only the page itself moves (works, evidence, profile) is kept by dirty rows, so nothing of the record is read here: a million scores
take less than a minute. A score is written where it moves by what anybody could see; else it stays as it is, with the inputs it came from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from config.lib.bulk import write_back
from profiles.evidence.vouching import COSTLY
from profiles.models import Sanction, TrustEvent, TrustScore, Vouch
from profiles.models.choices import ClaimStatus, Level, VouchStatus
from profiles.trust.formula import FORMULA_VERSION, TrustParts, trust
from profiles.trust.reading import SECONDS_A_DAY, UsualFigures, pack, years_in_windows
from profiles.trust.scores import event_of, input_hash, parts_of, refresh_scores

AT_ONCE = 20_000
LEAST_SEEN = 0.005  # points: two decimals are shown
JUST_ENDED = timedelta(days=30)  # a sanction that ended lately is still in the score, however many nights were missed

_READ = """
    SELECT score.author_id, score.score, score.shown, score.band, score.formula_version, score.input_hash, score.inputs::text,
           coalesce(flow.community, 0), figures.field_id,
           CASE WHEN score.computed_at < %(new_year)s THEN figures.by_year::text END,
           extract(epoch FROM standing.l2_since)::float8
    FROM profiles_trustscore AS score
         JOIN papers_author AS author ON author.id = score.author_id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
         LEFT JOIN papers_authorfigures AS figures ON figures.author_id = score.author_id
         LEFT JOIN profiles_supportflow AS flow ON flow.author_id = score.author_id
         LEFT JOIN profiles_standing AS standing ON standing.author_id = score.author_id
    WHERE score.author_id > %(after)s
    ORDER BY score.author_id
    LIMIT %(most)s
"""
_COLUMNS = ["author_id", "formula_version", "score", "shown", "band", "level", "parts", "inputs", "input_hash", "computed_at"]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many scores were looked at, and how many written."""

    seen: int
    written: int


@dataclass(frozen=True, slots=True)
class _Stored:
    """A score as it is stored, with the inputs that it would have now."""

    author_id: int
    score: float
    shown: int
    band: int
    formula_version: int
    input_hash: str
    inputs: dict[str, Any]


def recompute_everybody(now: datetime | None = None, *, progress: Callable[[int], object] = lambda _count: None) -> Recomputed:
    """Compute all scores again, in pieces of twenty thousand, each its own transaction; ``progress`` is told of each. Safe beside workers.

    Pages under sanctions are read afresh, as a sanction fades with every day. Pages that have no score yet are left to their dirty rows.
    """
    now = now or timezone.now()
    usual = UsualFigures.latest()
    sanctioned = _under_sanctions(now)
    seen = written = after = 0
    while stored := list(_read(after, usual, now)):
        after = stored[-1].author_id
        with transaction.atomic():
            written += _write([one for one in stored if one.author_id not in sanctioned], now)
        seen += len(stored)
        progress(len(stored))
    for ids in _pieces(sorted(sanctioned)):
        with transaction.atomic():
            written += refresh_scores(ids)
    return Recomputed(seen, written)


def _read(after: int, usual: UsualFigures, now: datetime) -> Iterator[_Stored]:
    new_year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"after": after, "most": AT_ONCE, "new_year": new_year})
        rows = cursor.fetchall()
    everything = json.loads(f"[{','.join([row[6] for row in rows])}]")  # all at once: a fifth of the time
    for (author_id, score, shown, band, version, hashed, _text, z, field_id, by_year, l2_since), inputs in zip(
        rows, everything, strict=True
    ):
        statistics = usual.of(field_id)
        inputs["z"] = round(z, 12)
        inputs["n90"], inputs["kappa"] = list(statistics.n90), statistics.kappa
        inputs["statistics_version"], inputs["field_key"] = usual.version, statistics.name
        if by_year is not None:
            inputs["in_window"], inputs["active_years"] = years_in_windows(json.loads(by_year), inputs["works"], now.year)
        if l2_since is not None and inputs["level"] >= Level.L2:
            inputs["clean_days"] = float(int(max(0.0, now.timestamp() - l2_since) / SECONDS_A_DAY))
        yield _Stored(author_id, score, shown, band, version, hashed, inputs)


def _write(stored: Sequence[_Stored], now: datetime) -> int:
    """Write those scores that move; returns how many. One that a worker has computed meanwhile is left alone."""
    if not stored:
        return 0
    parts = trust(pack([one.inputs for one in stored]))
    moved = {
        stored[place].author_id: place
        for place in np.flatnonzero(
            (np.abs(parts.score - [one.score for one in stored]) >= LEAST_SEEN)
            | (parts.shown != [one.shown for one in stored])
            | (parts.band != [one.band for one in stored])
            | (np.array([one.formula_version for one in stored]) != FORMULA_VERSION)
        ).tolist()
    }
    locked = TrustScore.objects.select_for_update(no_key=True).filter(author_id__in=moved).order_by("author_id")
    rows = [
        _row(stored[moved[author_id]], parts, moved[author_id], now)
        for author_id, hashed in locked.values_list("author_id", "input_hash")
        if hashed == stored[moved[author_id]].input_hash
    ]
    shows = [row for row in rows if _shows(row, stored[moved[row[0]]])]
    before = TrustScore.objects.defer("inputs").in_bulk([row[0] for row in shows])
    write_back(TrustScore, key="author_id", names=_COLUMNS, rows=rows, insert=False)
    events = [event_of(TrustScore(**dict(zip(_COLUMNS, row, strict=True))), now, before[row[0]], ("night",)) for row in shows]
    TrustEvent.objects.bulk_create(events, batch_size=2000)
    return len(rows)


def _row(one: _Stored, parts: TrustParts, place: int, now: datetime) -> tuple[Any, ...]:
    return (
        one.author_id,
        FORMULA_VERSION,
        float(parts.score[place]),
        int(parts.shown[place]),
        int(parts.band[place]),
        one.inputs["level"],
        parts_of(parts, place),
        one.inputs,
        input_hash(one.inputs),
        now,
    )


def _shows(row: tuple[Any, ...], before: _Stored) -> bool:
    """Whether it shows another number or band."""
    return (before.shown, before.band) != (row[3], row[4])


def _under_sanctions(now: datetime) -> set[int]:
    """The pages whose score a sanction lowers, or lowered until some days ago. Two queries."""
    in_force = Q(ends_at__isnull=True) | Q(ends_at__gt=now - JUST_ENDED)
    stored = Sanction.objects.filter(in_force, lifted_at__isnull=True).values_list("author_id", flat=True)
    vouched = Vouch.objects.filter(
        status=VouchStatus.GIVEN, evidence__claim__status=ClaimStatus.REVOKED, evidence__claim__reason_code__in=COSTLY
    ).values_list("voucher_author_id", flat=True)
    return {*stored, *vouched}


def _pieces(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = list(ids)
    for start in range(0, len(ordered), 500):
        yield ordered[start : start + 500]
