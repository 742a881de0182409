"""How common words are in the whole collection, for weighing a few works as a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many of ``total`` documents words stand. What the counts do not hold is taken to stand in those that are looked at only."""

    documents: Mapping[str, int] = field(default_factory=dict)
    total: int = 0


class CorpusWords(NamedTuple):
    """The counts for what ``papers.disambiguation.collection`` weighs: what works say, the affiliations of mentions, those around works."""

    text: WordCounts
    places: WordCounts
    surroundings: WordCounts
