"""How common names are in the whole collection, for comparing the mentions of one block."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from papers.disambiguation import Mention, NameStatistics
from papers.ingest.copying import array_text
from papers.names import parse_name

_COUNTS = """
    SELECT counted.role, counted.token, counted.count FROM papers_namecount AS counted
    WHERE (counted.role = 'first' AND counted.token = ANY(%(first)s::text[]))
       OR (counted.role = 'family' AND counted.token = ANY(%(family)s::text[])) OR counted.role = 'all'
    UNION ALL
    SELECT 'letter', left(token, 1), sum(count) FROM papers_namecount WHERE role = 'first' AND token <> '' GROUP BY left(token, 1)
"""


def names_of_collection(mentions: Iterable[Mention]) -> NameStatistics:
    """The counts that these mentions and the people beside them need. One query.

    The first names that were not asked for stand as one entry for each letter, as a bare initial may be any of them.
    """
    parsed = {parse_name(name) for mention in mentions for name in mention.work.authors}
    counts: dict[str, dict[str, int]] = {"first": {}, "family": {}, "all": {}, "letter": {}}
    with connection.cursor() as cursor:
        columns = {part: array_text(sorted({getattr(name, part) for name in parsed})) for part in ("first", "family")}
        cursor.execute(_COUNTS, columns)
        for role, token, count in cursor.fetchall():
            counts[role][token] = int(count)
    first = counts["first"]
    asked: dict[str, int] = {}
    for token, count in first.items():
        asked[token[:1]] = asked.get(token[:1], 0) + count
    others = {f"{letter} others": total - asked.get(letter, 0) for letter, total in counts["letter"].items()}
    return NameStatistics(first={**first, **others}, family=counts["family"], distinct=sum(counts["all"].values()))
