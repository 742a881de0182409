"""The score of a paper, 0 to 100: an aid for sorting a list, made of four parts that are each shown. It is never added up over people.

``100 * (.4 citations + .2 novelty + .2 recency + .2 completeness)``, each part 0 to 1. A part that is missing is dropped and the
weights of the others are rescaled to 1. Our own definition; the parts' sources are named where they are computed.
"""

from __future__ import annotations

from typing import Final, NamedTuple, cast

import numpy as np

from papers.metrics.percentiles import DECIMALS, Floats, Ints

PARTS: Final = ("citations", "novelty", "recency", "completeness")
WEIGHTS: Final = {"citations": 0.4, "novelty": 0.2, "recency": 0.2, "completeness": 0.2}
LEAST_PARTS: Final = 2
HALF_LIFE: Final = 2.0  # years after which recency has halved
DAYS_IN_YEAR: Final = 365.25
COMPLETENESS: Final = ("identifier", "abstract", "year", "venue", "authors", "affiliation")
"""What a record should have; bit n of the stored mask stands for the n-th."""


class Parts(NamedTuple):
    """The four parts of each paper, 0 to 1, NaN where one is missing."""

    citations: Floats
    novelty: Floats
    recency: Floats
    completeness: Floats


def recency(age_in_days: Floats) -> Floats:
    """``2 ** (-age / 2)`` with the age in years: 1 for what is new or yet to come, .5 after two years."""
    return cast("Floats", np.round(np.exp2(-np.maximum(age_in_days, 0.0) / DAYS_IN_YEAR / HALF_LIFE), DECIMALS))


def completeness(known: Ints) -> Floats:
    """The share of ``COMPLETENESS`` that is known, from a mask of bits."""
    counted = np.sum([(known >> bit) & 1 for bit in range(len(COMPLETENESS))], axis=0).astype(np.float64)
    return cast("Floats", np.round(counted / len(COMPLETENESS), DECIMALS))


def present_weights(parts: Parts) -> Floats:
    """The sum of the weights of those parts that are there, for each paper."""
    total = np.zeros(len(parts.completeness))
    for name, part in zip(PARTS, parts, strict=True):
        total += np.where(np.isnan(part), 0.0, WEIGHTS[name])
    return total


def scores(parts: Parts) -> Floats:
    """The score of each paper, NaN where fewer than two parts are there."""
    weighted = np.zeros(len(parts.completeness))
    for name, part in zip(PARTS, parts, strict=True):
        weighted += np.where(np.isnan(part), 0.0, WEIGHTS[name] * part)
    enough = np.sum([~np.isnan(part) for part in parts], axis=0) >= LEAST_PARTS
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(enough, np.round(100 * weighted / present_weights(parts), 10), np.nan)
