"""What disambiguation gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from papers.disambiguation.mentions import MentionKey

WEAK = 0.75  # mentions that joined by less are in doubt
TOLERATED = 0.1  # of the works of a page: fewer that are others', or elsewhere, mislead nobody


@dataclass(frozen=True, slots=True)
class Cluster:
    """Mentions taken for one person, sorted by key, and the signs by which ``confidence`` judges them.

    ``person`` is the one of ``Constraints.decided`` where somebody decided, else "". ``cohesion`` is the mean probability of its
    pairs of mentions, ``weakest`` that of the join that was least sure, ``doubtful`` how many of the mentions joined by less than .75, ``rival`` that towards the nearest cluster with a
    compatible name that was kept apart (0 where there is none). ``known`` is the share of mentions with an affiliation
    or an abstract; ``rarity`` that of its fullest name (papers.names.rarity); ``forms`` counts written-out forms of it.
    """

    mentions: tuple[MentionKey, ...]
    person: str = ""
    cohesion: float = 1.0
    weakest: float = 1.0
    rival: float = 0.0
    known: float = 0.0
    rarity: float = 0.0
    forms: int = 1
    doubtful: int = 0

    def doubt(self, outside: float) -> float:
        """How unsure the least sure join was. A weak one counts in full where so many mentions joined weakly, and stand outside of the largest group
        of co-authors that meet (the share ``outside``), that a page would mislead if they were others'.
        """
        counts = min(self.doubtful / len(self.mentions), outside) >= TOLERATED
        return 1 - (self.weakest if counts else max(self.weakest, WEAK))


class AcrossReason(StrEnum):
    """Why two clusters of different blocks were taken for one person."""

    UMLAUT = "umlaut"  # Müller, Mueller, Muller
    NICKNAME = "nickname"  # Bob, Robert
    COMPOUND_SURNAME = "compound-surname"  # García Lorca, García
    DROPPED_FIRST_NAME = "dropped-first-name"  # Simon Shaolei Du, Shaolei Du
    NAME_ORDER = "name-order"  # Tian Yuandong, Yuandong Tian
    TYPING_ERROR = "typing-error"  # Yuandong Tain
    SAME_IDENTIFIER = "same-identifier"  # a source says so


@dataclass(frozen=True, slots=True)
class AcrossMerge:
    """Two names of different blocks that were taken for one person: the first mention under each, why, and with which signs."""

    first: MentionKey
    second: MentionKey
    first_name: str
    second_name: str
    reason: AcrossReason
    shared_coauthors: tuple[str, ...] = ()
    shared_affiliation: bool = False
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class UncertainPair:
    """Two clusters (their places in ``Clustering.clusters``) of which nobody can say for sure whether they are one person.

    ``worth`` is how many pairs of mentions a decision would settle, weighed by how unsure it is: the review queue's order.
    """

    first: int
    second: int
    probability: float
    worth: float


@dataclass(frozen=True, slots=True)
class Clustering:
    """Every mention in exactly one cluster. Clusters are sorted by their first mention, so that the same input in any order
    gives the same value. ``contradictions`` are pairs that had to stay together and had to stay apart; they are apart.
    """

    clusters: tuple[Cluster, ...]
    across: tuple[AcrossMerge, ...] = ()
    uncertain: tuple[UncertainPair, ...] = ()
    contradictions: tuple[tuple[MentionKey, MentionKey], ...] = ()

    def places(self) -> dict[MentionKey, int]:
        """The place of its cluster for each mention."""
        return {key: place for place, cluster in enumerate(self.clusters) for key in cluster.mentions}


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a mention that came later goes: the name of a known cluster, or a new one.

    ``cluster`` is None for a new person; mentions that share a new one have the same ``new`` number. ``probability`` is the mean
    probability that the mention and those it was put with are one person (1 where a constraint decided).
    """

    mention: MentionKey
    cluster: str | None
    new: int = -1
    probability: float = 1.0


class ReasonKind(StrEnum):
    """Why a page may mix people. ``details`` of the reason hold what a sentence needs."""

    COAUTHOR_GROUPS = "coauthor-groups"  # groups: number of groups of co-authors that never meet
    SUBJECTS_APART = "subjects-apart"  # first_words, first_years, second_words, second_years
    TWO_ORCIDS = "two-orcids"  # values
    TWO_SOURCE_IDS = "two-source-ids"  # scheme, values
    AFFILIATIONS_APART = "affiliations-apart"  # affiliations at once that never occur together: years, values
    NAMES_APART = "names-apart"  # values: written-out names that contradict each other
    LONG_GAP = "long-gap"  # first_years, second_years
    COMMON_NAME = "common-name"  # value, others: how many other pages bear it
    WEAK_JOIN = "weak-join"  # probability


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign that a cluster may be several people; ``weight`` is what it adds to the score, ``details`` are for its sentence."""

    kind: ReasonKind
    weight: float
    details: dict[str, str | int | float | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """How likely it is that a cluster holds the works of several people (``score``, 0 to 1), the reasons, heaviest first, and the
    groups of mentions between which it would part, largest first. From ``AMBIGUOUS`` on a page should say so.
    """

    score: float
    reasons: tuple[Reason, ...] = ()
    groups: tuple[tuple[MentionKey, ...], ...] = ()

    @property
    def outside(self) -> float:
        """The share of the mentions that stand in other groups than the largest."""
        return 1 - len(self.groups[0]) / sum(map(len, self.groups)) if self.groups else 0.0


AMBIGUOUS = 0.5  # the score from which a page warns and withholds its h-index


@dataclass(frozen=True, slots=True)
class StableIds:
    """Names of clusters that stay between runs. ``names`` gives each new cluster (by place) its name, ``redirects`` leads from
    a name that is gone to the one that took most of its mentions.
    """

    names: tuple[str, ...]
    redirects: dict[str, str]
    opened: frozenset[int]
