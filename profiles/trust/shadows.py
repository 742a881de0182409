"""Scores by the next formula, computed beside the present ones before they are shown: of a page with its own score, of everybody every night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from config.lib.bulk import copy_columns
from profiles.models import ShadowScore
from profiles.trust.formula import Ints, TrustInputs, TrustParts

NEXT_FORMULAS: dict[int, Callable[[TrustInputs], TrustParts]] = {}
"""Formulas that are computed beside the present one: version to a function like ``formula.trust``. Two weeks here, then shown."""

_STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS staged_shadows (author_id int8, score float8, shown int8, band int8) ON COMMIT DELETE ROWS"
_STORE = """
    INSERT INTO profiles_shadowscore AS kept (author_id, formula_version, score, shown, band, computed_at)
    SELECT author_id, %(version)s, score, shown, band, %(now)s FROM staged_shadows ORDER BY author_id
    ON CONFLICT (author_id, formula_version) DO UPDATE
    SET score = EXCLUDED.score, shown = EXCLUDED.shown, band = EXCLUDED.band, computed_at = EXCLUDED.computed_at
    WHERE (kept.score, kept.shown, kept.band) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.shown, EXCLUDED.band)
"""


def next_formulas() -> Mapping[int, Callable[[TrustInputs], TrustParts]]:
    """The formulas to come, by version."""
    return NEXT_FORMULAS


def store_shadows(version: int, author_ids: Ints, parts: TrustParts, now: datetime, rows: Any = slice(None)) -> None:
    """Store what a next formula gives these pages, or those chosen by ``rows``. One COPY and one statement; only those that differ are written."""
    chosen: dict[str, NDArray[Any]] = {
        "author_id": author_ids[rows],
        "score": parts.score[rows],
        "shown": parts.shown[rows],
        "band": parts.band[rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE staged_shadows")
        copy_columns("staged_shadows", {name: np.ascontiguousarray(array) for name, array in chosen.items()})
        cursor.execute(_STORE, {"version": version, "now": now})


def drop_former() -> int:
    """Forget what formulas gave that are no longer to come; returns how many rows."""
    return ShadowScore.objects.exclude(formula_version__in=list(NEXT_FORMULAS)).delete()[0]
