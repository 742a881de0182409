"""What the records do not tell is not guessed: persons of whom hardly anything is known part where their co-authors never meet.

The pair model was trained where most works have an abstract or affiliations. Without either, under a name that others bear too, and where some join
was weak, little but the name holds works of different companies together: two pages for one person are mended by a merge, one page for two
people misleads every reader. On labels, out of fold, this parts as many that mix as that do not, and costs no figure anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from papers.disambiguation.ambiguity import groups_of
from papers.disambiguation.collection import DISTINGUISHING
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import WEAK, Cluster, Clustering, UncertainPair
from papers.names import RARE

HARDLY_KNOWN = 0.2  # share of the works with an abstract or an affiliation
NAMING = frozenset({*DISTINGUISHING, "google_scholar", "page"})  # identifiers of persons, and a source's page of one


def prudent(clustering: Clustering, mentions: Iterable[Mention], decided: Collection[MentionKey]) -> Clustering:
    """The clustering with such persons parted. Whoever a person decided about (``decided``), or a source names, stays whole.

    The parts are uncertain towards the largest of them, by the weak join. ``mentions`` are looked through once.
    """
    guessed = {place: cluster for place, cluster in enumerate(clustering.clusters) if _is_guessed(cluster, decided)}
    wanted = {key for cluster in guessed.values() for key in cluster.mentions}
    by_key = {mention.key: mention for mention in mentions if mention.key in wanted} if wanted else {}
    companies = {place: _companies([by_key[key] for key in cluster.mentions]) for place, cluster in guessed.items()}
    if all(len(found) == 1 for found in companies.values()):
        return clustering
    parts: list[tuple[int, Cluster]] = []
    for place, cluster in enumerate(clustering.clusters):
        parts += [
            (place, replace(cluster, mentions=keys, doubtful=min(cluster.doubtful, len(keys) // 2)))
            for keys in companies.get(place, [cluster.mentions])
        ]
    parts.sort(key=lambda part: part[1].mentions)
    clusters = tuple(cluster for _place, cluster in parts)
    uncertain = sorted(_uncertain(clustering, parts), key=lambda pair: (-pair.worth, pair.first, pair.second))
    stands = {key: here for here, cluster in enumerate(clusters) for key in cluster.mentions} if clustering.across else {}
    across = tuple(merge for merge in clustering.across if stands[merge.first] == stands[merge.second])
    return replace(clustering, clusters=clusters, across=across, uncertain=tuple(uncertain))


def _is_guessed(cluster: Cluster, decided: Collection[MentionKey]) -> bool:
    return (
        len(cluster.mentions) > 1
        and cluster.weakest < WEAK
        and cluster.known < HARDLY_KNOWN
        and cluster.rarity < RARE
        and not cluster.person
        and not any(key in decided for key in cluster.mentions)
    )


def _uncertain(clustering: Clustering, parts: Sequence[tuple[int, Cluster]]) -> Iterator[UncertainPair]:
    """The pairs that there were, each of the largest parts, and those of parts of what was one."""
    largest: dict[int, int] = {}
    for here, (place, cluster) in enumerate(parts):
        if place not in largest or len(cluster.mentions) > len(parts[largest[place]][1].mentions):
            largest[place] = here
    for pair in clustering.uncertain:
        one, other = sorted((largest[pair.first], largest[pair.second]))
        yield replace(pair, first=one, second=other)
    for here, (place, cluster) in enumerate(parts):
        if here != largest[place]:
            one, other = sorted((here, largest[place]))
            sure = cluster.weakest
            settles = len(cluster.mentions) * len(parts[largest[place]][1].mentions)
            yield UncertainPair(one, other, sure, settles * 4 * sure * (1 - sure))


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
    given = [pair for pair in mention.source_ids if pair[0] in NAMING]
    return [*given, ("orcid", mention.authenticated_orcid)] if mention.authenticated_orcid else given
