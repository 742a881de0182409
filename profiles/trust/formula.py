"""The trust score's formula, version 1. Pure: arrays in, arrays out, the same code for one page and for millions.

``T = min(cap_L, 100 * M * (0.35 I + 0.15 Q + 0.20 a_L S + 0.20 N + 0.10 D))``; every term is defined in docs/trust.md.
Neither citation counts, followers, h-index nor venues enter it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FORMULA_VERSION = 1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEIGHT_I, WEIGHT_Q, WEIGHT_S, WEIGHT_N, WEIGHT_D = 0.35, 0.15, 0.20, 0.20, 0.10
LEVEL_FACTOR = np.array([0.35, 0.65, 0.85, 1.0, 1.0])  # a_L
LEVEL_CAP = np.array([14.0, 34.0, 59.0, 84.0, 100.0])
BANDS = ("Thin record", "Emerging", "Established", "Trusted", "Highly trusted")
WINDOWS = (3, 7, 15, None)
"""Career windows in years; None is all years."""

Z_HALF = 0.1  # z at which N is one half
CLEAN_HALF_LIFE_DAYS = 180.0
SANCTION_HALF_LIFE_DAYS = 365.0
LEAST_KAPPA = 4.0


@dataclass(frozen=True, slots=True)
class TrustInputs:
    """What the score of n pages rests on; every array has n rows, ``in_window`` and ``n90`` have one column for each of ``WINDOWS``.

    Counts are of works unless said otherwise. ``identity`` is I in [0, 1) (``profiles.levels``), ``confidence`` that of disambiguation.
    ``owner_share`` is the share of works that the owner looked at, 0 without owner; ``sanctions`` is M in [0, 1]. ``clean_days``
    counts from reaching L2 or from the latest sanction; 0 below L2.
    """

    level: Ints
    is_claimed: NDArray[np.bool_]
    identity: Floats
    with_ids: Floats
    with_abstract: Floats
    has_ror: NDArray[np.bool_]
    topics: Floats
    confidence: Floats
    owner_share: Floats
    has_position: NDArray[np.bool_]
    has_biography: NDArray[np.bool_]
    has_links: NDArray[np.bool_]
    in_window: Floats
    n90: Floats
    active_years: Floats
    cited_by_others: Floats
    kappa: Floats
    close: Floats
    z: Floats
    clean_days: Floats
    sanctions: Floats


@dataclass(frozen=True, slots=True)
class TrustParts:
    """The components (each in [0, 1]), their points as they stand in the score (they sum to ``score``), and the score.

    ``points`` has a column each for I, Q, S, N, D, sanctions and cap; the last two are never positive.
    """

    identity: Floats
    quality: Floats
    scholarly: Floats
    community: Floats
    conduct: Floats
    points: Floats
    score: Floats
    shown: Ints
    band: Ints


POINT_NAMES = ("identity", "quality", "scholarly", "community", "conduct", "sanctions", "cap")


def trust(inputs: TrustInputs) -> TrustParts:
    """The scores of all rows. Costs about 1 µs a row in large batches."""
    quality = record_quality(inputs)
    scholarly = scholarly_record(inputs)
    community = np.where(inputs.is_claimed, inputs.z / (inputs.z + Z_HALF), 0.0)
    conduct = np.where(inputs.level >= 2, 1.0 - np.exp2(-inputs.clean_days / CLEAN_HALF_LIFE_DAYS), 0.0)  # noqa: PLR2004 - L2
    earned = 100.0 * np.column_stack(
        [
            WEIGHT_I * inputs.identity,
            WEIGHT_Q * quality,
            WEIGHT_S * LEVEL_FACTOR[inputs.level] * scholarly,
            WEIGHT_N * community,
            WEIGHT_D * conduct,
        ]
    )
    total = earned.sum(axis=1)
    after_sanctions = total * inputs.sanctions
    score = np.minimum(after_sanctions, LEVEL_CAP[inputs.level])
    points = np.column_stack([earned, after_sanctions - total, score - after_sanctions])
    shown = rounded(score)
    return TrustParts(
        identity=inputs.identity,
        quality=quality,
        scholarly=scholarly,
        community=community,
        conduct=conduct,
        points=points,
        score=score,
        shown=shown,
        band=band_of(shown),
    )


def record_quality(inputs: TrustInputs) -> Floats:
    """Q: what of the record can be checked and read, and what the owner has done for it; in [0, 1]."""
    quality: Floats = (
        0.20 * inputs.with_ids / (inputs.with_ids + 1)
        + 0.10 * inputs.with_abstract / (inputs.with_abstract + 1)
        + 0.10 * inputs.has_ror
        + 0.10 * np.minimum(1.0, inputs.topics / 3)
        + 0.15 * inputs.confidence
        + 0.15 * inputs.owner_share
        + 0.10 * inputs.has_position
        + 0.05 * inputs.has_biography
        + 0.05 * inputs.has_links
    )
    return quality


def scholarly_record(inputs: TrustInputs) -> Floats:
    """S: how much was published against the field, over how many years, noticed by others, with close company; in [0, 1].

    The best of the career windows counts, so that neither a break nor a late start is held against anybody.
    """
    n90 = np.maximum(inputs.n90, 1.0)
    volume = np.minimum(1.0, np.log1p(inputs.in_window) / np.log1p(n90)).max(axis=1)
    steadiness = np.minimum(1.0, inputs.active_years / 5)
    kappa = np.maximum(inputs.kappa, LEAST_KAPPA)
    noticed = inputs.cited_by_others / (inputs.cited_by_others + kappa)
    company = 1.0 - np.exp(-inputs.close / 4)
    record: Floats = 0.35 * volume + 0.15 * steadiness + 0.25 * noticed + 0.25 * company
    return record


def sanctions_factor(severities: Floats, ages_in_days: Floats) -> float:
    """M: the product of ``1 - s 2^(-days/365)`` over sanctions; 1 without any."""
    return float(np.prod(1.0 - severities * np.exp2(-ages_in_days / SANCTION_HALF_LIFE_DAYS)))


def rounded(score: Floats) -> Ints:
    """Scores as they are shown: rounded half up."""
    return np.floor(score + 0.5).astype(np.int64)


def band_of(shown: Ints) -> Ints:
    """The band's number, by the rounded score: 0 up to 14, 1 up to 34, 2 up to 59, 3 up to 84, 4 above."""
    return np.searchsorted(LEVEL_CAP, shown, side="left").astype(np.int64)
