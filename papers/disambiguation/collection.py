"""Mentions as arrays: what the comparison of two of them reads, laid out for machine speed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from papers.disambiguation.mentions import Mention, Work
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


class Vocabulary:
    """Words as numbers, and in how many documents they stand."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.documents: list[int] = []
        self.total = 0

    def learn(self, words: Iterable[str]) -> None:
        """Count one document with these distinct words."""
        self.total += 1
        number, documents = self.number, self.documents
        for word in words:
            known = number.get(word)
            if known is None:
                number[word] = len(documents)
                documents.append(1)
            else:
                documents[known] += 1


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


def weighted(documents: Sequence[list[str]], vocabulary: Vocabulary, *, ceiling: float = 1.0) -> Rows:
    """TF-IDF rows of length one. Words of one document only, and those above the ``ceiling`` share of all, are left out."""
    start = np.zeros(len(documents) + 1, np.int64)
    terms: list[int] = []
    values: list[float] = []
    total = max(vocabulary.total, 1)
    idf = [log(total / count) + 1 if 1 < count <= max(ceiling * total, 2) else 0.0 for count in vocabulary.documents]
    number = vocabulary.number
    for row, words in enumerate(documents):
        counted = Counter(words)
        entries = sorted(
            (known, (1 + log(times)) * idf[known])
            for word, times in counted.items()
            if (known := number.get(word)) is not None and idf[known]
        )
        length = sum(value * value for _, value in entries) ** 0.5
        terms.extend(term for term, _ in entries)
        values.extend(value / length for _, value in entries)
        start[row + 1] = len(terms)
    return Rows(start, np.asarray(terms, np.int32), np.asarray(values, np.float32))


class Collection:
    """Mentions sorted by key, with everything that comparing them needs in ``arrays``."""

    def __init__(self, mentions: Iterable[Mention], statistics: NameStatistics | None = None) -> None:
        self.mentions = sorted(mentions, key=lambda mention: mention.key)
        for one, other in pairwise(self.mentions):
            if one.key == other.key:
                raise ValueError(f"two mentions at position {one.position} of {one.work.key}")
        works: dict[str, Work] = {}
        for mention in self.mentions:
            works.setdefault(mention.work.key, mention.work)
        self.works = list(works.values())
        self._work_number = {key: number for number, key in enumerate(works)}
        self.statistics = statistics or NameStatistics.of(name for work in self.works for name in work.authors)
        self.names: list[PersonName] = []
        self._name_number: dict[str, int] = {}
        self._block_number: dict[str, int] = {}
        self._first_number: dict[str, int] = {}
        self.arrays = self._arrays()

    def _name(self, published: str) -> int:
        number = self._name_number.get(published)
        if number is None:
            number = self._name_number[published] = len(self.names)
            self.names.append(parse_name(published))
        return number

    def _block(self, name: PersonName) -> int:
        return self._block_number.setdefault(name.block, len(self._block_number))

    def _arrays(self) -> Arrays:
        name = np.fromiter((self._name(mention.name) for mention in self.mentions), np.int32, len(self.mentions))
        block = np.fromiter((self._block(self.names[number]) for number in name), np.int32, len(name))
        company = self._company()
        affiliation, places = self._places()
        venues: dict[str, int] = {"": -1}
        return Arrays(
            work=np.fromiter((self._work_number[mention.work.key] for mention in self.mentions), np.int32, len(name)),
            name=name,
            block=block,
            affiliation=affiliation,
            year=np.asarray([work.year or 0 for work in self.works], np.int32),
            venue=np.asarray([venues.setdefault(work.venue, len(venues)) for work in self.works], np.int32),
            rarity=np.asarray([self.statistics.rarity(parsed) for parsed in self.names], np.float32),
            company=company,
            text=self._text(),
            places=places,
            surroundings=self._surroundings(),
            ids=self._ids(),
            orcid=self._numbered(mention.authenticated_orcid for mention in self.mentions),
        )

    @staticmethod
    def _numbered(values: Iterable[str]) -> Ints:
        numbers: dict[str, int] = {"": 0}
        return np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.int32)

    def _ids(self) -> Ints:
        """Columns of the distinguishing identifiers. One that a source gives twice on one work is none of a person's."""
        columns = np.zeros((len(self.mentions), len(DISTINGUISHING)), np.int32)
        number: dict[tuple[str, str], int] = {}
        seen: dict[tuple[str, int], int] = {}
        for row, mention in enumerate(self.mentions):
            for scheme, value in mention.source_ids:
                if scheme in _COLUMN:
                    code = number.setdefault((scheme, value), len(number) + 1)
                    before = seen.setdefault((mention.work.key, code), row)
                    columns[row, _COLUMN[scheme]] = code if before == row else 0
                    if before != row:
                        columns[before, _COLUMN[scheme]] = 0
        return columns

    def _company(self) -> Company:
        start = np.zeros(len(self.works) + 1, np.int64)
        people: list[tuple[int, int, float]] = []
        for row, work in enumerate(self.works):
            present = []
            for published in work.authors:
                parsed = self.names[self._name(published)]
                first = self._first_number.setdefault(parsed.first, len(self._first_number) + 1)
                rare = self.statistics.rarity(parsed)
                present.append((self._block(parsed), first if len(parsed.first) > 1 else -first, rare))
            present.sort()
            people.extend(present)
            start[row + 1] = len(people)
        blocks, firsts, weights = zip(*people, strict=True) if people else ((), (), ())
        return Company(start, np.asarray(blocks, np.int32), np.asarray(firsts, np.int32), np.asarray(weights, np.float32))

    def _text(self) -> Rows:
        vocabulary = Vocabulary()
        documents = []
        for work in self.works:
            words = text_of(work)
            vocabulary.learn(set(words))
            documents.append(words)
        return weighted(documents, vocabulary, ceiling=EVERYWHERE)

    def _surroundings(self) -> Rows:
        """The affiliations around each work: those of all its mentions, and those that belong to none of them."""
        said: list[list[str]] = [list(work.affiliations) for work in self.works]
        for mention in self.mentions:
            if mention.affiliations:
                said[self._work_number[mention.work.key]].extend(mention.affiliations)
        vocabulary = Vocabulary()
        documents = []
        for texts in said:
            words = words_of(" ".join(texts)) if texts else []
            if words:
                vocabulary.learn(set(words))
            documents.append(words)
        return weighted(documents, vocabulary)

    def _places(self) -> tuple[Ints, Rows]:
        """The row of places of each mention (negative where it has none), and the rows: one for each distinct affiliation,
        then one for each work's own.
        """
        known: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        vocabulary = Vocabulary()
        documents: list[list[str]] = []
        numbers = []
        for mention in self.mentions:
            said = (mention.affiliations, mention.institutions)
            if not said[0] and not said[1]:
                numbers.append(-1)
                continue
            number = known.get(said)
            if number is None:
                words = places_of(*said)
                number = known[said] = len(documents)
                documents.append(words)
            vocabulary.learn(set(documents[number]))
            numbers.append(number)
        return np.asarray(numbers, np.int32), weighted(documents, vocabulary)
