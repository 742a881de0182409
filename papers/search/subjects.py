"""Topics and institutions by name, acronym, or something like it."""

from __future__ import annotations

from typing import Final

from papers.names import search_key
from papers.search.found import MOST_FOUND, NOTHING, Found, Hit, capped, rows

LONGEST_NAME: Final = 120

MOST_WORDS_OF_PART: Final = 3  # a longer question is compared with whole names only

# The operator decides what is alike. What a whole word of the name equals counts more than its share of trigrams says.
_SCORE: Final = """CASE WHEN {key} = %(key)s THEN 1.0
                    WHEN position(%(word)s IN ' ' || {key} || ' ') > 0 THEN greatest(0.6, similarity({key}, %(key)s))
                    ELSE similarity({key}, %(key)s) END"""
_TOPICS: Final = """
    WITH named AS (
        SELECT topic.id, topic.key, {score} AS score
        FROM papers_topic AS topic
        WHERE {alike} AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL
    )
    SELECT named.id, named.score,
           CASE WHEN named.key = %(key)s THEN 'exact' WHEN position(%(word)s IN ' ' || named.key || ' ') > 0 THEN 'part' ELSE 'similar' END, ''
    FROM named
    LEFT JOIN papers_subjectfigures AS figures ON figures.kind = 'topic' AND figures.subject_id = named.id
    ORDER BY round(named.score::numeric, 1) DESC, coalesce(figures.works_count, 0) DESC, named.id
    LIMIT %(limit)s
"""
_INSTITUTIONS: Final = """
    WITH named AS (
        SELECT known.institution_id, known.name, {score} AS score,
               CASE WHEN known.key = %(key)s AND known.kind = 'acronym' THEN 'acronym'
                    WHEN known.key = %(key)s THEN 'exact'
                    WHEN position(%(word)s IN ' ' || known.key || ' ') > 0 THEN 'part' ELSE 'similar' END AS why
        FROM papers_institutionname AS known
        WHERE {alike}
    ), best AS (
        SELECT DISTINCT ON (institution_id) institution_id, name, score, why FROM named ORDER BY institution_id, score DESC, name
    )
    SELECT best.institution_id, best.score + least(0.3, 0.05 * ln(1 + coalesce(figures.works_count, 0))) AS weighed, best.why, best.name
    FROM best
    JOIN papers_institution AS place ON place.id = best.institution_id AND place.merged_into_id IS NULL AND place.erased_at IS NULL
    LEFT JOIN papers_subjectfigures AS figures ON figures.kind = 'institution' AND figures.subject_id = best.institution_id
    ORDER BY weighed DESC, best.institution_id
    LIMIT %(limit)s
"""


def find_topics(asked: str) -> Found:
    """Topics whose name resembles ``asked``, most alike first and of those alike the largest. One query, or none."""
    return _find(_TOPICS, "topic.key", asked)


def find_institutions(asked: str) -> Found:
    """Institutions known by a name like ``asked``, an acronym among them; where many publish counts a little. One query, or none."""
    return _find(_INSTITUTIONS, "known.key", asked)


def _find(statement: str, column: str, asked: str) -> Found:
    key = search_key(asked) if len(asked) <= LONGEST_NAME else ""
    if not key:
        return NOTHING
    alike = f"%(key)s <%% {column}" if len(key.split()) <= MOST_WORDS_OF_PART else f"{column} %% %(key)s"
    written = statement.format(score=_SCORE.format(key=column), alike=alike)
    return capped([Hit(*row) for row in rows(written, {"key": key, "word": f" {key} ", "limit": MOST_FOUND + 1})])
