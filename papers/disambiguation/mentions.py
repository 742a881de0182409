"""What disambiguation reads: a mention is one position of one work, with what its record says."""

from __future__ import annotations

from dataclasses import dataclass, field

MentionKey = tuple[str, int]
"""A mention by the key of its work and its position there. Any string does for the key, as long as it stays the same."""


@dataclass(frozen=True, slots=True)
class Work:
    """A work as far as it tells who wrote it. One object serves all its mentions.

    ``authors`` are the names of all its positions as published, the mention's own among them (lists that were cut too: what
    is there); ``venue`` is a key that is the same for all years of a venue; ``affiliations`` those of the work that no source
    has given to one of its authors.
    """

    key: str
    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    authors: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One position of one work.

    ``affiliations`` are raw strings and names of institutions in any order; ``institutions`` keys that say the same
    institution for sure (ROR iDs, domains of e-mail addresses). ``source_ids`` are pairs of scheme and value as sources
    assert them, ORCID iDs among them ("orcid", asserted only); ``authenticated_orcid`` where its bearer signed in.
    """

    work: Work
    position: int
    name: str
    affiliations: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    source_ids: tuple[tuple[str, str], ...] = ()
    authenticated_orcid: str = ""
    key: MentionKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.work.key, self.position))  # one tuple, which everything that names the mention shares


@dataclass(frozen=True, slots=True)
class Constraints:
    """What no run may break. Each is a person's decision; two positions of one work, and authenticated ORCID iDs, need not be told.

    ``decided`` gives mentions to persons, by any stable name of theirs (an author's id): two mentions of one person stay
    together, mentions of two persons apart, also through what is merged with them. ``refused`` says which mentions are not a
    person's. ``together`` and ``apart`` are pairs of mentions. Where they contradict each other, being apart wins:
    see ``Clustering.contradictions``.
    """

    together: tuple[tuple[MentionKey, MentionKey], ...] = ()
    apart: tuple[tuple[MentionKey, MentionKey], ...] = ()
    decided: dict[MentionKey, str] = field(default_factory=dict)
    refused: frozenset[tuple[MentionKey, str]] = frozenset()
