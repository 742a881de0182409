"""Comparing the mentions of marked blocks with each other, and storing what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from papers.disambiguation.clustering import disambiguate
from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import Clustering
from papers.ingest.copying import array_text, numbers_text
from papers.names import parse_name
from papers.persons.deciding import Plan, constraints_of, plan_of
from papers.persons.judging import judge, store_judgements
from papers.persons.pairs import store_pairs
from papers.persons.reading import Block, read_block
from papers.persons.statistics import statistics_for
from papers.persons.writing import write_plan
from papers.refresh import mark_all
from papers.slices.marking import works_changed

METHOD = "clusters-2"  # raise it when the engine or its coefficients change: the night marks what an older one compared
MENTIONS_TOGETHER = 4_000  # about a second's work, and 20 MB


class SizedBlock(NamedTuple):
    """A block with about how many mentions it holds."""

    id: int
    key: str
    mentions: int


_SIZES = """
    SELECT block.id, block.key, (
        SELECT count(*) FROM papers_authorship AS authorship WHERE authorship.author_id IN (
            SELECT variant.author_id FROM papers_namevariant AS variant WHERE variant.block = block.key AND variant.is_published))
    FROM papers_nameblock AS block WHERE block.id = ANY(%s::bigint[]) ORDER BY block.id
"""
_STORE = """
    UPDATE papers_nameblock AS block
    SET mentions = counted.mentions, persons = counted.persons, method = %s, clustered_at = %s
    FROM unnest(%s::text[], %s::int[], %s::int[]) AS counted (key, mentions, persons) WHERE block.key = counted.key
"""
_TOUCHED = """
    SELECT 'author-figures', array_agg(DISTINCT author_id) FROM papers_authorship WHERE work_id = ANY(%(works)s::bigint[]) AND author_id IS NOT NULL
    UNION ALL
    SELECT 'topic-figures', array_agg(DISTINCT topic_id) FROM papers_worktopic WHERE work_id = ANY(%(works)s::bigint[])
    UNION ALL
    SELECT 'institution-figures', array_agg(DISTINCT link.institution_id)
    FROM papers_authorship AS authorship JOIN papers_authorshipinstitution AS link ON link.authorship_id = authorship.id
    WHERE authorship.work_id = ANY(%(works)s::bigint[])
"""


def refresh_blocks(ids: list[int]) -> int:
    """Compare the mentions of these blocks and store who is whom; returns how many blocks exist.

    In pieces of a few thousand mentions, each about twenty statements. Where the same mentions were compared before, nothing is
    written but when that was. Raises ``BlockBusyError`` where somebody is deciding about one of the works at this moment.
    """
    sized = _sizes(ids)
    marks: dict[str, set[int]] = {}
    with transaction.atomic():
        for piece in _pieces(sized):
            _compare([one.key for one in piece], marks)
        if marks:
            mark_all(marks=marks, reason="people compared")
    return len(sized)


def _sizes(ids: Sequence[int]) -> list[SizedBlock]:
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [numbers_text(ids)])
        return [SizedBlock(*row) for row in cursor.fetchall()]


def _pieces(sized: Iterable[SizedBlock]) -> Iterator[list[SizedBlock]]:
    """Blocks in runs of at most ``MENTIONS_TOGETHER`` mentions; a larger block comes alone."""
    piece: list[SizedBlock] = []
    weight = 0
    for one in sized:
        if piece and weight + one.mentions > MENTIONS_TOGETHER:
            yield piece
            piece, weight = [], 0
        piece.append(one)
        weight += one.mentions
    if piece:
        yield piece


def _compare(keys: list[str], marks: dict[str, set[int]]) -> None:
    block = read_block(keys)
    clustering, corpus = Clustering(()), WordCounts()
    if block.mentions:
        mentions, constraints = constraints_of(block)
        statistics = statistics_for(mentions)
        clustering = disambiguate(mentions, constraints, statistics=statistics)
        corpus = statistics.words.text if statistics.words else corpus
    store_clustering(block, clustering, {mention.key: mention for mention in block.mentions}, marks, corpus)


def store_clustering(
    block: Block, clustering: Clustering, mentions: Mapping[MentionKey, Mention], marks: dict[str, set[int]], corpus: WordCounts
) -> None:
    """Bring the database to say what the clustering of a block says; what has to be computed afterwards is added to ``marks``. ``corpus`` says
    how common words are in the whole collection.

    Raises ``BlockBusyError`` where somebody is deciding about one of the works, or has decided since the block was read.
    """
    if clustering.clusters:
        plan = write_plan(block, plan_of(block, clustering))
        changed = store_judgements(block, plan, judge(plan, clustering, mentions, corpus), METHOD, mentions)
        store_pairs(block, clustering, mentions)
        _note_touched(plan, changed, marks)
    _store_counts(block, clustering, mentions)


def _note_touched(plan: Plan, judged_anew: Iterable[int], marks: dict[str, set[int]]) -> None:
    """What rests on who wrote what: figures of everybody on a work that changed hands, and of those judged anew."""
    marks.setdefault("author-figures", set()).update(judged_anew, plan.changed())
    works = sorted({row.work_id for row, _target in plan.moves})
    if works:
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHED, {"works": numbers_text(works)})
            for kind, ids in cursor.fetchall():
                marks.setdefault(kind, set()).update(ids or ())
        works_changed(works, hands=plan.changed(), reason="people compared")


def _store_counts(block: Block, clustering: Clustering, by_key: Mapping[MentionKey, Mention]) -> None:
    """When the blocks were compared, and how many mentions and persons each holds."""
    mentions: dict[str, int] = dict.fromkeys(block.keys, 0)
    persons: dict[str, set[int]] = {key: set() for key in block.keys}
    for place, cluster in enumerate(clustering.clusters):
        for key in cluster.mentions:
            of = parse_name(by_key[key].name).block
            if of in mentions:
                mentions[of] += 1
                persons[of].add(place)
    columns: list[Any] = [
        METHOD,
        timezone.now(),
        array_text(block.keys),
        numbers_text(mentions.values()),
        numbers_text(len(found) for found in persons.values()),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, columns)
