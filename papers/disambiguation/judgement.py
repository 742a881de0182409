"""How sure a cluster is one whole person, and how likely it is several: two small logistic models with readable coefficients.

Both are fitted on out-of-fold clusters of labelled mentions (``manage.py train_disambiguation``) and stand in ``judgement.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

from papers.disambiguation.outcomes import Cluster, ReasonKind

JUDGEMENT = Path(__file__).with_name("judgement.toml")
CAUTION = 0.4
AS_ANY = -3.1  # log odds of one in 23: so many labelled pages of two works or more mix people, whatever else is known of them
CERTAIN = frozenset(
    {ReasonKind.TWO_ORCIDS, ReasonKind.TWO_SOURCE_IDS, ReasonKind.NAMES_APART}
)  # labels without identifiers cannot weigh them


@dataclass(frozen=True)
class Judgement:
    """``whole`` are the coefficients of ``confidence``, ``several`` those of ``ambiguity``; ``certain`` reasons add their weight to the latter."""

    whole: dict[str, float]
    several: dict[str, float]
    certain: frozenset[ReasonKind] = CERTAIN

    def sure(self, cluster: Cluster, outside: float) -> float:
        return _logistic(sum(self.whole[name] * value for name, value in figures(cluster, outside).items()) + self.whole["constant"])

    def mixed(self, cluster: Cluster, signs: dict[str, float], extra: float = 0.0) -> float:
        if len(cluster.mentions) == 1:
            return 0.0
        said = sum(self.several[name] * value for name, value in signs.items()) + self.several["constant"]
        return _logistic(max(said, AS_ANY) + extra if extra else said)

    def as_toml(self, note: str = "") -> str:
        lines = [f"# {line}" for line in note.splitlines()]
        for title, table in (("whole", self.whole), ("several", self.several)):
            lines += ["", f"[{title}]", *(f"{name} = {value:.4f}" for name, value in table.items())]
        return "\n".join(lines) + "\n"


def figures(cluster: Cluster, outside: float) -> dict[str, float]:
    """What ``confidence`` reads of a cluster."""
    common = max(0.0, 1.5 - cluster.rarity)
    return {
        "mentions": log(len(cluster.mentions)),
        "rarity": cluster.rarity,
        "rival": cluster.rival,
        "unsure_join": cluster.doubt(outside),
        "looseness": 1 - cluster.cohesion,
        "unknown": 1 - cluster.known,
        "common_and_unknown": common * (1 - cluster.known),
        "common_and_many": common * log(len(cluster.mentions)),
    }


def confidence(cluster: Cluster, outside: float = 1.0) -> float:
    """How sure it is, 0 to 1, that the cluster is all of one person's mentions and nobody else's, a tenth aside.

    Calibrated: of the clusters with .9 about nine in ten are (docs/disambiguation.md has the table). On top of what labels
    say, up to ``CAUTION`` of it is taken off where a name is common and neither affiliation nor abstract is known: nobody could tell.
    ``outside`` is the share of its mentions whose co-authors never meet those of the largest group (``Finding.outside``), where that is known.
    1 where all of it is a person's decision is for the caller to say.
    """
    return read_judgement().sure(cluster, outside) * (1 - CAUTION * (1 - cluster.known) * min(1.0, max(0.0, 1.0 - cluster.rarity)))


@lru_cache(maxsize=4)
def read_judgement(path: Path = JUDGEMENT) -> Judgement:
    """The judgement of a file."""
    with path.open("rb") as source:
        content = tomllib.load(source)
    return Judgement(dict(content["whole"]), dict(content["several"]))


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))
