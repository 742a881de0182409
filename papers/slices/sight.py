"""First sight: what is next to a subject, in one bounded query, for the reader who comes before any worker did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from papers.graph.document import HOP, FactType, NodeKind, Scope, SliceDocument
from papers.graph.evidence import Counted, Ref, edges_from, key_of
from papers.models import GraphSlice
from papers.querysets.slices import stored_slice
from papers.slices.marking import want_slice
from papers.slices.rows import INSTITUTION, PAPER, PERSON, TOPIC, Named, node_of
from papers.slices.storing import stored

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

LOOKED_AT: Final = 400  # works of the subject, whatever it has
NAMINGS: Final = 4 * LOOKED_AT  # of an institution, in which its works are looked for: a work names it several times
COAUTHORS_OF_A_WORK: Final = 100
_SHARES: Final = {PERSON: 12, PAPER: 12, TOPIC: 8, INSTITUTION: 4}
_WORKS: Final = "works"  # the row that counts what was looked at
_CITED_BY_SUBJECT: Final = 1
_TURN: Final = math.pi * (3 - math.sqrt(5))

_MEMBERS: Final[dict[NodeKind, str]] = {
    PERSON: "SELECT work_id FROM papers_authorship WHERE author_id = %(subject)s",
    PAPER: "SELECT %(subject)s::bigint AS work_id",
    TOPIC: "SELECT work_id FROM papers_worktopic WHERE topic_id = %(subject)s",
    INSTITUTION: """
        SELECT DISTINCT authorship.work_id
        FROM (SELECT authorship_id FROM papers_authorshipinstitution WHERE institution_id = %(subject)s LIMIT %(namings)s) AS named
        JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
    """,
}
_LISTED: Final = """
    SELECT '{kind}' AS kind, {table}.id, {table}.{name} AS label, count(DISTINCT member.id) AS count, min(member.year) AS first,
           max(member.year) AS last, (array_agg(DISTINCT member.id))[1:5] AS works, NULL::smallint AS year
    FROM member {joins}
    WHERE {table}.merged_into_id IS NULL AND {table}.erased_at IS NULL AND {narrowed}
    GROUP BY {table}.id ORDER BY count DESC, {table}.id LIMIT %({kind})s
"""
_WRITTEN: Final = "JOIN papers_authorship AS authorship ON authorship.work_id = member.id"
_AFFILIATED: Final = (
    f"{_WRITTEN} JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id"
    " JOIN papers_institution ON papers_institution.id = named.institution_id"
)
_COMPANY: Final = "member.author_count <= %(coauthors)s"
_PEOPLE: Final[dict[NodeKind, str]] = {  # who is listed: at an institution those who name it, not those who wrote with them
    PERSON: _COMPANY,
    PAPER: "TRUE",
    TOPIC: _COMPANY,
    INSTITUTION: """EXISTS (
        SELECT FROM papers_authorshipinstitution AS theirs WHERE theirs.authorship_id = authorship.id AND theirs.institution_id = %(subject)s
    )""",
}
_ABOUT: Final = "JOIN papers_worktopic AS about ON about.work_id = member.id JOIN papers_topic ON papers_topic.id = about.topic_id"
_NEWEST: Final = """
    SELECT 'paper', member.id, member.title, 1, member.year, member.year, NULL::bigint[], member.year
    FROM member ORDER BY member.date_key DESC, member.id DESC LIMIT %(paper)s
"""
_CITED: Final = """
    SELECT 'paper', next.id, next.title, next.way, next.told, next.told, NULL::bigint[], next.year
    FROM (
        (SELECT work.id, work.title, work.year, work.date_key, 1 AS way, member.year AS told
         FROM member JOIN papers_citation AS citation ON citation.citing_id = member.id JOIN papers_work AS work ON work.id = citation.cited_id
         WHERE work.merged_into_id IS NULL AND work.erased_at IS NULL
         LIMIT %(looked)s)
      UNION ALL
        (SELECT work.id, work.title, work.year, work.date_key, 2, work.year
         FROM member JOIN papers_citation AS citation ON citation.cited_id = member.id JOIN papers_work AS work ON work.id = citation.citing_id
         WHERE work.merged_into_id IS NULL AND work.erased_at IS NULL
         LIMIT %(looked)s)
    ) AS next
    ORDER BY next.date_key DESC, next.id DESC LIMIT %(paper)s
"""


def first_sight(kind: NodeKind, subject_id: int, label: str, viewer: Viewer = None) -> GraphSlice:
    """What is next to a subject, stored as its slice until a worker has built the whole one, which is asked for.

    Four statements (one to read, of at most ``LOOKED_AT`` works) and the drawing. What another reader or a worker stored meanwhile stays, and
    is returned. The row is as ``stored_slice`` gives it: everything is stored, and what ``viewer`` may not see is not among its ``named``.
    """
    now = timezone.now()
    subject: Ref = (kind, subject_id)
    document, works = _document(subject, label, _read(kind, subject_id), now)
    row = stored(document, subject, now=now, works=works)
    with transaction.atomic():
        GraphSlice.objects.bulk_create([row], ignore_conflicts=True)
        want_slice(kind, subject_id, reason="first sight")
    return stored_slice(kind, subject_id, viewer) or row  # a worker who found the subject gone took it away: nobody is named


def _read(kind: NodeKind, subject_id: int) -> list[tuple[Any, ...]]:
    narrowed = "authorship.author_id = %(subject)s" if kind == PERSON else "TRUE"  # one's own institutions, not one's co-authors'
    parts = [
        _LISTED.format(
            kind="person",
            table="papers_author",
            name="display_name",
            joins=f"{_WRITTEN} JOIN papers_author ON papers_author.id = authorship.author_id",
            narrowed=_PEOPLE[kind],
        ),
        _LISTED.format(kind="topic", table="papers_topic", name="name", joins=_ABOUT, narrowed="TRUE"),
        _LISTED.format(kind="institution", table="papers_institution", name="name", joins=_AFFILIATED, narrowed=narrowed),
        _CITED if kind == PAPER else _NEWEST,
    ]
    union = " UNION ALL ".join(f"({part})" for part in parts)
    statement = f"""
        WITH member AS MATERIALIZED (
            SELECT work.id, work.title, work.year, work.date_key, work.author_count
            FROM ({_MEMBERS[kind]} LIMIT %(looked)s) AS looked JOIN papers_work AS work ON work.id = looked.work_id
            WHERE work.merged_into_id IS NULL AND work.erased_at IS NULL
        )
        {union}
        UNION ALL SELECT '{_WORKS}', 0, '', count(*), NULL, NULL, NULL, NULL FROM member
    """  # noqa: S608 - made of this module's own words
    given = {"subject": subject_id, "looked": LOOKED_AT, "namings": NAMINGS, "coauthors": COAUTHORS_OF_A_WORK}
    shares = {kind.value: share + 1 for kind, share in _SHARES.items()}  # the subject itself may be among its kind
    with connection.cursor() as cursor:
        cursor.execute(statement, given | shares)
        return list(cursor.fetchall())


def _fact(subject: Ref, ref: Ref, row: tuple[Any, ...], works: int) -> Counted:
    """What a row says about the subject and another thing, read from the end from which such facts are read.

    Counts are of the works looked at: at a subject with more of them there are at least so many.
    """
    _kind, _key, _label, count, first, last, joint, _year = row
    if subject[0] == ref[0] == PAPER:
        return Counted(*((subject, ref) if count == _CITED_BY_SUBJECT else (ref, subject)), FactType.CITES, first=first)
    type_, is_turned = _FACTS[subject[0], ref[0]]
    ends = (ref, subject) if is_turned else (subject, ref)
    if type_ in _PLAIN:
        return Counted(*ends, type_, first=first if type_ == FactType.WROTE else None)
    of = works if not is_turned and type_ not in {FactType.AFFILIATED, FactType.JOINT_WORKS} else None
    return Counted(*ends, type_, count, of, first=first, last=last, works=tuple(sorted(joint or (), reverse=True)))


_PLAIN: Final = {FactType.WROTE, FactType.ABOUT, FactType.NAMES}
_FACTS: Final[dict[tuple[NodeKind, NodeKind], tuple[FactType, bool]]] = {  # of subject and other; whether the other comes first
    (PERSON, PERSON): (FactType.JOINT_WORKS, False),
    (PERSON, PAPER): (FactType.WROTE, False),
    (PERSON, TOPIC): (FactType.WORKS_ON, False),
    (PERSON, INSTITUTION): (FactType.AFFILIATED, False),
    (PAPER, PERSON): (FactType.WROTE, True),
    (PAPER, TOPIC): (FactType.ABOUT, False),
    (PAPER, INSTITUTION): (FactType.NAMES, False),
    (TOPIC, PERSON): (FactType.WORKS_ON, True),
    (TOPIC, PAPER): (FactType.ABOUT, True),
    (TOPIC, TOPIC): (FactType.MEETS, False),
    (TOPIC, INSTITUTION): (FactType.WORKS_FROM, False),
    (INSTITUTION, PERSON): (FactType.AFFILIATED, True),
    (INSTITUTION, PAPER): (FactType.NAMES, True),
    (INSTITUTION, TOPIC): (FactType.WORKS_ON, False),
    (INSTITUTION, INSTITUTION): (FactType.JOINT_WORKS, False),
}


def _on_spiral(place: int, size: int) -> tuple[float, float]:
    """Somewhere around the origin, the farther the later; no two too near each other."""
    away = HOP * (0.9 + 1.5 * math.sqrt(place / max(1, size)))
    return round(away * math.cos(place * _TURN), 1) + 0.0, round(away * math.sin(place * _TURN), 1) + 0.0


def _document(subject: Ref, label: str, rows: Sequence[tuple[Any, ...]], now: datetime) -> tuple[SliceDocument, int]:
    """The document of the rows, and how many works were looked at."""
    works = next((row[3] for row in rows if row[0] == _WORKS), 0)
    names = {subject: Named(label, works if subject[0] != PAPER and works < LOOKED_AT else None)}
    counted: list[Counted] = []
    for row in rows:
        ref: Ref = (NodeKind(row[0]), row[1]) if row[0] != _WORKS else subject
        if ref != subject:
            names.setdefault(ref, Named(row[2], None, row[7]))
            counted.append(_fact(subject, ref, row, works))
    ranked = [ref for ref in names if ref != subject]
    edges = edges_from(counted, subject=subject, ranked=ranked)
    weights = {key: edge.weight for edge in edges for key in (edge.a, edge.b)}
    ranked.sort(key=lambda ref: (-weights.get(key_of(ref), 0.0), key_of(ref)))
    nodes = [node_of(subject, names[subject], rank=1.0, place=(0.0, 0.0))]
    nodes += [node_of(ref, names[ref], rank=1 / (at + 2), place=_on_spiral(at, len(ranked))) for at, ref in enumerate(ranked)]
    return SliceDocument(key_of(subject), now.isoformat(timespec="seconds"), tuple(nodes), tuple(edges), Scope.ONE_HOP), works
