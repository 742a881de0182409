"""What the records do not tell is not guessed: persons of whom hardly anything is known part where their co-authors never meet. Pure.

The pair model was trained where most works have an abstract or affiliations. Without either, and under a name that others bear too, nothing but
the name holds works of different companies together: two pages for one person are mended by a merge, one page for two people misleads every reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from papers.attribution import IDENTIFIER_ORDER
from papers.disambiguation.ambiguity import groups_of
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import Cluster, Clustering
from papers.names import RARE

HARDLY_KNOWN = 0.2  # share of the works with an abstract or an affiliation


def prudent(clustering: Clustering, mentions: Mapping[MentionKey, Mention], decided: Collection[MentionKey]) -> Clustering:
    """The clustering with such persons parted. Whoever a person decided about (``decided``), or a source names, stays whole."""
    parts: list[tuple[int, Cluster]] = []
    for place, cluster in enumerate(clustering.clusters):
        if (
            cluster.person
            or len(cluster.mentions) == 1
            or cluster.known >= HARDLY_KNOWN
            or cluster.rarity >= RARE
            or any(key in decided for key in cluster.mentions)
        ):
            parts.append((place, cluster))
        else:
            parts += [(place, replace(cluster, mentions=keys)) for keys in _companies([mentions[key] for key in cluster.mentions])]
    if len(parts) == len(clustering.clusters):
        return clustering
    parts.sort(key=lambda part: part[1].mentions)
    now_at: dict[int, int] = {}
    for here, (place, cluster) in enumerate(parts):
        largest = now_at.get(place)
        if largest is None or len(cluster.mentions) > len(parts[largest][1].mentions):
            now_at[place] = here
    uncertain = tuple(replace(pair, first=now_at[pair.first], second=now_at[pair.second]) for pair in clustering.uncertain)
    return replace(clustering, clusters=tuple(cluster for _place, cluster in parts), uncertain=uncertain)


def _companies(mentions: Sequence[Mention]) -> list[tuple[MentionKey, ...]]:
    """The mentions by companies that never meet; those with an identifier or a signed-in ORCID iD in common are one."""
    found: list[tuple[set[MentionKey], set[tuple[str, str]]]] = []
    for group in groups_of(mentions):
        keys, ids = set(group.keys), {pair for mention in group.mentions for pair in _identifiers(mention)}
        for other in [one for one in found if one[1] & ids]:
            found.remove(other)
            keys |= other[0]
            ids |= other[1]
        found.append((keys, ids))
    return [tuple(sorted(keys)) for keys, _ids in found]


def _identifiers(mention: Mention) -> list[tuple[str, str]]:
    given = [pair for pair in mention.source_ids if pair[0] in IDENTIFIER_ORDER]
    return [*given, ("orcid", mention.authenticated_orcid)] if mention.authenticated_orcid else given
