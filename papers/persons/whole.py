"""All mentions compared at once, across blocks too, and stored piece by piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection, transaction
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from papers.disambiguation.clustering import disambiguate
from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import Cluster, Clustering, UncertainPair
from papers.exceptions import BlockBusyError
from papers.names import parse_name
from papers.persons.blocks import MENTIONS_TOGETHER, store_clustering
from papers.persons.deciding import constraints_of
from papers.persons.marking import BLOCK, mark_blocks, open_blocks
from papers.persons.reading import Block, read_again, read_everything
from papers.persons.statistics import statistics_for
from papers.refresh import mark_all

MOST_MENTIONS = 300_000  # in memory at once, below 1 GB (814 MB were measured for 251,546); a larger collection is compared block by block

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many mentions were compared, into how many persons, and how many pieces were left to the workers as people decided meanwhile."""

    mentions: int
    persons: int
    left: int


def fits() -> bool:
    """Whether the whole collection is small enough. One count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM papers_authorship LIMIT %s) AS counted", [MOST_MENTIONS + 1])
        return bool(cursor.fetchone()[0] <= MOST_MENTIONS)


def compare_everything(compared: Progress = lambda _: None, stored: Progress = lambda _: None) -> Compared:
    """Compare all mentions and store who is whom; the callbacks are told how many mentions are done.

    Each piece is one transaction, and storing what is so already writes nothing: a run that was killed is simply run again, with the
    same result. Marks of blocks that were there before are settled by it. Where people decided meanwhile, the piece is left to the workers.
    """
    settled = _taken_up()
    whole = read_everything()
    mentions, constraints = constraints_of(whole)
    by_key = {mention.key: mention for mention in mentions}
    statistics = statistics_for(mentions)
    corpus = statistics.words.text if statistics.words else WordCounts()
    clustering = disambiguate(mentions, constraints, statistics=statistics, progress=compared)
    key_of = whole.keys_of_authorships()
    left = 0
    for keys, part in _pieces(whole, clustering, by_key):
        left += not _store(keys, part, whole, key_of, by_key, corpus)
        stored(sum(len(cluster.mentions) for cluster in part.clusters))
    _settle(settled)
    return Compared(len(mentions), len(clustering.clusters), left)


def _store(
    keys: list[str],
    part: Clustering,
    whole: Block,
    key_of: Mapping[int, MentionKey],
    mentions: Mapping[MentionKey, Mention],
    corpus: WordCounts,
) -> bool:
    """Whether a piece could be stored; else its blocks are marked."""
    marks: dict[str, set[int]] = {}
    try:
        with transaction.atomic():
            open_blocks(keys)
            block = read_again(keys, whole, key_of)
            _ensure_nobody_decided(block, whole)
            store_clustering(block, _present(part, block), mentions, marks, corpus)
            mark_all(marks=marks, reason="people compared")
    except BlockBusyError:
        mark_blocks(keys, reason="somebody decided")
        return False
    return True


def _ensure_nobody_decided(block: Block, whole: Block) -> None:
    if block.kept - whole.kept or block.said.refused - whole.said.refused:
        raise BlockBusyError


def _present(part: Clustering, block: Block) -> Clustering:
    """The clusters as far as their authorships still stand there."""
    clusters = []
    for cluster in part.clusters:
        keys = tuple(key for key in cluster.mentions if key in block.authorships)
        clusters.append(cluster if keys == cluster.mentions else replace(cluster, mentions=keys))
    if all(cluster.mentions for cluster in clusters):
        return Clustering(tuple(clusters), uncertain=part.uncertain)
    return Clustering(tuple(cluster for cluster in clusters if cluster.mentions))


def _pieces(whole: Block, clustering: Clustering, mentions: Mapping[MentionKey, Mention]) -> Iterator[tuple[list[str], Clustering]]:
    """Blocks with their clusters, in runs of a few thousand mentions. Blocks that share a person, old or new, are in one piece."""
    numbers: dict[str, int] = {}
    block_of = {key: numbers.setdefault(parse_name(mention.name).block, len(numbers)) for key, mention in mentions.items()}
    old: dict[int, list[MentionKey]] = defaultdict(list)
    for key, row in whole.authorships.items():
        old[row.author_id].append(key)
    linked = [*(cluster.mentions for cluster in clustering.clusters), *old.values()]
    links = np.asarray([(block_of[keys[0]], block_of[key]) for keys in linked for key in keys], np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(numbers), len(numbers)))
    _count, component = connected_components(graph, directed=False)
    keys_of: dict[int, list[str]] = defaultdict(list)
    for name, number in numbers.items():
        keys_of[int(component[number])].append(name)
    parts: dict[int, list[int]] = defaultdict(list)
    for place, cluster in enumerate(clustering.clusters):
        parts[int(component[block_of[cluster.mentions[0]]])].append(place)
    uncertain: dict[int, list[UncertainPair]] = defaultdict(list)
    for pair in clustering.uncertain:
        uncertain[int(component[block_of[clustering.clusters[pair.first].mentions[0]]])].append(pair)
    for run in _runs({number: sum(len(clustering.clusters[place].mentions) for place in places) for number, places in parts.items()}):
        places = [place for number in run for place in parts[number]]
        at = {place: here for here, place in enumerate(places)}
        pairs = [replace(pair, first=at[pair.first], second=at[pair.second]) for number in run for pair in uncertain[number]]
        found: tuple[Cluster, ...] = tuple(clustering.clusters[place] for place in places)
        yield sorted(name for number in run for name in keys_of[number] if name), Clustering(found, uncertain=tuple(pairs))


def _runs(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    run: list[int] = []
    weight = 0
    for number, size in sizes.items():
        if run and weight + size > MENTIONS_TOGETHER:
            yield run
            run, weight = [], 0
        run.append(number)
        weight += size
    if run:
        yield run


_TAKE_UP = """
    WITH free AS (
        SELECT id FROM papers_refreshrequest WHERE kind = %s AND leased_until IS NULL ORDER BY object_id FOR UPDATE)
    UPDATE papers_refreshrequest AS request SET attempts = greatest(attempts, 1), last_error = 'Taken up with all others.'
    FROM free WHERE request.id = free.id RETURNING request.object_id, request.version
"""


def _taken_up() -> dict[int, int]:
    """The blocks that wait to be compared, with the versions of their marks, which count as begun on from now: who marks a block again
    raises its version. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP, [BLOCK])
        return dict(cursor.fetchall())


def _settle(marks: Mapping[int, int]) -> None:
    """Clear the marks that stood before everything was read and were not raised since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM papers_refreshrequest AS request USING unnest(%s::bigint[], %s::bigint[]) AS settled (id, version)"
            " WHERE request.kind = %s AND request.object_id = settled.id AND request.version = settled.version AND request.leased_until IS NULL",
            [list(marks), list(marks.values()), BLOCK],
        )
