"""The pairs of a paper's topics with their counts, for whoever asks how its surprise came about. Counted anew: not for pages."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from papers.figures import work_rows
from papers.metrics.novelty import WINDOW, association
from papers.models import Topic, Work


class Pair(NamedTuple):
    """Two topics: how many of the ``works`` of the five years before are about either and about both, and their z."""

    names: str
    first: int
    second: int
    together: int
    works: int
    z: float


def pairs_of(work: Work) -> list[Pair]:
    """The pairs of a work's topics, lowest z first; none without a year or with fewer than two topics. Four queries."""
    _works, topics = work_rows.topic_links_of([work.pk])
    listed = sorted(topics.tolist())
    if work.year is None or len(listed) < 2:  # noqa: PLR2004 - a pair
        return []
    first, last = work.year - WINDOW, work.year - 1
    total = sum(work_rows.works_with_topics(first, last).values())
    about: dict[int, set[int]] = defaultdict(set)
    others, their_topics, _years = work_rows.links_of_topics(listed, first, last)
    for other, topic in zip(others.tolist(), their_topics.tolist(), strict=True):
        about[topic].add(other)
    names = dict(Topic.objects.filter(pk__in=listed).values_list("pk", "name"))
    found = []
    for one, other in itertools.combinations(listed, 2):
        first_works, second_works, both = len(about[one]), len(about[other]), len(about[one] & about[other])
        z = float(association(np.array([both]), np.array([first_works]), np.array([second_works]), max(total, 1))[0])
        found.append(Pair(f"{names[one]} × {names[other]}", first_works, second_works, both, total, z))
    return sorted(found, key=lambda pair: pair.z)
