"""What another formula would do: how many people would move, and by how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from profiles.models import TrustScore
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
