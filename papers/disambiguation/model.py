"""The pair model: how likely it is that two mentions with compatible names are one person.

A logistic regression over ``pairs.FEATURES``. Its coefficients stand in ``coefficients.toml``, one line each, beside
the cut of the clustering and what identifiers of sources weigh; ``manage.py train_disambiguation`` writes that file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from papers.disambiguation.pairs import FEATURES

COEFFICIENTS = Path(__file__).with_name("coefficients.toml")


@dataclass(frozen=True)
class PairModel:
    """``coefficients`` by feature. Clusters join while the mean probability of their pairs is at least ``cut``,
    or ``cut_with_one_bearer`` where one of them has nearly all mentions that the name could mean.

    ``same_id`` and ``different_id`` take the place of the probability where a source gives both mentions the same identifier, or
    two different ones of one scheme.
    """

    coefficients: dict[str, float]
    cut: float
    cut_with_one_bearer: float = 0.4
    same_id: float = 0.995
    different_id: float = 0.03

    @property
    def weights(self) -> NDArray[np.float64]:
        """The coefficients in the order of ``FEATURES``."""
        return np.asarray([self.coefficients.get(name, 0.0) for name in FEATURES])

    def as_toml(self, note: str = "") -> str:
        """The file that ``read_model`` reads. ``note`` says where the coefficients come from."""
        lines = [f"# {line}" for line in note.splitlines()]
        lines += [
            "",
            f"cut = {self.cut}",
            f"cut_with_one_bearer = {self.cut_with_one_bearer}",
            f"same_id = {self.same_id}",
            f"different_id = {self.different_id}",
            "",
            "[coefficients]",
        ]
        lines += [f"{name} = {self.coefficients.get(name, 0.0):.4f}" for name in FEATURES]
        return "\n".join(lines) + "\n"


@lru_cache(maxsize=4)
def read_model(path: Path = COEFFICIENTS) -> PairModel:
    """The model of a file. Raises ``ValueError`` where it names a feature that there is not, or lacks one."""
    with path.open("rb") as source:
        content = tomllib.load(source)
    given = content.get("coefficients", {})
    if set(given) != set(FEATURES):
        wrong = ", ".join(sorted(set(given) ^ set(FEATURES)))
        raise ValueError(f"{path.name} does not fit the features of this version: {wrong}")
    return PairModel(dict(given), content["cut"], content["cut_with_one_bearer"], content["same_id"], content["different_id"])
