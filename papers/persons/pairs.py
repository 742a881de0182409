"""What the engine could not decide about some blocks, brought to the queue of pairs that people decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import Clustering
from papers.identity.pairs import LEAST, MOST, Uncertain, store_uncertain_pairs
from papers.models import UncertainPair
from papers.names import parse_name
from papers.persons.reading import AuthorshipRow, Block

MOST_OF_A_RUN = 2_000  # the most valuable ones; nobody decides more of a piece


def store_pairs(block: Block, clustering: Clustering, mentions: Mapping[MentionKey, Mention]) -> None:
    """Keep the uncertain pairs of these blocks; those that are certain by now and that nobody decided go. One query where nothing changed."""
    wanted = _pairs(block, clustering, mentions)
    waiting = UncertainPair.objects.filter(verdict="", block__in=block.keys)
    present = {
        (one, other): (key, probability) for key, one, other, probability in waiting.values_list("pk", "one_id", "other_id", "probability")
    }
    gone = [key for pair, (key, _probability) in present.items() if pair not in wanted]
    if gone:
        UncertainPair.objects.filter(pk__in=gone).delete()
    new = [pair for key, pair in wanted.items() if key not in present or present[key][1] != pair.probability]
    if new:
        store_uncertain_pairs(new)


def _pairs(block: Block, clustering: Clustering, mentions: Mapping[MentionKey, Mention]) -> dict[tuple[int, int], Uncertain]:
    """The pairs by keys of authorships, smaller first: of each cluster the work that says most."""
    found: dict[tuple[int, int], Uncertain] = {}
    ranked = sorted(clustering.uncertain, key=lambda pair: (-pair.worth, pair.first, pair.second))
    for pair in ranked[:MOST_OF_A_RUN]:
        if not LEAST <= pair.probability <= MOST:
            continue
        one, other = sorted(
            (_telling(block, clustering.clusters[place].mentions, mentions) for place in (pair.first, pair.second)), key=lambda row: row.id
        )
        name = parse_name(one.raw_name)
        if one.work_id != other.work_id:
            found[one.id, other.id] = Uncertain(one.id, other.id, round(pair.probability, 4), name.block)
    return found


def _telling(block: Block, keys: Sequence[MentionKey], mentions: Mapping[MentionKey, Mention]) -> AuthorshipRow:
    """Where affiliations are given, then the longest abstract, then the first."""
    said = {key: (-len(mentions[key].affiliations), -len(mentions[key].work.abstract), block.authorships[key].id) for key in keys}
    return block.authorships[min(keys, key=lambda key: said[key])]
