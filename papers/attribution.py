"""First attribution: which author an authorship belongs to, decided by rules. Pure; the seam for better methods.

``Attribution`` is what ingest calls; anything with its ``assign`` can take its place. It sees the authors that could
be meant through ``Candidates`` and never touches a database. The rules, in order:

1. an identifier that the source gives for this author, or signed in as (ORCID) outranks every other sign;
2. a compatible name and a co-author in common (two of them for the commonest names);
3. a compatible name that is not common and an affiliation in common, when only one candidate has that;
4. the same rare name written out.

Otherwise a new author is opened: two pages for one person are mended by a merge, one page for two people misleads
every reader. Two positions of one work are never the same author.

These rules are what an import has time for. Its works are marked (``work_chunks``), and within minutes workers compare all
mentions under the same names with each other (``papers.persons``), which mends what was split or mixed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from papers.models.choices import AttributionRule
from papers.names import RARE, PersonName, rarity

# Schemes whose value a source gives to one person only: two different values are two different people.
DISTINGUISHING_SCHEMES = ("orcid", "openalex", "openreview", "dblp", "acl", "s2")
# The order in which identifiers are asked, most reliable first.
IDENTIFIER_ORDER = ("orcid", "openreview", "openalex", "acl", "dblp", "s2", "google_scholar", "page")

COMMON, VERY_COMMON = 0.0, -1.0  # on the scale of papers.names.rarity
WORKS_IN_A_CHUNK = 16  # works imported together have neighbouring keys: one mark stands for all of them
COAUTHOR_EVIDENCE_LIMIT = 50  # in longer author lists a co-author in common says nothing about who somebody is


@dataclass(slots=True)
class Candidate:
    """An author as attribution knows it. ``reference`` is the author's row key, negative while it has none."""

    reference: int
    names: list[PersonName]
    spellings: list[str] = field(default_factory=list)  # the names as published
    ids: dict[str, set[str]] = field(default_factory=dict)
    coauthors: set[int] = field(default_factory=set)  # hashes of folded names
    affiliations: set[int] = field(default_factory=set)  # hashes of folded affiliations and institution keys


@dataclass(frozen=True, slots=True)
class Mention:
    """One position of one work."""

    name: PersonName
    ids: Mapping[str, str]
    coauthors: frozenset[int]
    affiliations: frozenset[int]


@dataclass(frozen=True, slots=True)
class Decision:
    """The author a mention goes to, and by which rule. ``is_new`` where the author was opened for it."""

    candidate: Candidate
    rule: AttributionRule
    is_new: bool


class Candidates(Protocol):
    """The authors that could be meant. Changes made to a candidate are seen by later questions.

    ``fitting`` gives those all of whose names are compatible with a name, oldest first.
    """

    def by_identifier(self, scheme: str, value: str) -> Candidate | None: ...

    def fitting(self, name: PersonName) -> list[Candidate]: ...

    def open(self, name: PersonName) -> Candidate: ...

    def learn(self, candidate: Candidate, mention: Mention) -> None: ...


@dataclass(frozen=True, slots=True)
class NameStatistics:
    """How often names occur among the distinct names of the collection."""

    count_first: Callable[[str], int]
    count_family: Callable[[str], int]
    distinct_names: Callable[[], int]

    def rarity(self, name: PersonName) -> float:
        """See ``papers.names.rarity``."""
        return rarity(name, self.count_first, self.count_family, self.distinct_names())


class Attribution:
    """The rules above, over a set of candidates."""

    def __init__(self, candidates: Candidates, statistics: NameStatistics) -> None:
        self._candidates = candidates
        self._statistics = statistics

    def assign(self, mentions: Sequence[Mention], taken: Iterable[int] = ()) -> list[Decision]:
        """A decision for each mention of one work, in order. ``taken`` are authors that the work has already.

        Identifiers are decided for all mentions before any name is, so that a namesake on the same work cannot take
        the place of the person whom the source names.
        """
        busy = set(taken)
        decisions: list[Decision | None] = [None] * len(mentions)
        for place, mention in enumerate(mentions):
            found = self._by_identifier(mention, busy)
            if found is not None:
                decisions[place] = Decision(found, AttributionRule.SOURCE_ID, is_new=False)
                busy.add(found.reference)
        settled: list[Decision] = []
        for place, mention in enumerate(mentions):
            decision = decisions[place] or self._by_name(mention, busy)
            busy.add(decision.candidate.reference)
            settled.append(decision)
        for mention, decision in zip(mentions, settled, strict=True):
            self._candidates.learn(decision.candidate, mention)
        return settled

    def _by_identifier(self, mention: Mention, busy: set[int]) -> Candidate | None:
        if not mention.ids:
            return None
        for scheme in IDENTIFIER_ORDER:
            value = mention.ids.get(scheme)
            if value:
                candidate = self._candidates.by_identifier(scheme, value)
                if candidate is not None and candidate.reference not in busy:
                    return candidate
        return None

    def _by_name(self, mention: Mention, busy: set[int]) -> Decision:
        name = mention.name
        able = [
            candidate
            for candidate in self._candidates.fitting(name)
            if candidate.reference not in busy and not _contradicts(candidate, mention)
        ]
        if able:
            found = self._by_company(mention, able) or self._by_rare_name(mention, able)
            if found is not None:
                return found
        return Decision(self._candidates.open(mention.name), AttributionRule.FIRST_SEEN, is_new=True)

    def _by_company(self, mention: Mention, able: list[Candidate]) -> Decision | None:
        """The candidate with most co-authors in common; else the only one with an affiliation in common."""
        best, shared = None, 0
        for candidate in able:
            common = len(candidate.coauthors & mention.coauthors)
            if common > shared:
                best, shared = candidate, common
        if best is not None and (shared > 1 or self._statistics.rarity(mention.name) > VERY_COMMON):
            return Decision(best, AttributionRule.SHARED_COAUTHOR, is_new=False)
        near = [candidate for candidate in able if candidate.affiliations & mention.affiliations]
        if len(near) == 1 and self._statistics.rarity(mention.name) > COMMON:
            return Decision(near[0], AttributionRule.SHARED_AFFILIATION, is_new=False)
        return None

    def _by_rare_name(self, mention: Mention, able: list[Candidate]) -> Decision | None:
        same = [candidate for candidate in able if any(name.key == mention.name.key for name in candidate.names)]
        if len(same) == 1 and mention.name.is_full and self._statistics.rarity(mention.name) >= RARE:
            return Decision(same[0], AttributionRule.RARE_NAME, is_new=False)
        return None


def work_chunks(works: Iterable[int]) -> set[int]:
    """What is marked (kind "mentions") so that the people of these works are looked at again: the numbers of their chunks."""
    return {work // WORKS_IN_A_CHUNK for work in works}


def _contradicts(candidate: Candidate, mention: Mention) -> bool:
    """Whether a source has told the two apart: the same scheme, different values."""
    if not mention.ids or not candidate.ids:
        return False
    for scheme in DISTINGUISHING_SCHEMES:
        value = mention.ids.get(scheme)
        if value and (known := candidate.ids.get(scheme)) and value not in known:
            return True
    return False
