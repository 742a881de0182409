"""What a slice says about its nodes and edges: a fixed number of queries for the sixty things in it, whatever they have behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django.db import connection

from papers.graph.counting import WORKS_NAMED
from papers.graph.document import FactType, Node, NodeKind
from papers.graph.evidence import Counted, Ref, key_of
from papers.graph.labels import short_label
from papers.plain_text import plain_text

PERSON, PAPER, TOPIC, INSTITUTION = NodeKind.PERSON, NodeKind.PAPER, NodeKind.TOPIC, NodeKind.INSTITUTION


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as the records name it now. ``works`` counts its works where that is known, ``year`` is a paper's."""

    label: str
    works: int | None = None
    year: int | None = None


_NAMES: Final[dict[NodeKind, str]] = {
    PERSON: """
        SELECT author.id, author.display_name, count(work.id), NULL::int
        FROM papers_author AS author
        LEFT JOIN papers_authorship AS authorship ON authorship.author_id = author.id
        LEFT JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL
        WHERE author.id = ANY(%(ids)s) AND author.merged_into_id IS NULL AND author.erased_at IS NULL
        GROUP BY author.id
    """,
    PAPER: """
        SELECT id, title, NULL::int, year FROM papers_work
        WHERE id = ANY(%(ids)s) AND merged_into_id IS NULL AND erased_at IS NULL
    """,
    TOPIC: """
        SELECT topic.id, topic.name, figures.works_count, NULL::int
        FROM papers_topic AS topic
        LEFT JOIN papers_subjectfigures AS figures ON figures.kind = 'topic' AND figures.subject_id = topic.id
        WHERE topic.id = ANY(%(ids)s) AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL
    """,
    INSTITUTION: """
        SELECT institution.id, institution.name, figures.works_count, NULL::int
        FROM papers_institution AS institution
        LEFT JOIN papers_subjectfigures AS figures ON figures.kind = 'institution' AND figures.subject_id = institution.id
        WHERE institution.id = ANY(%(ids)s) AND institution.merged_into_id IS NULL AND institution.erased_at IS NULL
    """,
}

_NAMES_ONLY: Final = "SELECT id, display_name FROM papers_author WHERE id = ANY(%(ids)s) AND merged_into_id IS NULL AND erased_at IS NULL"
_AMONG_ALL: Final = """
    SELECT 'wrote', authorship.author_id, work.id, NULL::bigint, work.author_count::bigint, authorship.position + 1, work.year, NULL::int, NULL::bigint[]
    FROM papers_authorship AS authorship JOIN papers_work AS work ON work.id = authorship.work_id
    WHERE authorship.author_id = ANY(%(people)s) AND authorship.work_id = ANY(%(papers)s)
  UNION ALL
    SELECT 'about', about.work_id, about.topic_id, NULL, NULL, NULL, NULL, NULL, NULL
    FROM papers_worktopic AS about
    WHERE about.work_id = ANY(%(papers)s) AND about.topic_id = ANY(%(topics)s)
  UNION ALL
    SELECT 'cites', citation.citing_id, citation.cited_id, NULL, NULL, NULL, work.year, NULL, NULL
    FROM papers_citation AS citation JOIN papers_work AS work ON work.id = citation.citing_id
    WHERE citation.citing_id = ANY(%(papers)s) AND citation.cited_id + 0 = ANY(%(papers)s)
"""  # + 0: papers cite some ten works each and are cited by thousands, so the index by the citing one is to be walked, whatever is estimated

_AFFILIATED: Final = """
    SELECT 'affiliated', authorship.author_id, named.institution_id, count(*), NULL::bigint, NULL::int, min(work.year)::int, max(work.year)::int,
           (array_agg(work.id ORDER BY work.date_key DESC, work.id DESC))[1:%(named)s]
    FROM papers_authorship AS authorship
    JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
    JOIN papers_work AS work ON work.id = authorship.work_id AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    WHERE authorship.author_id = ANY(%(people)s) AND named.institution_id = ANY(%(institutions)s)
    GROUP BY authorship.author_id, named.institution_id
"""

_OF_A_PERSON: Final = """
    SELECT 'works-cite', %(subject)s::bigint, citation.cited_id, count(*), NULL::bigint, NULL::int, min(work.year)::int, max(work.year)::int,
           (array_agg(work.id ORDER BY work.date_key DESC, work.id DESC))[1:%(named)s]
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id
    JOIN papers_citation AS citation ON citation.citing_id = work.id
    WHERE authorship.author_id = %(subject)s AND citation.cited_id = ANY(%(papers)s)
    GROUP BY citation.cited_id
  UNION ALL
    SELECT 'cited-by', %(subject)s::bigint, citation.citing_id, count(*), NULL, NULL, min(work.year)::int, max(work.year)::int,
           (array_agg(work.id ORDER BY work.date_key DESC, work.id DESC))[1:%(named)s]
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id
    JOIN papers_citation AS citation ON citation.cited_id = work.id
    WHERE authorship.author_id = %(subject)s AND citation.citing_id = ANY(%(papers)s)
    GROUP BY citation.citing_id
"""

_OF_A_PAPER: Final = """
    SELECT DISTINCT 'names', authorship.work_id, named.institution_id, NULL::bigint, NULL::bigint, NULL::int, NULL::int, NULL::int, NULL::bigint[]
    FROM papers_authorship AS authorship
    JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
    WHERE authorship.work_id = %(subject)s AND named.institution_id = ANY(%(institutions)s)
  UNION ALL
    SELECT 'shared-references', %(subject)s::bigint, other.citing_id, count(*), NULL, NULL, NULL, NULL,
           (array_agg(mine.cited_id ORDER BY mine.cited_id DESC))[1:%(named)s]
    FROM papers_citation AS mine JOIN papers_citation AS other ON other.cited_id + 0 = mine.cited_id
    WHERE mine.citing_id = %(subject)s AND other.citing_id = ANY(%(papers)s) AND other.citing_id <> %(subject)s
    GROUP BY other.citing_id
  UNION ALL
    SELECT 'cited-together', %(subject)s::bigint, other.cited_id, count(*), NULL, NULL, NULL, NULL,
           (array_agg(mine.citing_id ORDER BY mine.citing_id DESC))[1:%(named)s]
    FROM papers_citation AS mine JOIN papers_citation AS other ON other.citing_id = mine.citing_id
    WHERE mine.citing_id = ANY(%(beside)s) AND mine.cited_id + 0 = %(subject)s
      AND other.cited_id + 0 = ANY(%(papers)s) AND other.cited_id <> %(subject)s
    GROUP BY other.cited_id
"""  # + 0: see above

_WORKS_NAMING: Final = """
    SELECT DISTINCT authorship.work_id
    FROM papers_authorshipinstitution AS named JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
    WHERE named.institution_id = %(subject)s
"""

_NAMED_IN_WORKS: Final = """
    SELECT DISTINCT authorship.work_id, named.institution_id
    FROM papers_authorship AS authorship JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id
    WHERE authorship.work_id = ANY(%(works)s) AND named.institution_id = ANY(%(institutions)s)
"""

_ENDS: Final[dict[FactType, tuple[NodeKind, NodeKind]]] = {
    FactType.WROTE: (PERSON, PAPER),
    FactType.ABOUT: (PAPER, TOPIC),
    FactType.CITES: (PAPER, PAPER),
    FactType.WORKS_CITE: (PERSON, PAPER),
    FactType.CITED_BY: (PERSON, PAPER),
    FactType.AFFILIATED: (PERSON, INSTITUTION),
    FactType.NAMES: (PAPER, INSTITUTION),
    FactType.SHARED_REFERENCES: (PAPER, PAPER),
    FactType.CITED_TOGETHER: (PAPER, PAPER),
}


def names_of(refs: Iterable[Ref], *, works: Mapping[int, int] | None = None) -> dict[Ref, Named]:
    """The present names of those of these things that have a page. A query for each kind among them.

    ``works`` counts the works of people where that is known; else they are counted, which takes longer than all the rest.
    """
    found: dict[Ref, Named] = {}
    for kind, ids in _by_kind(refs).items():
        if ids and kind == PERSON and works is not None:
            for key, label in _read(_NAMES_ONLY, {"ids": ids}):
                found[kind, key] = Named(label, works.get(key))
        elif ids:
            for key, label, count, year in _read(_NAMES[kind], {"ids": ids}):
                found[kind, key] = Named(label, count, year)
    return found


def facts_between(refs: Iterable[Ref], *, subject: Ref) -> list[Counted]:
    """Who of these wrote which paper of these, what it is on and what it cites. One query over the papers themselves."""
    return _found(_AMONG_ALL, refs, subject)


def facts_along(refs: Sequence[Ref]) -> list[Counted]:
    """All that the records say of each step of a way that leads over neighbours: papers with their people, topics and citations, people with their institutions. Two queries."""
    return in_order([*_found(_AMONG_ALL, refs, refs[0]), *_found(_AFFILIATED, refs, refs[0])])


def facts_of_person(refs: Iterable[Ref], *, subject: Ref) -> list[Counted]:
    """Which of these papers cite works of a person, and which their works cite. One query over the works of that person."""
    return _found(_OF_A_PERSON, refs, subject)


def facts_of_paper(refs: Iterable[Ref], *, subject: Ref, beside: Sequence[int]) -> list[Counted]:
    """Which of these institutions a paper names, and how many works it and each of these papers both cite or are cited by. One query.

    ``beside`` are the row keys of the works that the paper and any of these are joined to: only among them are those that cite both.
    """
    return [_counted(row) for row in _read(_OF_A_PAPER, _given({subject, *refs}, subject) | {"beside": list(beside)})]


def works_naming(institution: int) -> list[int]:
    """The row keys of all works in which anybody names this institution. One query."""
    return [work for (work,) in _read(_WORKS_NAMING, {"subject": institution})]


def places_named(works: Sequence[int], institutions: Sequence[int]) -> list[tuple[int, int]]:
    """(work, institution), once each, where one of these works names one of these institutions. One query."""
    return cast("list[tuple[int, int]]", _read(_NAMED_IN_WORKS, {"works": list(works), "institutions": list(institutions)}))


def in_order(found: Iterable[Counted]) -> list[Counted]:
    """Facts in the order in which edges are made of them."""
    return sorted(found, key=lambda one: (one.a, one.b, one.type))


def node_of(ref: Ref, named: Named, *, rank: float, place: tuple[float, float]) -> Node:
    """A thing as a node of a document; its rank is told to four digits. Formulas in titles are in Unicode: a drawing has no place for mathematics."""
    label = plain_text(named.label) if ref[0] == PAPER else named.label
    return Node(
        key=key_of(ref),
        kind=ref[0],
        label=label,
        short=short_label(ref[0], label),
        x=place[0],
        y=place[1],
        rank=float(f"{rank:.4g}"),
        year=named.year,
        works=named.works,
    )


def _found(statement: str, refs: Iterable[Ref], subject: Ref) -> list[Counted]:
    return [_counted(row) for row in _read(statement, _given({subject, *refs}, subject))]


def _counted(row: tuple[Any, ...]) -> Counted:
    name, a, b, count, of, place, first, last, works = row
    kind = FactType(name)
    one, other = _ENDS[kind]
    return Counted((one, a), (other, b), kind, count, of, place, first, last, tuple(works or ()))


def _given(refs: Iterable[Ref], subject: Ref) -> dict[str, Any]:
    by_kind = _by_kind(refs)
    return {
        "people": by_kind[PERSON],
        "papers": by_kind[PAPER],
        "topics": by_kind[TOPIC],
        "institutions": by_kind[INSTITUTION],
        "subject": subject[1],
        "named": WORKS_NAMED,
    }


def _by_kind(refs: Iterable[Ref]) -> dict[NodeKind, list[int]]:
    found: dict[NodeKind, list[int]] = {kind: [] for kind in NodeKind}
    for kind, key in sorted(set(refs)):
        found[kind].append(key)
    return found


def _read(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
