"""Support propagated in full, as arrays and sparse matrices: every night, and by ``recompute_trust``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils import timezone

from config.lib.bulk import Array, read_columns, write_back
from profiles.models import SupportFlow
from profiles.models.choices import COUNTING, HOLDING, Level
from profiles.trust.flows import HALF_LIFE_SECONDS, one_at_a_time
from profiles.trust.propagation import GATES, NO_INSTITUTION, Edges, Floats, Ints, community, propagate, transfer_and_out
from profiles.trust.support import gather_support

_EDGES = "SELECT source_id, target_id, weight, extract(epoch FROM latest_at) FROM profiles_supportedge"
_LEVELS = "SELECT author_id, level FROM profiles_standing WHERE claim_id IS NOT NULL ORDER BY author_id"
_INSTITUTIONS = """
    SELECT DISTINCT ON (claim.author_id) claim.author_id, evidence.institution_id
    FROM profiles_evidence AS evidence JOIN profiles_claim AS claim ON claim.id = evidence.claim_id
    WHERE claim.status = ANY(%(holding)s) AND evidence.status = ANY(%(counting)s) AND evidence.institution_id IS NOT NULL
    ORDER BY claim.author_id, evidence.confirmed_at DESC, evidence.id DESC
"""


@dataclass(frozen=True, slots=True)
class Propagated:
    """How much was propagated."""

    edges: int
    people: int


def rebuild_support(now: datetime | None = None, *, gather: bool = True) -> Propagated:
    """Propagate all support anew and store where it stands; one transaction. The caller then has all scores computed (``everybody``).

    ``gather`` asks the sources of support first, which dirty rows otherwise keep up to date. A million pages and five million edges: see
    ``make bench ONLY=trust``.
    """
    moment = (now or timezone.now()).timestamp()
    with transaction.atomic():
        one_at_a_time()
        if gather:
            gather_support()
        given = read_columns(_EDGES, {"source": "i8", "target": "i8", "weight": "f8", "latest_at": "f8"})
        held = read_columns(_LEVELS, {"author": "i8", "level": "i8"})
        people = np.unique(np.concatenate([given["source"], given["target"], held["author"][held["level"] >= Level.L4]]))
        state = _propagated(given, held, people, moment) if len(people) else _nothing()
        write_back(SupportFlow, key="author_id", columns=state, delete_others=True)
    return Propagated(len(given["source"]), len(people))


def _propagated(given: dict[str, Array], held: dict[str, Array], people: Ints, moment: float) -> dict[str, Array]:
    """The rows of ``SupportFlow`` as columns."""
    levels = _looked_up(people, held["author"], held["level"], 0)
    named = read_columns(_INSTITUTIONS, {"author": "i8", "institution": "i8"}, {"holding": list(HOLDING), "counting": list(COUNTING)})
    institutions = _looked_up(people, named["author"], named["institution"], NO_INSTITUTION)
    weight: Floats = given["weight"] * np.exp2(-np.maximum(0.0, moment - given["latest_at"]) / HALF_LIFE_SECONDS)
    edges = Edges(np.searchsorted(people, given["source"]), np.searchsorted(people, given["target"]), weight)
    shares, out_weight = transfer_and_out(edges, levels)
    seeds = (levels == Level.L4).astype(np.float64)
    flow = propagate(shares, seeds)
    gives = np.zeros(len(people), dtype=np.bool_)
    gives[edges.source] = True
    passes_on = gives & (GATES[levels] > 0)
    return {
        "author_id": people,
        "flow": flow,
        "seed": seeds,
        "community": community(shares, flow, levels, institutions),
        "level": np.where(passes_on, levels, 0).astype(np.int16),
        "out_weight": np.where(passes_on, out_weight, 0.0),
        "passed_at": np.where(passes_on, moment, np.nan),  # NaN is stored as NULL
    }


def _nothing() -> dict[str, Array]:
    columns = {"author_id": "i8", "flow": "f8", "seed": "f8", "community": "f8", "level": "i2", "out_weight": "f8", "passed_at": "f8"}
    return {name: np.zeros(0, dtype=kind) for name, kind in columns.items()}


def _looked_up(people: Ints, keys: Ints, values: Ints, otherwise: int) -> Ints:
    """The value of each of ``people`` among sorted ``keys``."""
    if not len(keys):
        return np.full(len(people), otherwise, dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, people), len(keys) - 1)
    return np.where(keys[place] == people, values[place], otherwise).astype(np.int64)
