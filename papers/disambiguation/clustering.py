"""Mentions into persons: block by block, then across blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from papers.disambiguation.across import merge_across
from papers.disambiguation.blocks import blocks_of
from papers.disambiguation.collection import Collection
from papers.disambiguation.decisions import Decisions, decisions, told_together
from papers.disambiguation.mentions import Constraints, Mention, MentionKey
from papers.disambiguation.model import PairModel, read_model
from papers.disambiguation.names import NameStatistics
from papers.disambiguation.outcomes import AcrossMerge, Cluster, Clustering, UncertainPair
from papers.disambiguation.prudence import prudent
from papers.disambiguation.settling import Gathered, settle

Progress = Callable[[int], object]


def disambiguate(
    mentions: Iterable[Mention],
    constraints: Constraints | None = None,
    model: PairModel | None = None,
    statistics: NameStatistics | None = None,
    *,
    across: bool = True,
    progress: Progress | None = None,
) -> Clustering:
    """Persons, as clusters of the mentions. The same mentions in any order give the same value; no constraint is ever broken.

    ``statistics`` are those of the whole collection where the mentions are a part of it (a dirty block), else they are counted here. Without
    ``across`` names of different blocks stay apart unless a decision joins them. ``progress`` is told how many mentions were done.
    Time grows with the square of the largest blocks; memory by some 2 kB a mention, and 9 bytes for each pair of the largest block.
    Raises ``ValueError`` where two mentions have one key.
    """
    collection = Collection(mentions, statistics)
    return cluster(collection, constraints or Constraints(), model or read_model(), across=across, progress=progress)


def cluster(
    collection: Collection, constraints: Constraints, model: PairModel, *, across: bool = True, progress: Progress | None = None
) -> Clustering:
    """``disambiguate`` for a collection that is there already."""
    decided = decisions(collection, constraints)
    gathered: list[Gathered] = []
    unsure: list[tuple[int, int, float]] = []
    done = np.zeros(len(collection.mentions), np.bool_)
    for block in blocks_of(collection, decided.unit):
        settled = settle(collection, block, decided, model)
        unsure += [(here + len(gathered), there + len(gathered), found) for here, there, found in settled.unsure]
        gathered += settled.clusters
        done[block.rows] = True
        if progress is not None:
            progress(len(block.rows))
    gathered += [Gathered([int(row)]) for row in np.flatnonzero(~done)]
    number, merges = merge_across(collection, gathered, decided, model) if across else (list(range(len(gathered))), [])
    return prudent(_clustering(collection, gathered, number, merges, unsure, decided), collection.mentions, told_together(constraints))


def _clustering(
    collection: Collection,
    gathered: list[Gathered],
    number: list[int],
    merges: list[AcrossMerge],
    unsure: list[tuple[int, int, float]],
    decided: Decisions,
) -> Clustering:
    together: dict[int, list[Gathered]] = {}
    for place, part in enumerate(gathered):
        together.setdefault(number[place], []).append(part)
    sorted_parts = sorted(together.items(), key=lambda entry: min(part.rows[0] for part in entry[1]))
    new_place = {old: place for place, (old, _) in enumerate(sorted_parts)}
    pairs = []
    for here, there, found in unsure:
        one, other = sorted((new_place[number[here]], new_place[number[there]]))
        if one != other:
            weight = len(gathered[here].rows) * len(gathered[there].rows)
            pairs.append(UncertainPair(one, other, found, weight * 4 * found * (1 - found)))
    return Clustering(
        clusters=tuple(_cluster(collection, parts, decided) for _, parts in sorted_parts),
        across=tuple(merges),
        uncertain=tuple(sorted(pairs, key=lambda pair: (-pair.worth, pair.first, pair.second))),
        contradictions=tuple(decided.contradictions),
    )


def _cluster(collection: Collection, parts: list[Gathered], decided: Decisions) -> Cluster:
    rows = sorted(row for part in parts for row in part.rows)
    compared = sum(len(part.rows) * (len(part.rows) - 1) / 2 for part in parts)
    persons = (
        {decided.person[int(decided.unit[row])] for row in rows if int(decided.unit[row]) in decided.person} if decided.person else set()
    )
    names = {int(collection.arrays.name[row]) for row in rows}
    keys: tuple[MentionKey, ...] = tuple(collection.mentions[row].key for row in rows)
    return Cluster(
        mentions=keys,
        person=next(iter(persons), ""),
        cohesion=sum(part.inside for part in parts) / compared if compared else 1.0,
        weakest=min(part.weakest for part in parts),
        rival=max(part.rival for part in parts),
        known=sum(_is_known(collection.mentions[row]) for row in rows) / len(rows),
        rarity=float(max(collection.arrays.rarity[name] for name in names)),
        doubtful=min(sum(part.doubtful for part in parts), len(rows) // 2),
        forms=len({collection.names[name].key for name in names if collection.names[name].is_full}),
    )


def _is_known(mention: Mention) -> bool:
    return bool(mention.affiliations or mention.institutions or mention.work.abstract)
