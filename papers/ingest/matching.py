"""Recognising the work that a record describes: by its source record, by a shared identifier, else by its title.

Two records of one source with different record ids are two works, whatever their titles: the source has told them
apart. An identifier that both bear is then a slip of the source, unless their titles are alike. Between sources the same folded title, years at most one apart and an author in common make one work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from django.db import connection

from papers.ingest.copying import array_text
from papers.names import parse_name
from papers.records import WorkRecord
from papers.text import title_key

# Paper Copilot's lists carry OpenReview's ids where OpenReview has the record: they are one numbering.
SAME_NUMBERING = {"paperlists": "openreview"}
# Identifiers that several records rightly share, or that name a version rather than the work.
NOT_IDENTIFYING = frozenset({"isbn", "issn"})
SCHEME_ORDER = ("doi", "arxiv", "openreview", "acl", "openalex", "pmid", "s2")
LONGEST_TITLE_KEY = 300
SHORTEST_TITLE_KEY = 12  # "Preface", "Editorial": such titles are borne by many works, so the authors and the year must agree
MOST_OF_A_TITLE = 200  # works of one title that a record is compared with
BEGINNING = 40  # characters of a folded title that must agree before a typed one is compared
NEARLY = 0.92
UNLIKE = 0.6  # two titles of one work, in two languages or before and after a revision, may be further apart: but not within one source
FEWEST_AUTHORS = 2
# References and lists that cite works rather than hold records of them: their entries have no identity of their own.
SECOND_HAND = frozenset({"bibtex", "ris", "orcid"})


@dataclass(slots=True)
class Known:
    """A work that is there already, as far as matching needs it."""

    work: int
    year: int | None
    families: set[str]
    records: set[tuple[str, str]]
    authors_truncated: bool = False
    title: str = ""


def record_title_key(record: WorkRecord) -> str:
    """The record's folded title, as works keep it. A batch asks for it again and again, so the latest are remembered."""
    return _title_key(record.title)


@lru_cache(maxsize=4096)
def _title_key(title: str) -> str:
    return title_key(title)[:LONGEST_TITLE_KEY] or title.strip().lower()[:LONGEST_TITLE_KEY]


def record_identifiers(record: WorkRecord) -> list[tuple[str, str]]:
    """The identifiers of a record that stand for one work, the most reliable scheme first."""
    pairs = [(scheme, value[:500]) for scheme, value in record.ids.items() if value and scheme not in NOT_IDENTIFYING]
    if len(pairs) < 2:  # noqa: PLR2004 - nothing to sort
        return pairs
    return sorted(pairs, key=lambda pair: (SCHEME_ORDER.index(pair[0]) if pair[0] in SCHEME_ORDER else len(SCHEME_ORDER), pair))


def match_sources(records: Sequence[WorkRecord]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """Work and fingerprint of each source record that was read before. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, record_id, work_id, fingerprint FROM papers_worksource"
            " WHERE (source, record_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [array_text([record.source for record in records]), array_text([record.record_id for record in records])],
        )
        return {(source, record_id): (work, bytes(fingerprint)) for source, record_id, work, fingerprint in cursor.fetchall()}


def match_identifiers(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Works by identifier, survivors of merges included. One query."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identifier.scheme, identifier.value, coalesce(work.merged_into_id, work.id)"
            " FROM papers_workidentifier identifier JOIN papers_work work ON work.id = identifier.work_id"
            " WHERE (identifier.scheme, identifier.value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [array_text([scheme for scheme, _ in wanted]), array_text([value for _, value in wanted])],
        )
        return {(scheme, value): work for scheme, value, work in cursor.fetchall()}


def slips(records: Iterable[WorkRecord], identified: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By record (source and id), identifiers that lead to a work which the same source has told apart from it. One query, none for no hits.

    Publishers' deposits hold such slips: a book review and the editorial after it under one DOI.
    """
    hits = [(record, pair, identified[pair]) for record in records for pair in record_identifiers(record) if pair in identified]
    hits = [hit for hit in hits if hit[0].source not in SECOND_HAND]
    if not hits:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT work.id, work.title_key, source.source, source.record_id FROM papers_work work"
            " JOIN papers_worksource source ON source.work_id = work.id WHERE work.id = ANY(%s)",
            [sorted({work for _record, _pair, work in hits})],
        )
        named: dict[int, list[tuple[str, str, str]]] = {}
        for work, *row in cursor.fetchall():
            named.setdefault(work, []).append((row[0], row[1], row[2]))
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for record, pair, work in hits:
        if _is_told_apart(record, named.get(work, [])):
            found.setdefault((record.source, record.record_id), set()).add(pair)
    return found


def _is_told_apart(record: WorkRecord, rows: Sequence[tuple[str, str, str]]) -> bool:
    """Whether this source has records of the work, none of them this one, and the titles have little in common. Rows: title key, source, record."""
    own = {record_id for _key, source, record_id in rows if _numbering(source) == _numbering(record.source)}
    if not own or record.record_id in own:
        return False
    return SequenceMatcher(None, rows[0][0], record_title_key(record), autojunk=False).ratio() < UNLIKE


def match_titles(keys: Iterable[str]) -> dict[str, list[Known]]:
    """Works by folded title, oldest first, with what decides whether a record is one of them. Three queries."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    # A range of one: "=" could be looked up in the trigram index too, and without figures the planner would, at a hundred
    # times the cost.
    return _known("work.title_key BETWEEN begins.text AND begins.text", wanted, lambda key: key)


def match_beginnings(keys: Iterable[str]) -> dict[str, list[Known]]:
    """Works whose folded titles begin alike, by that beginning, for titles that somebody typed. Three queries."""
    beginnings = sorted({key[:BEGINNING] for key in keys if len(key) >= BEGINNING})
    if not beginnings:
        return {}
    return _known("work.title_key LIKE begins.text || '%%'", beginnings, lambda key: key[:BEGINNING])


def _known(condition: str, texts: list[str], grouped: Callable[[str], str]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    known: dict[int, Known] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found.* FROM unnest(%s::text[]) AS begins (text), LATERAL ("  # noqa: S608 - the conditions are ours
            "SELECT work.id, work.title_key, work.year, work.authors_truncated, work.title FROM papers_work work"
            # So written that only the index of the titles can serve: a planner without figures would go through all works
            # by key, or through all that are not merged, for every title.
            f" WHERE {condition} AND num_nonnulls(work.merged_into_id, work.erased_at) = 0 ORDER BY work.id + 0 LIMIT {MOST_OF_A_TITLE}"
            ") AS found ORDER BY found.id",
            [array_text(texts)],
        )
        for work, key, year, truncated, title in cursor.fetchall():
            known[work] = Known(work=work, year=year, families=set(), records=set(), authors_truncated=truncated, title=title)
            found.setdefault(grouped(key), []).append(known[work])
        if known:
            cursor.execute("SELECT work_id, raw_name FROM papers_authorship WHERE work_id = ANY(%s)", [list(known)])
            for work, name in cursor.fetchall():
                known[work].families.add(parse_name(name).family)
            cursor.execute("SELECT work_id, source, record_id FROM papers_worksource WHERE work_id = ANY(%s)", [list(known)])
            for work, source, record_id in cursor.fetchall():
                known[work].records.add((source, record_id))
    return found


def same_by_title(record: WorkRecord, candidates: Sequence[Known]) -> Known | None:
    """The work among those of the same title that the record describes, or None. The same year goes first."""
    if not candidates:
        return None
    families = {parse_name(authorship.name).family for authorship in record.authorships}
    able = [known for known in candidates if _may_be_same(record, families, known)]
    return min(able, key=lambda known: (abs((known.year or 0) - (record.year or 0)), known.work), default=None)


def same_by_nearly_the_title(record: WorkRecord, candidates: Sequence[Known]) -> Known | None:
    """The one work with nearly the title that somebody typed, exactly the authors, and nothing that numbers a part differing."""
    if record.source not in SECOND_HAND or not candidates:
        return None
    families = {parse_name(authorship.name).family for authorship in record.authorships}
    if len(families) < FEWEST_AUTHORS:
        return None
    able = [
        known
        for known in candidates
        if families == known.families and _may_be_same(record, families, known) and _nearly_the_same(record.title, known.title)
    ]
    return able[0] if len(able) == 1 else None


def _nearly_the_same(one: str, other: str) -> bool:
    words, other_words = fold_words(one), fold_words(other)
    if any(_numbers_a_part(word) for word in words ^ other_words):
        return False
    return SequenceMatcher(None, title_key(one), title_key(other), autojunk=False).ratio() >= NEARLY


def fold_words(title: str) -> set[str]:
    """The words of a title, lower case, with their digits."""
    return set("".join(character if character.isalnum() else " " for character in title.lower()).split())


def _numbers_a_part(word: str) -> bool:
    """Whether a word tells one part of a series from another: a number, a Roman one, a letter."""
    return len(word) == 1 or any(character.isdigit() for character in word) or not set(word) - set("ivxl")


def _may_be_same(record: WorkRecord, families: set[str], known: Known) -> bool:
    if record.source not in SECOND_HAND and any(_numbering(source) == _numbering(record.source) for source, _ in known.records):
        return False
    if record.year is not None and known.year is not None and abs(record.year - known.year) > 1:
        return False
    shared = len(families & known.families)
    if not shared:
        return False
    if len(record_title_key(record)) < SHORTEST_TITLE_KEY:
        return record.year == known.year and families == known.families
    if record.authors_truncated or known.authors_truncated:
        return True
    return 2 * shared >= min(len(families), len(known.families))


def _numbering(source: str) -> str:
    return SAME_NUMBERING.get(source, source)
