"""What another formula would do: how many people would move, and by how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, F, Min, Q, Sum

from profiles.models import ShadowScore, TrustScore
from profiles.trust.formula import LEVEL_CAP, LEVEL_FACTOR, Floats, band_of, rounded, trust
from profiles.trust.reading import pack

SAMPLE = 10_000  # scores at most, so that the answer comes within seconds whatever the number of people
MOVES = (1, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Over ``people`` scores (of ``all_people``): how many would rise or fall by at least so many points, and between which bands."""

    people: int
    all_people: int
    up: dict[int, int]
    down: dict[int, int]
    bands: dict[tuple[int, int], int]
    mean: float


def what_if(weights: tuple[float, float, float, float, float]) -> WhatIf:
    """The scores by other weights of I, Q, S, N and D, beside those of now. Two queries; an even sample where there are very many."""
    count = TrustScore.objects.count()
    step = max(1, -(-count // SAMPLE))
    rows = TrustScore.objects.order_by("author_id").values_list("inputs", flat=True)
    inputs = list(rows) if step == 1 else list(rows.extra(where=["author_id %% %s = 0"], params=[step])[:SAMPLE])
    if not inputs:
        return WhatIf(0, count, {}, {}, {}, 0.0)
    packed = pack(inputs)
    parts = trust(packed)
    components = np.column_stack(
        [parts.identity, parts.quality, LEVEL_FACTOR[packed.level] * parts.scholarly, parts.community, parts.conduct]
    )
    after: Floats = np.minimum(LEVEL_CAP[packed.level], 100.0 * packed.sanctions * (components @ np.array(weights)))
    moved = after - parts.score
    bands = Counter(zip(parts.band.tolist(), band_of(rounded(after)).tolist(), strict=True))
    return WhatIf(
        people=len(inputs),
        all_people=count,
        up={by: int((moved >= by).sum()) for by in MOVES},
        down={by: int((moved <= -by).sum()) for by in MOVES},
        bands={pair: number for pair, number in sorted(bands.items()) if pair[0] != pair[1]},
        mean=float(moved.mean()),
    )


@dataclass(frozen=True, slots=True)
class NextFormula:
    """What a next formula gives beside the present one: ``moves`` is over everybody computed by it, ``since`` when the oldest of these was."""

    version: int
    since: datetime
    moves: WhatIf


def next_formulas_beside() -> list[NextFormula]:
    """The formulas that are computed beside the present one, over all pages. Two queries; a second or two for a million."""
    people = TrustScore.objects.count()
    by = F("score") - F("author__trust__score")
    sums = {f"up_{least}": Count("pk", filter=Q(by__gte=least)) for least in MOVES}
    sums |= {f"down_{least}": Count("pk", filter=Q(by__lte=-least)) for least in MOVES}
    rows: list[Any] = list(
        ShadowScore.objects.filter(author__trust__isnull=False)
        .annotate(by=by)
        .order_by("formula_version", "author__trust__band", "band")
        .values("formula_version", "author__trust__band", "band")
        .annotate(n=Count("pk"), total=Sum("by"), since=Min("computed_at"), **sums)
    )
    versions = sorted({row["formula_version"] for row in rows})
    return [_beside(version, [row for row in rows if row["formula_version"] == version], people) for version in versions]


def _beside(version: int, rows: list[Any], people: int) -> NextFormula:
    computed = sum(row["n"] for row in rows)
    pairs = {(row["author__trust__band"], row["band"]): row["n"] for row in rows}
    return NextFormula(
        version,
        min(row["since"] for row in rows),
        WhatIf(
            people=computed,
            all_people=people,
            up={least: sum(row[f"up_{least}"] for row in rows) for least in MOVES},
            down={least: sum(row[f"down_{least}"] for row in rows) for least in MOVES},
            bands={pair: n for pair, n in pairs.items() if pair[0] != pair[1]},
            mean=sum(row["total"] for row in rows) / computed,
        ),
    )
