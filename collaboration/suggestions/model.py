"""The small logistic model that puts candidates in order, learnt on an earlier time split than it is measured on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from collaboration.suggestions.prospects import NAMES
from collaboration.suggestions.records import Floats, Ints


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight for each of ``NAMES``, and what is added. The greater their sum over a pair, the sooner the two will write together."""

    each: tuple[float, ...]
    constant: float

    def scores(self, features: Floats) -> Floats:
        """The logit of each row of features, rounded so that equals compare equal."""
        found: Floats = np.round(features @ np.array(self.each) + self.constant, 9)
        return found


LEARNT: Final = Weights((1.247, 0.201, 2.252, -0.152, 0.239, 0.311, -0.153), -5.347)
"""From works_acl: known until 2015, asked about 2016-2018 (``manage.py evaluate_suggestions --learn`` finds the same)."""


def learn(features: Floats, came_true: npt.NDArray[np.bool_]) -> Weights:
    """The weights that fit these pairs best, by L2-regularised logistic regression on standardised features."""
    from sklearn.linear_model import LogisticRegression  # heavy, and only this needs it

    means, spreads = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    fitted = LogisticRegression(C=0.01, max_iter=500).fit((features - means) / spreads, came_true)
    each = fitted.coef_[0] / spreads
    return Weights(tuple(round(float(one), 3) for one in each), round(float(fitted.intercept_[0] - each @ means), 3))


def ranked(scores: Floats, keys: Ints) -> Ints:
    """The places of these candidates, best first, ties by key."""
    return np.lexsort((keys, -scores))


assert len(LEARNT.each) == len(NAMES)  # noqa: S101 - a slip here would rank by the wrong things
