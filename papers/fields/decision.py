"""The field of a work from what its sources say, with the reason. Pure; the knowledge is in ``mapping.toml``.

The first of these that says something decides, from what authors chose to what machines guessed:

1. the primary arXiv category (the first one named), else another one;
2. the venue, by its short key, its abbreviation, then the words of its name;
3. the OpenAlex subfield of the topic with the highest score, else that topic's OpenAlex field;
4. keywords, where most of the ones that we know agree;
5. Semantic Scholar's field of study, the first that is named.

A venue for all of a science ("Physics", "Nature") says less than a subfield, so general names come after step 3.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from papers.records import TopicRecord, VenueRecord

LONGEST_BASIS: Final = 200
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_GENERAL: Final = ", general"


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One field: its key, English name, the domain it is listed under, and its place in lists (from 0)."""

    key: str
    name: str
    domain: str
    order: int


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """A work's field and the reason, in words for a person ("arXiv category cs.CL")."""

    key: str
    basis: str


class FieldMap:
    """The mapping. ``fields`` in listing order; ``version`` rises with every change of the data."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        """Raises ``ValueError`` where the data place one thing in two fields, or name a field twice."""
        self.version: int = mapping["version"]
        blocks = mapping["field"]
        self.fields = tuple(FieldEntry(block["key"], block["name"], block["domain"], order) for order, block in enumerate(blocks))
        if len({entry.key for entry in self.fields}) != len(self.fields):
            raise ValueError("a field is named twice")
        self._general = frozenset(entry.key for entry in self.fields if entry.name.endswith(_GENERAL))
        self.arxiv = _by_sign(blocks, "arxiv")
        self.subfields = _by_sign(blocks, "openalex_subfields")
        self.openalex_fields = _by_sign(blocks, "openalex_fields")
        self.s2 = _by_sign(blocks, "s2")
        self.venues = _by_sign(blocks, "venues")
        self.keywords = _by_sign(blocks, "keywords")
        words = _by_sign(blocks, "venue_words")
        longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        self._venue_words = words
        self._in_venue_name = re.compile(rf"\b(?:{longest_first})")
        self._venue_decision = lru_cache(maxsize=4096)(self._of_venue)

    def field_of(
        self, topics: Sequence[TopicRecord], venue: VenueRecord | None, keywords: Iterable[str] = (), title: str = ""
    ) -> FieldDecision | None:
        """The field of a work, or None where nothing tells. Deterministic; a few microseconds.

        ``keywords`` may be given beside the topics of scheme "keyword"; the ``title`` is asked last, for our keywords.
        """
        named = self._venue_decision(venue.key, venue.abbreviation, venue.name) if venue is not None else None
        general = named is not None and named.key in self._general
        return (
            self._of_arxiv(topics)
            or (None if general else named)
            or self._of_openalex(topics)
            or self._of_keywords([*(topic.name for topic in topics if topic.scheme in {"keyword", "venue-area"}), *keywords])
            or named
            or self._of_semantic_scholar(topics)
            or (self._of_title(title) if title else None)
        )

    def _of_arxiv(self, topics: Sequence[TopicRecord]) -> FieldDecision | None:
        for topic in topics:
            if topic.scheme == "arxiv":
                category = topic.identifier or topic.name
                key = self.arxiv.get(category) or self.arxiv.get(category.partition(".")[0])
                if key:
                    return FieldDecision(key, f"arXiv category {category}"[:LONGEST_BASIS])
        return None

    def _of_venue(self, key: str, abbreviation: str, name: str) -> FieldDecision | None:
        for sign in (key, abbreviation, name):
            found = self.venues.get(_NOT_KEY.sub("", sign.lower()))
            if found and len(sign) > 1:
                return FieldDecision(found, f"venue {abbreviation or name or key}"[:LONGEST_BASIS])
        folded = _folded(name)
        matches = [match.group() for match in self._in_venue_name.finditer(folded)]
        if not matches:
            return None
        longest = max(matches, key=len)
        return FieldDecision(self._venue_words[longest], f"venue {name}"[:LONGEST_BASIS])

    def _of_openalex(self, topics: Sequence[TopicRecord]) -> FieldDecision | None:
        ours = [topic for topic in topics if topic.scheme == "openalex" and (topic.subfield or topic.field)]
        for topic in sorted(ours, key=lambda topic: -(topic.score or 0.0)):
            if key := self.subfields.get(topic.subfield):
                return FieldDecision(key, f"OpenAlex subfield {topic.subfield}"[:LONGEST_BASIS])
            if key := self.openalex_fields.get(topic.field):
                return FieldDecision(key, f"OpenAlex field {topic.field}"[:LONGEST_BASIS])
        return None

    def _of_keywords(self, keywords: Iterable[str]) -> FieldDecision | None:
        """The field that most known keywords lead to; at a tie the one named first."""
        known = [(keyword, key) for keyword in keywords if (key := self.keywords.get(keyword.strip().lower()))]
        if not known:
            return None
        most, _ = Counter(key for _, key in known).most_common(1)[0]
        return FieldDecision(most, f"keyword {next(keyword for keyword, key in known if key == most)}"[:LONGEST_BASIS])

    def _of_semantic_scholar(self, topics: Sequence[TopicRecord]) -> FieldDecision | None:
        for topic in topics:
            if topic.scheme == "s2" and (key := self.s2.get(topic.name)):
                return FieldDecision(key, f"Semantic Scholar field {topic.name}"[:LONGEST_BASIS])
        return None

    def _of_title(self, title: str) -> FieldDecision | None:
        words = f" {_folded(title)} "
        found = [keyword for keyword in self.keywords if f" {keyword} " in words]
        return FieldDecision(self.keywords[max(found, key=len)], f"title: {max(found, key=len)}") if found else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("&", "and")


def _by_sign(blocks: Sequence[Mapping[str, Any]], sign: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in blocks:
        for value in block.get(sign, ()):
            if value in found:
                raise ValueError(f"{sign} {value!r} stands in {found[value]} and in {block['key']}")
            found[value] = block["key"]
    return found


@cache
def load_fields() -> FieldMap:
    """The mapping that ships with Collegium; read once."""
    return FieldMap(tomllib.loads(files("papers.fields").joinpath("mapping.toml").read_text("utf-8")))
