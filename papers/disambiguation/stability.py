"""Names of persons that stay between runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from papers.disambiguation.mentions import MentionKey
from papers.disambiguation.outcomes import Clustering, StableIds


def stable_ids(old: Mapping[str, Iterable[MentionKey]], new: Clustering) -> StableIds:
    """The names of ``old`` persons (each with its mentions) for the clusters of ``new``.

    A cluster that somebody decided keeps that person's name. Of the rest the pair with the largest overlap goes first (then the
    smaller name, the earlier cluster), each name to one cluster. A name that is gone redirects to the one that took most of its mentions. A
    cluster without a name has "" and is listed in ``opened``. The same input gives the same names, and a second run keeps all.
    """
    place = new.places()
    overlap: Counter[tuple[str, int]] = Counter()
    for name, mentions in old.items():
        overlap.update((name, place[key]) for key in mentions if key in place)
    names = [""] * len(new.clusters)
    taken: set[str] = set()
    for number, found in enumerate(new.clusters):
        if found.person and found.person not in taken:
            names[number] = found.person
            taken.add(found.person)
    ordered = sorted(overlap.items(), key=lambda entry: (-entry[1], entry[0]))
    for (name, number), _ in ordered:
        if name not in taken and not names[number]:
            names[number] = name
            taken.add(name)
    redirects: dict[str, str] = {}
    for (name, number), _ in ordered:
        if name not in taken and name not in redirects and names[number]:
            redirects[name] = names[number]
    return StableIds(tuple(names), redirects, frozenset(number for number, name in enumerate(names) if not name))
