"""How sure each page is, and what speaks for its being several people's: computed for a block, stored where it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from papers.attribution import IDENTIFIER_ORDER
from papers.disambiguation.ambiguity import ambiguity
from papers.disambiguation.corpus import WordCounts
from papers.disambiguation.judgement import confidence
from papers.disambiguation.mentions import Mention, MentionKey
from papers.disambiguation.outcomes import AMBIGUOUS, Cluster, Clustering, Finding
from papers.figures.storing import store_rows
from papers.ingest.copying import numbers_text
from papers.models import AmbiguityFinding
from papers.names import parse_name
from papers.persons.deciding import Person, Plan, name_of
from papers.persons.reading import Block

KEPT_FROM = 0.25  # below it a finding tells nobody anything
GROUPS, EXAMPLES, COMPANIONS, PLACES = 4, 3, 4, 2  # how much of a finding a page shows
SORTED = 200  # works of a group that whoever parts the page finds together
WARNED = 0.49  # below papers.metrics.citations.LEAST_CONFIDENCE: a page that warns states no h-index
NAMED_BY_SOURCE = 0.9
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


def judge(
    plan: Plan, clustering: Clustering, mentions: Mapping[MentionKey, Mention], corpus: WordCounts | None = None
) -> dict[int, Judgement]:
    """What is thought of each author of a block. ``corpus`` says how common words are. Touches no database."""
    bearers = Counter(parse_name(name_of(person.rows)).key for person in plan.persons)
    judged: dict[int, Judgement] = {}
    for person in plan.persons:
        cluster = clustering.clusters[person.place]
        others = bearers[parse_name(name_of(person.rows)).key] - 1
        finding = ambiguity(cluster, [mentions[key] for key in cluster.mentions], others, corpus)
        judged[person.author_id] = Judgement(_sureness(person, cluster, finding), finding, len(person.rows))
    return judged


def _sureness(person: Person, cluster: Cluster, finding: Finding) -> float:
    """A person's word is sure; a page that warns of several people is never surer than that."""
    if all(row.decided_by_person for row in person.rows):
        return 1.0
    if finding.score >= AMBIGUOUS:
        return round(min(confidence(cluster, finding.outside), 1 - finding.score, WARNED), 3)
    sure = confidence(cluster, finding.outside)
    return round(max(sure, NAMED_BY_SOURCE) if _is_named_by_a_source(person) else sure, 3)


def _is_named_by_a_source(person: Person) -> bool:
    """Whether one identifier of the person stands on every work."""
    shared = set.intersection(*(set(row.source_ids.items()) for row in person.rows))
    return len(person.rows) > 1 and any(scheme in IDENTIFIER_ORDER for scheme, _value in shared)


def store_judgements(
    block: Block, plan: Plan, judged: Mapping[int, Judgement], method: str, mentions: Mapping[MentionKey, Mention]
) -> set[int]:
    """Store what is new in these judgements; returns the authors whose confidence changed. Two statements, and two where findings changed."""
    ordered = sorted(judged.items())
    with connection.cursor() as cursor:
        cursor.execute(_CONFIDENCE, [numbers_text(key for key, _ in ordered), [one.confidence for _, one in ordered]])
        changed = {row[0] for row in cursor.fetchall()}
    _store_findings(block, plan, judged, method, mentions)
    return changed


def _store_findings(block: Block, plan: Plan, judged: Mapping[int, Judgement], method: str, mentions: Mapping[MentionKey, Mention]) -> None:
    wanted = {
        author: _row(author, one, block, mentions, method) for author, one in sorted(judged.items()) if one.finding.score >= KEPT_FROM
    }
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
        "work_ids": [int(mention.work.key) for mention in newest[:SORTED]],
        "coauthors": [key for key, _ in sorted(people.items(), key=lambda entry: (-entry[1], entry[0]))[:COMPANIONS]],
        "affiliations": [text for text, _ in sorted(places.items(), key=lambda entry: (-entry[1], entry[0]))[:PLACES]],
    }


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON holds them."""
    return {
        name: list(value) if isinstance(value, tuple) else round(value, 3) if isinstance(value, float) else value
        for name, value in details.items()
    }
