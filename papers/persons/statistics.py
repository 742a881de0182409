"""How common names and words are in the whole collection, for comparing the mentions of one block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.db import connection

from papers.disambiguation.mentions import Mention
from papers.disambiguation.names import NameStatistics
from papers.ingest.copying import array_text
from papers.names import PersonName, parse_name
from papers.persons.words import words_of_collection

USUAL: Final = Path(__file__).with_name("usual_names.txt")
USUAL_TOTAL: Final = 73_954  # distinct names that it was counted over

_COUNTS = """
    SELECT counted.role, counted.token, counted.count FROM papers_namecount AS counted
    WHERE (counted.role = 'first' AND counted.token = ANY(%(first)s::text[]))
       OR (counted.role = 'family' AND counted.token = ANY(%(family)s::text[])) OR counted.role = 'all'
    UNION ALL
    SELECT 'letter', left(token, 1), sum(count) FROM papers_namecount WHERE role = 'first' AND token <> '' GROUP BY left(token, 1)
"""


def statistics_for(mentions: Iterable[Mention]) -> NameStatistics:
    """The counts that these mentions and the people beside them need, and those of words. Three queries, usually.

    The first names that were not asked for stand as one entry for each letter, as a bare initial may be any of them.
    """
    works = {mention.work.key: mention.work for mention in mentions}  # thousands of mentions may be of one
    parsed = {parse_name(name) for work in works.values() for name in work.authors}
    counts: dict[str, dict[str, int]] = {"first": {}, "family": {}, "all": {}, "letter": {}}
    with connection.cursor() as cursor:
        columns = {part: array_text(sorted({getattr(name, part) for name in parsed})) for part in ("first", "family")}
        cursor.execute(_COUNTS, columns)
        for role, token, count in cursor.fetchall():
            counts[role][token] = int(count)
    distinct = sum(counts["all"].values())
    if distinct < USUAL_TOTAL:
        distinct = USUAL_TOTAL
        _reckon_with_the_world(counts, names=parsed)
    first = counts["first"]
    asked: dict[str, int] = {}
    for token, count in first.items():
        asked[token[:1]] = asked.get(token[:1], 0) + count
    others = {f"{letter} others": max(total - asked.get(letter, 0), 0) for letter, total in counts["letter"].items()}
    return NameStatistics(first={**first, **others}, family=counts["family"], distinct=distinct, words=words_of_collection())


def _reckon_with_the_world(counts: dict[str, dict[str, int]], names: Iterable[PersonName]) -> None:
    """A small collection does not tell rare names from common ones: none counts for rarer than it is among many authors."""
    usual = usual_names()
    for name in names:
        for part, token in (("first", name.first), ("family", name.family)):
            if token in usual[part]:
                counts[part][token] = max(counts[part].get(token, 0), usual[part][token])
    for letter, total in usual["letter"].items():
        counts["letter"][letter] = max(counts["letter"].get(letter, 0), total)


@lru_cache(maxsize=1)
def usual_names() -> Mapping[str, Mapping[str, int]]:
    """How many of ``USUAL_TOTAL`` distinct names have a first or family name, by part and folded name, and a first letter ("letter")."""
    found: dict[str, dict[str, int]] = {"letter": {}}
    for line in USUAL.read_text().splitlines():
        part, *entries = line.split(" ")
        if part in {"first", "family"}:
            found[part] = {token: int(count) for token, _, count in (entry.partition(":") for entry in entries)}
    for token, count in found["first"].items():
        found["letter"][token[:1]] = found["letter"].get(token[:1], 0) + count
    return found
