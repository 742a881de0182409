"""All scores computed again from the inputs that are stored with them, with what moves with time, with others and with the field as it is now.

What only the page itself moves (works, evidence, profile) is kept by dirty rows, so nothing of the record is read here: a million scores
take less than a minute. A score is written where it moves by what anybody could see; else it stays as it is, with the inputs it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from config.lib.side_by_side import side_by_side
from papers.refresh import mark_dirty
from profiles.evidence.vouching import COSTLY
from profiles.models import Sanction, Vouch
from profiles.models.choices import ClaimStatus, VouchStatus
from profiles.trust.formula import FORMULA_VERSION, Ints, TrustParts, trust
from profiles.trust.reading import UsualFigures
from profiles.trust.scores import KIND, canonical, refresh_scores
from profiles.trust.shadows import next_formulas, store_shadows
from profiles.trust.stored import Piece, ids_in_pieces, read_piece
from profiles.trust.storing import chosen, lock_scores, store_scores

AT_ONCE = 20_000
LEAST_SEEN = 0.005  # points: two decimals are shown
JUST_ENDED = timedelta(days=30)  # a sanction that ended lately is still in the score, however many nights were missed


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many scores were looked at, and how many written."""

    seen: int
    written: int


def recompute_everybody(now: datetime | None = None, *, progress: Callable[[int], object] = lambda _count: None) -> Recomputed:
    """Compute all scores again, in pieces of twenty thousand, each its own transaction, two at a time; ``progress`` is told of each. Safe beside workers.

    So are those by the next formula, of everybody. Pages under sanctions are read afresh, as a sanction fades with every day. Pages that have no score
    yet are left to their dirty rows.
    """
    now = now or timezone.now()
    usual = UsualFigures.latest()
    sanctioned = _under_sanctions(now)
    seen = written = 0

    def one_piece(bounds: tuple[int, int]) -> Recomputed:
        with transaction.atomic():
            return _recompute(read_piece(*bounds, usual, now), sanctioned, now)

    for done in side_by_side(one_piece, ids_in_pieces(AT_ONCE)):
        seen, written = seen + done.seen, written + done.written
        progress(done.seen)
    for ids in _pieces(sorted(sanctioned)):
        with transaction.atomic():
            written += refresh_scores(ids)
    return Recomputed(seen, written)


def _recompute(piece: Piece, sanctioned: Collection[int], now: datetime) -> Recomputed:
    parts = trust(piece.inputs)
    before = piece.before
    ours = piece.readable & ~np.isin(piece.author_ids, list(sanctioned))
    moved = (
        (np.abs(parts.score - before["score"]) >= LEAST_SEEN)
        | (parts.shown != before["shown"])
        | (parts.band != before["band"])
        | (before["formula_version"] != FORMULA_VERSION)
    )
    written = _write(piece, parts, np.flatnonzero(ours & moved), now)
    for version, following in next_formulas().items():
        store_shadows(version, piece.author_ids, following(piece.inputs), now, ours)
    mark_dirty(kind=KIND, ids=piece.author_ids[~piece.readable].tolist(), reason="everything")
    return Recomputed(len(piece.author_ids), written)


def _write(piece: Piece, parts: TrustParts, places: Ints, now: datetime) -> int:
    """Write the scores at these places; returns how many. One that a worker has computed meanwhile is left alone."""
    before = lock_scores(piece.author_ids[places].tolist())
    found = zip(places.tolist(), piece.author_ids[places].tolist(), piece.computed[places].tolist(), strict=True)
    kept = [(place, page) for place, page, computed in found if page in before and before[page].computed == computed]
    if not kept:
        return 0
    rows = np.array([place for place, _page in kept], dtype=np.int64)
    inputs = [canonical(before[page].inputs | piece.patch(place)) for place, page in kept]
    reasons = dict.fromkeys((page for _place, page in kept), "night")
    store_scores(piece.author_ids[rows], piece.inputs.level[rows], chosen(parts, rows), inputs, before=before, reasons=reasons, now=now)
    return len(rows)


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
