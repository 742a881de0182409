"""How sure each page is, and what speaks for its being several people's: computed for a block, stored where it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from papers.disambiguation import Clustering, Finding, Index, Mention, ambiguity, confidence
from papers.disambiguation.mentions import MentionKey
from papers.figures.storing import store_rows
from papers.ingest.copying import numbers_text
from papers.models import AmbiguityFinding
from papers.persons.deciding import Plan
from papers.persons.reading import Block

KEPT_FROM = 0.25  # below it a finding tells nobody anything
GROUPS, EXAMPLES, COMPANIONS, PLACES = 4, 3, 4, 2  # how much of a finding a page shows
COMPANY_LIMIT = 30  # longer author lists say nothing about who somebody works with

_CONFIDENCE = """
    UPDATE papers_author AS author SET confidence = judged.confidence
    FROM unnest(%s::bigint[], %s::float8[]) AS judged (id, confidence)
    WHERE author.id = judged.id AND author.confidence IS DISTINCT FROM judged.confidence
    RETURNING author.id
"""
_FINDINGS = "SELECT author_id, score, reasons::json, groups::json FROM papers_ambiguityfinding WHERE author_id = ANY(%s::bigint[])"
_SETTLED = "DELETE FROM papers_ambiguityfinding WHERE author_id = ANY(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of one author: ``confidence`` (0 to 1, three decimals) and a finding."""

    confidence: float
    finding: Finding
    works: int


def judge(block: Block, plan: Plan, clustering: Clustering) -> dict[int, Judgement]:
    """What is thought of each author of the block. Touches no database."""
    clusters = {key: str(person.author_id) for person in plan.persons for key in clustering.clusters[person.place].mentions}
    index = Index(block.mentions, clusters)
    return {
        person.author_id: Judgement(
            confidence=round(confidence(clustering.clusters[person.place]), 3),
            finding=ambiguity(clustering.clusters[person.place], index),
            works=len(person.rows),
        )
        for person in plan.persons
    }


def store_judgements(block: Block, plan: Plan, judged: Mapping[int, Judgement], method: str) -> set[int]:
    """Store what is new in these judgements; returns the authors whose confidence changed. Two statements, and two where findings changed."""
    ordered = sorted(judged.items())
    with connection.cursor() as cursor:
        cursor.execute(_CONFIDENCE, [numbers_text(key for key, _ in ordered), [one.confidence for _, one in ordered]])
        changed = {row[0] for row in cursor.fetchall()}
    _store_findings(block, plan, judged, method)
    return changed


def _store_findings(block: Block, plan: Plan, judged: Mapping[int, Judgement], method: str) -> None:
    by_key = {mention.key: mention for mention in block.mentions}
    wanted = {author: _row(author, one, block, by_key, method) for author, one in sorted(judged.items()) if one.finding.score >= KEPT_FROM}
    concerned = sorted({*judged, *plan.redirects})
    with connection.cursor() as cursor:
        cursor.execute(_FINDINGS, [numbers_text(concerned)])
        present = {row[0]: row[1:] for row in cursor.fetchall()}
        settled = [author for author in present if author not in wanted]
        if settled:
            cursor.execute(_SETTLED, [numbers_text(settled)])
    store_rows([row for row in wanted.values() if _as_stored(row) != present.get(row.author_id)], key=("author_id",))


def _as_stored(row: AmbiguityFinding) -> tuple[Any, ...]:
    return row.score, row.reasons, row.groups


def _row(author: int, judged: Judgement, block: Block, mentions: Mapping[MentionKey, Mention], method: str) -> AmbiguityFinding:
    finding = judged.finding
    return AmbiguityFinding(
        author_id=author,
        score=round(finding.score, 3),
        works=judged.works,
        reasons=[
            {"kind": str(reason.kind), "weight": round(reason.weight, 3), "details": _plain(reason.details)} for reason in finding.reasons
        ],
        groups=[_group(author, [mentions[key] for key in group], block) for group in finding.groups[:GROUPS]],
        method=method,
        computed_at=timezone.now(),
    )


def _group(author: int, mentions: Sequence[Mention], block: Block) -> dict[str, Any]:
    """What a page says about one group of works."""
    years = [mention.work.year for mention in mentions if mention.work.year]
    newest = sorted(mentions, key=lambda mention: (-(mention.work.year or 0), int(mention.work.key)))
    people: Counter[int] = Counter()
    for mention in mentions:
        if len(mention.work.authors) <= COMPANY_LIMIT:
            people.update(other for other in set(block.people.get(int(mention.work.key), ())) if other != author)
    places = Counter(text for mention in mentions for text in dict.fromkeys(mention.affiliations))
    return {
        "works": len(mentions),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "examples": [int(mention.work.key) for mention in newest[:EXAMPLES]],
        "coauthors": [key for key, _ in sorted(people.items(), key=lambda entry: (-entry[1], entry[0]))[:COMPANIONS]],
        "affiliations": [text for text, _ in sorted(places.items(), key=lambda entry: (-entry[1], entry[0]))[:PLACES]],
    }


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON holds them."""
    return {
        name: list(value) if isinstance(value, tuple) else round(value, 3) if isinstance(value, float) else value
        for name, value in details.items()
    }
