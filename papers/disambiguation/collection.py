"""Mentions as arrays: what the comparison of two of them reads, laid out for machine speed."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.mentions import Mention, MentionKey, Work
from papers.disambiguation.names import NameStatistics
from papers.names import PersonName, parse_name

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
TEXT_LIMIT = 1_500  # characters of an abstract that are read
EVERYWHERE = 0.1  # a word in more of the works than this says nothing

# A source gives each value of these to one person; two values are two people, or one with two profiles.
DISTINGUISHING = ("orcid", "openalex", "openreview", "dblp", "acl", "s2")
_COLUMN = {scheme: column for column, scheme in enumerate(DISTINGUISHING)}


class Rows(NamedTuple):
    """Sparse rows: row i holds ``terms[start[i]:start[i + 1]]``, ascending, with their ``values``, of length one altogether."""

    start: NDArray[np.int64]
    terms: Ints
    values: Floats


class Company(NamedTuple):
    """The people on each work, sorted by block: their block, first given name and how much it says to share them.

    ``first`` is negative where it is only an initial.
    """

    start: NDArray[np.int64]
    block: Ints
    first: Ints
    weight: Floats


class Arrays(NamedTuple):
    """A collection for compiled code. ``work``, ``name``, ``block``, ``affiliation`` by mention; ``year`` (0 unknown), ``venue`` by work.

    ``ids`` has a column for each scheme whose value a source gives to one person only, ``orcid`` what was signed in for; 0 is unknown.
    ``places`` are the rows that ``affiliation`` names (negative: none), ``surroundings`` the affiliations around a whole work.
    """

    work: Ints
    name: Ints
    block: Ints
    affiliation: Ints
    year: Ints
    venue: Ints
    rarity: Floats
    company: Company
    text: Rows
    places: Rows
    surroundings: Rows
    ids: Ints
    orcid: Ints


Counts = tuple["array[int]", "array[int]"]


class Vocabulary:
    """Words as numbers, and in how many documents they stand."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.documents: list[int] = []
        self.total = 0

    def counted(self, words: Iterable[str]) -> Counts:
        """The distinct words of a document as numbers, and how often each stands there. New words get a number."""
        times = Counter(words)
        number = self.number
        found = array("i", [number.setdefault(word, len(number)) for word in times])
        self.documents.extend([0] * (len(number) - len(self.documents)))
        return found, array("i", times.values())

    def learn(self, words: Iterable[int]) -> None:
        """Count one document with these distinct words."""
        self.total += 1
        documents = self.documents
        for word in words:
            documents[word] += 1


def words_of(text: str) -> list[str]:
    """The words of a text, folded to ASCII, of three letters or more."""
    return _WORD.findall((text if text.isascii() else anyascii(text)).lower())


def text_of(work: Work) -> list[str]:
    """The words that say what a work is about."""
    return words_of(" ".join((work.title, *work.keywords, *work.topics, work.abstract[:TEXT_LIMIT])))


def places_of(affiliations: Iterable[str], institutions: Iterable[str]) -> list[str]:
    """The words of affiliations, and institution keys: a domain also stands for those above it."""
    found = [word for text in affiliations for word in words_of(text)]
    for key in institutions:
        found.append("@" + key)
        parts = key.split(".")
        found.extend("@" + ".".join(parts[start:]) for start in range(1, len(parts) - 1))
    return found


def weighted(documents: Sequence[Counts], vocabulary: Vocabulary, *, ceiling: float = 1.0, corpus: WordCounts | None = None) -> Rows:
    """TF-IDF rows of length one. Words of one document only, and those above the ``ceiling`` share of all, are left out.

    ``corpus`` are the counts of the whole collection where these documents are a part of it.
    """
    start = np.zeros(len(documents) + 1, np.int64)
    terms, values = array("i"), array("f")
    total, counts = max(vocabulary.total, 1), vocabulary.documents
    if corpus is not None and corpus.total > total:
        total = corpus.total
        counts = [max(count, corpus.documents.get(word, 0)) for word, count in zip(vocabulary.number, counts, strict=True)]
    idf = [log(total / count) + 1 if 1 < count <= max(ceiling * total, 2) else 0.0 for count in counts]
    damped = [0.0, *(1 + log(times) for times in range(1, 100))]
    for row, (words, times) in enumerate(documents):
        entries = sorted((word, damped[min(often, 99)] * idf[word]) for word, often in zip(words, times, strict=True) if idf[word])
        length = sum(value * value for _, value in entries) ** 0.5
        terms.extend([term for term, _ in entries])
        values.extend([value / length for _, value in entries])
        start[row + 1] = len(terms)
    return Rows(start, np.frombuffer(terms, np.int32), np.frombuffer(values, np.float32)) if terms else _no_rows(len(documents))


def _no_rows(count: int) -> Rows:
    return Rows(np.zeros(count + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))


class Collection:
    """Mentions with everything that comparing them needs in ``arrays``: sorted by key, and what was added later after them."""

    def __init__(self, mentions: Iterable[Mention], statistics: NameStatistics | None = None) -> None:
        first = list(mentions)
        self.mentions: list[Mention] = []
        self.works: list[Work] = []
        self.names: list[PersonName] = []
        self.published: list[str] = []
        self._counts_names = statistics is None
        self._counted: set[str] = set()
        self.statistics = statistics or NameStatistics({}, {}, 0)
        self._known: set[MentionKey] = set()
        self._work_number: dict[str, int] = {}
        self._name_number: dict[str, int] = {}
        self._block_number: dict[str, int] = {}
        self._first_number: dict[str, int] = {}
        self._venue_number: dict[str, int] = {"": -1}
        self._orcid_number: dict[str, int] = {"": 0}
        self._id_number: dict[tuple[str, str], int] = {}
        self._place_number: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        self._words, self._places, self._surroundings = Vocabulary(), Vocabulary(), Vocabulary()
        self.arrays = _nothing()
        self.extend(first)

    def extend(self, mentions: Iterable[Mention]) -> None:
        """Add mentions, sorted by key, after those that are there. Names are as rare as they are among all of these, unless statistics were
        given; what words tell is kept as it was for the earlier ones.

        Raises ``ValueError`` where two mentions have one key.
        """
        new = sorted(mentions, key=lambda mention: mention.key)
        for mention in new:
            if mention.key in self._known:
                raise ValueError(f"two mentions at position {mention.position} of {mention.work.key}")
            self._known.add(mention.key)
        works = self._new_works(new)
        self._count_names(works)
        self.mentions += new
        self.works += works
        self.arrays = _appended(self.arrays, self._arrays(new, works))
        self.arrays = self.arrays._replace(rarity=np.asarray([self.statistics.rarity(name) for name in self.names], np.float32))

    def _count_names(self, works: list[Work]) -> None:
        if self._counts_names:
            named = {parsed.key: parsed for work in works for parsed in map(parse_name, work.authors)}
            self.statistics = self.statistics.with_names(parsed for key, parsed in named.items() if key not in self._counted)
            self._counted.update(named)

    def _new_works(self, mentions: list[Mention]) -> list[Work]:
        works = []
        for mention in mentions:
            if mention.work.key not in self._work_number:
                self._work_number[mention.work.key] = len(self._work_number)
                works.append(mention.work)
        return works

    def _name(self, published: str) -> int:
        number = self._name_number.get(published)
        if number is None:
            number = self._name_number[published] = len(self.names)
            self.names.append(parse_name(published))
            self.published.append(published)
        return number

    def _block(self, name: PersonName) -> int:
        return self._block_number.setdefault(name.block, len(self._block_number))

    def person_of(self, published: str) -> tuple[int, int]:
        """The block and first given name by which ``Company`` knows a co-author."""
        parsed = self.names[self._name(published)]
        first = self._first_number.get(parsed.first, 0)
        return self._block(parsed), first if len(parsed.first) > 1 else -first

    def _arrays(self, mentions: list[Mention], works: list[Work]) -> Arrays:
        """The arrays of these alone; numbers are those of the whole collection."""
        name = np.fromiter((self._name(mention.name) for mention in mentions), np.int32, len(mentions))
        block = np.fromiter((self._block(self.names[number]) for number in name), np.int32, len(name))
        company = self._company(works)
        affiliation, places = self._place_rows(mentions)
        venues = self._venue_number
        return Arrays(
            work=np.fromiter((self._work_number[mention.work.key] for mention in mentions), np.int32, len(name)),
            name=name,
            block=block,
            affiliation=affiliation,
            year=np.asarray([work.year or 0 for work in works], np.int32),
            venue=np.asarray([venues.setdefault(work.venue, len(venues)) for work in works], np.int32),
            rarity=np.zeros(0, np.float32),  # of all names anew, once these are counted
            company=company,
            text=self._text_rows(works),
            places=places,
            surroundings=self._surrounding_rows(mentions, works),
            ids=self._ids(mentions),
            orcid=np.fromiter(
                (self._orcid_number.setdefault(m.authenticated_orcid, len(self._orcid_number)) for m in mentions), np.int32, len(name)
            ),
        )

    def _ids(self, mentions: list[Mention]) -> Ints:
        """Columns of the distinguishing identifiers. One that a source gives twice on one work is none of a person's."""
        columns = np.zeros((len(mentions), len(DISTINGUISHING)), np.int32)
        seen: dict[tuple[str, int], int] = {}
        for row, mention in enumerate(mentions):
            for scheme, value in mention.source_ids:
                if scheme in _COLUMN:
                    code = self._id_number.setdefault((scheme, value), len(self._id_number) + 1)
                    before = seen.setdefault((mention.work.key, code), row)
                    columns[row, _COLUMN[scheme]] = code if before == row else 0
                    if before != row:
                        columns[before, _COLUMN[scheme]] = 0
        return columns

    def _company(self, works: list[Work]) -> Company:
        start = np.zeros(len(works) + 1, np.int64)
        blocks, firsts, weights = array("i"), array("i"), array("f")
        weight: dict[str, float] = {}
        for row, work in enumerate(works):
            present = []
            for published in work.authors:
                parsed = self.names[self._name(published)]
                first = self._first_number.setdefault(parsed.first, len(self._first_number) + 1)
                rare = weight.get(published)
                if rare is None:
                    rare = weight[published] = self.statistics.rarity(parsed)
                present.append((self._block(parsed), first if len(parsed.first) > 1 else -first, rare))
            present.sort()
            blocks.extend([person[0] for person in present])
            firsts.extend([person[1] for person in present])
            weights.extend([person[2] for person in present])
            start[row + 1] = len(blocks)
        return Company(start, np.asarray(blocks, np.int32), np.asarray(firsts, np.int32), np.asarray(weights, np.float32))

    def _text_rows(self, works: list[Work]) -> Rows:
        documents = [self._words.counted(text_of(work)) for work in works]
        for words, _ in documents:
            self._words.learn(words)
        return weighted(documents, self._words, ceiling=EVERYWHERE, corpus=self.statistics.words.text if self.statistics.words else None)

    def _surrounding_rows(self, mentions: list[Mention], works: list[Work]) -> Rows:
        """The affiliations around each work: those of all its mentions, and those that belong to none of them."""
        said: dict[str, list[str]] = {work.key: list(work.affiliations) for work in works}
        for mention in mentions:
            if mention.affiliations and mention.work.key in said:
                said[mention.work.key].extend(mention.affiliations)
        documents = [self._surroundings.counted(words_of(" ".join(texts)) if texts else ()) for texts in said.values()]
        for words, _ in documents:
            if words:
                self._surroundings.learn(words)
        return weighted(documents, self._surroundings, corpus=self.statistics.words.surroundings if self.statistics.words else None)

    def _place_rows(self, mentions: list[Mention]) -> tuple[Ints, Rows]:
        """The row of places of each mention (negative where it has none), and the rows that are new: one for each distinct affiliation."""
        documents: list[Counts] = []
        known = len(self._place_number)
        numbers = np.full(len(mentions), -1, np.int32)
        for row, mention in enumerate(mentions):
            said = (mention.affiliations, mention.institutions)
            if not said[0] and not said[1]:
                continue
            number = self._place_number.get(said)
            if number is None:
                number = self._place_number[said] = len(self._place_number)
                documents.append(self._places.counted(places_of(*said)))
            if number >= known:
                self._places.learn(documents[number - known][0])
            numbers[row] = number
        return numbers, weighted(documents, self._places, corpus=self.statistics.words.places if self.statistics.words else None)


def _nothing() -> Arrays:
    none = np.zeros(0, np.int32)
    company = Company(np.zeros(1, np.int64), none, none, np.zeros(0, np.float32))
    rows = _no_rows(0)
    ids = np.zeros((0, len(DISTINGUISHING)), np.int32)
    return Arrays(none, none, none, none, none, none, np.zeros(0, np.float32), company, rows, rows, rows, ids, none)


def _appended(before: Any, after: Any) -> Any:
    """Arrays, or tuples of them, one after the other; starts of rows go on where the earlier ones end."""
    if isinstance(before, tuple):
        joined = [_appended(one, other) for one, other in zip(before, after, strict=True)]
        if hasattr(before, "start"):
            joined[0] = np.concatenate([before.start, after.start[1:] + before.start[-1]])
        return type(before)(*joined)
    return np.concatenate([before, after]) if len(before) else np.ascontiguousarray(after)
