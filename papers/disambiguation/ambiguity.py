"""Whether a page mixes people: the signs, what they say together, and the groups between which it would part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from math import log

from papers.disambiguation.blocks import agreement_of
from papers.disambiguation.collection import DISTINGUISHING, places_of, text_of
from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.judgement import read_judgement
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import WEAK, Cluster, Finding, Reason, ReasonKind
from papers.names import parse_name

SHOWN_WORDS, SHOWN_VALUES = 4, 6
LARGE_GROUP = 0.1  # of the works; smaller groups are chance
LONG_GAP = 8  # years without any work


@dataclass(frozen=True)
class Group:
    """Mentions whose co-authors meet."""

    mentions: tuple[Mention, ...]

    @property
    def keys(self) -> tuple[MentionKey, ...]:
        return tuple(sorted(mention.key for mention in self.mentions))

    @cached_property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({mention.work.year for mention in self.mentions if mention.work.year}))

    @cached_property
    def words(self) -> Counter[str]:
        """In how many works of the group each word stands."""
        return Counter(word for mention in self.mentions for word in set(text_of(mention.work)))

    @cached_property
    def places(self) -> frozenset[str]:
        return frozenset(word for mention in self.mentions for word in places_of(mention.affiliations, mention.institutions))

    @property
    def span(self) -> str:
        return "" if not self.years else str(self.years[0]) if self.years[0] == self.years[-1] else f"{self.years[0]}-{self.years[-1]}"


def ambiguity(cluster: Cluster, mentions: Sequence[Mention], namesakes: int = 0, corpus: WordCounts | None = None) -> Finding:
    """What speaks for several people behind a cluster. ``mentions`` are those of the cluster, ``namesakes`` how many other
    clusters have a name that fits, ``corpus`` how common words are, so that subjects are told by words that tell. Costs some 20 microseconds a mention.
    """
    groups = groups_of(mentions)
    reasons = sorted(
        _reasons(cluster, mentions, groups, namesakes, corpus or WordCounts()), key=lambda reason: (-reason.weight, reason.kind)
    )
    judged = read_judgement()
    certain = sum(reason.weight for reason in reasons if reason.kind in judged.certain)
    score = judged.mixed(cluster, signs(cluster, groups), extra=certain)
    return Finding(score, tuple(reasons), tuple(group.keys for group in groups))


def groups_of(mentions: Sequence[Mention]) -> tuple[Group, ...]:
    """The mentions parted where their co-authors never meet, largest first. Works without co-authors are groups of their own."""
    if len(mentions) == 1:
        return (Group(tuple(mentions)),)  # most pages; reading thousands of co-authors would part nothing
    parent = list(range(len(mentions)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[str, int] = {}
    ordered = sorted(mentions, key=lambda mention: mention.key)
    own = {parse_name(mention.name).block for mention in ordered}
    for place, mention in enumerate(ordered):
        for name in mention.work.authors:
            block = parse_name(name).block
            if block not in own:
                one, other = root(first.setdefault(block, place)), root(place)
                parent[max(one, other)] = min(one, other)
    parts: dict[int, list[Mention]] = defaultdict(list)
    for place, mention in enumerate(ordered):
        parts[root(place)].append(mention)
    return tuple(Group(tuple(part)) for _, part in sorted(parts.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def outside_of(groups: Sequence[Group]) -> float:
    """The share of the mentions that stand in other groups than the largest."""
    return 1 - len(groups[0].mentions) / sum(len(group.mentions) for group in groups)


def signs(cluster: Cluster, groups: Sequence[Group]) -> dict[str, float]:
    """What the judgement of a page reads beside the cluster's own figures."""
    total = sum(len(group.mentions) for group in groups)
    second = len(groups[1].mentions) if len(groups) > 1 else 0
    return {
        "works": log(total),
        "second_group": log(1 + second),
        "unsure_join": cluster.doubt(outside_of(groups)),
        "looseness": 1 - cluster.cohesion,
    }


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Cosine of two counts of words."""
    product = sum(count * other[word] for word, count in one.items() if word in other)
    length = sum(count * count for count in one.values()) * sum(count * count for count in other.values())
    return product / length**0.5 if length else 0.0


def _reasons(
    cluster: Cluster, mentions: Sequence[Mention], groups: Sequence[Group], namesakes: int, corpus: WordCounts
) -> Iterator[Reason]:
    large = [group for group in groups if len(group.mentions) >= max(2, LARGE_GROUP * len(mentions))]
    yield from _identifiers(mentions)
    yield from _names(mentions)
    if len(large) > 1:
        outside = 1 - len(large[0].mentions) / len(mentions)
        yield Reason(ReasonKind.COAUTHOR_GROUPS, round(2 * outside, 3), {"groups": len(large)})
        yield from _subjects(large[0], large[1], corpus)
        yield from _affiliations(large[0], large[1])
    yield from _gap(mentions)
    if cluster.rarity < 1:
        yield Reason(
            ReasonKind.COMMON_NAME,
            round((1 - cluster.rarity) / 2, 3),
            {"value": Counter(m.name for m in mentions).most_common(1)[0][0], "others": namesakes},
        )
    if cluster.weakest < WEAK:
        yield Reason(ReasonKind.WEAK_JOIN, round(WEAK - cluster.weakest, 3), {"probability": round(cluster.weakest, 2)})


def _identifiers(mentions: Sequence[Mention]) -> Iterator[Reason]:
    values: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention.authenticated_orcid:
            values["orcid"].add(mention.authenticated_orcid)
        for scheme, value in mention.source_ids:
            if scheme in DISTINGUISHING:
                values[scheme].add(value)
    for scheme, found in sorted(values.items()):
        if len(found) > 1:
            shown = tuple(sorted(found))[:SHOWN_VALUES]
            if scheme == "orcid":
                yield Reason(ReasonKind.TWO_ORCIDS, 4.0, {"values": shown})
            else:
                yield Reason(ReasonKind.TWO_SOURCE_IDS, 2.0, {"scheme": scheme, "values": shown})


def _names(mentions: Sequence[Mention]) -> Iterator[Reason]:
    forms = {parse_name(mention.name).key: mention.name for mention in sorted(mentions, key=lambda mention: mention.key, reverse=True)}
    parsed = [parse_name(name) for _, name in sorted(forms.items())]
    for one, other in combinations([name for name in parsed if name.is_full], 2):
        if one.family == other.family and not agreement_of(one, other):
            yield Reason(ReasonKind.NAMES_APART, 1.5, {"values": (forms[one.key], forms[other.key])})
            return


def _subjects(one: Group, other: Group, corpus: WordCounts) -> Iterator[Reason]:
    alike = likeness(one.words, other.words)
    first, second = _telling(one, other, corpus), _telling(other, one, corpus)
    if first and second and alike < SUBJECTS_ALIKE:
        details: dict[str, str | int | float | tuple[str, ...]] = {
            "first_words": first, "first_years": one.span, "second_words": second, "second_years": other.span
        }  # fmt: skip
        yield Reason(ReasonKind.SUBJECTS_APART, round(1 - alike, 3), details)


SUBJECTS_ALIKE = 0.5


def _telling(one: Group, other: Group, corpus: WordCounts) -> tuple[str, ...]:
    """The words that stand in many works of one group and in few of the other: at least in two, longest lead first, where a word that stands
    everywhere counts for little.
    """
    lead = {
        word: (count / len(one.mentions) - other.words[word] / len(other.mentions))
        * log(2 + corpus.total / (1 + corpus.documents.get(word, 0)))
        for word, count in one.words.items()
        if count > 1 and len(word) > SHOWN_WORDS
    }
    return tuple(sorted(sorted(lead, key=lambda word: (-lead[word], word))[:SHOWN_WORDS]))


def _affiliations(one: Group, other: Group) -> Iterator[Reason]:
    if one.places and other.places and not one.places & other.places:
        values = tuple(
            Counter(a for m in group.mentions for a in m.affiliations).most_common(1)[0][0]
            for group in (one, other)
            if any(m.affiliations for m in group.mentions)
        )
        yield Reason(ReasonKind.AFFILIATIONS_APART, 0.8, {"values": values, "first_years": one.span, "second_years": other.span})


def _gap(mentions: Sequence[Mention]) -> Iterator[Reason]:
    years = sorted({mention.work.year for mention in mentions if mention.work.year})
    gaps = [(later - earlier, earlier, later) for earlier, later in pairwise(years)]
    if gaps and max(gaps)[0] >= LONG_GAP:
        _, earlier, later = max(gaps)
        first, second = (
            Group(tuple(m for m in mentions if (m.work.year or later) <= earlier)),
            Group(tuple(m for m in mentions if (m.work.year or 0) >= later)),
        )
        yield Reason(ReasonKind.LONG_GAP, round(min(1.0, max(gaps)[0] / 30), 3), {"first_years": first.span, "second_years": second.span})
