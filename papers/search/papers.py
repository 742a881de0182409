"""Papers by title and by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from papers.models.works import SEARCH_CONFIGURATION
from papers.search.found import MOST_FOUND, NOTHING, SIMILAR_WORD, Found, Hit, capped, rows
from papers.text import title_key

LEAST_TITLE: Final = 12  # letters of a folded title from which its beginning alone says something
SIMILAR_TITLE: Final = 0.55  # share of a question's trigrams that a title holds side by side
MARK: Final = ("\x02", "\x03")  # around words in a snippet until it is escaped

_BY_WORDS: Final = """
    WITH asked AS (SELECT websearch_to_tsquery(%(configuration)s, %(asked)s) AS words),
    titled AS (
        SELECT work.id FROM papers_work AS work WHERE {titles} AND {narrowed} LIMIT 50
    ), worded AS (
        SELECT work.id FROM papers_work AS work, asked WHERE work.search @@ asked.words AND {narrowed}
        ORDER BY work.date_key DESC, work.id DESC LIMIT %(limit)s
    ), candidates AS (SELECT id FROM titled UNION SELECT id FROM worded)
    SELECT work.id,
           ts_rank(work.search, asked.words) + 0.02 * ln(1 + coalesce(work.cited_by_count, 0))
               + CASE WHEN work.title_key = %(title)s THEN 10 WHEN {titles} THEN 2 ELSE 0 END AS score,
           CASE WHEN work.title_key = %(title)s THEN 'title'
                WHEN {titles} THEN 'beginning'
                ELSE 'words' END AS why,
           '' AS matched
    FROM candidates JOIN papers_work AS work USING (id) {figures}, asked
    ORDER BY {order}
    LIMIT %(limit)s
"""
_BY_FILTERS: Final = """
    SELECT work.id, 0.0, '', '' FROM papers_work AS work {figures} WHERE {narrowed} ORDER BY {order} LIMIT %(limit)s
"""
_BY_RESEMBLANCE: Final = """
    SELECT work.id, word_similarity(%(title)s, work.title_key) AS score, 'similar', ''
    FROM papers_work AS work
    WHERE %(title)s <%% work.title_key AND {narrowed}
    ORDER BY score DESC, work.date_key DESC, work.id DESC
    LIMIT %(limit)s
"""
FORMULA: Final = r"\$\$[^$]+\$\$|\$[^$]+\$"  # a passage cannot show mathematics, and its source reads worse than a gap
_SNIPPETS: Final = """
    SELECT work.id,
           ts_headline(%(configuration)s, regexp_replace(left(work.abstract, 6000), %(formula)s, '…', 'g'), websearch_to_tsquery(%(configuration)s, %(asked)s),
                       'StartSel=' || %(start)s || ', StopSel=' || %(stop)s || ', MaxWords=32, MinWords=16, MaxFragments=1, FragmentDelimiter=" … "'),
           ts_headline(%(configuration)s, work.title, websearch_to_tsquery(%(configuration)s, %(asked)s),
                       'HighlightAll=true, StartSel=' || %(start)s || ', StopSel=' || %(stop)s)
    FROM papers_work AS work WHERE work.id = ANY(%(ids)s)
"""
_ORDERS: Final = {
    "relevance": "score DESC, work.date_key DESC, work.id DESC",
    "newest": "work.date_key DESC, work.id DESC",
    "cited": "work.cited_by_count DESC NULLS LAST, work.date_key DESC, work.id DESC",
    "score": "figures.score DESC NULLS LAST, work.date_key DESC, work.id DESC",
    "novelty": "figures.novelty_part DESC NULLS LAST, work.date_key DESC, work.id DESC",
}
_FIGURES: Final = "LEFT JOIN papers_workfigures AS figures ON figures.work_id = work.id"


@dataclass(frozen=True, slots=True)
class PaperFilters:
    """What narrows a search for papers."""

    year: int | None = None
    topic: int | None = None
    institution: int | None = None
    venue: int | None = None
    code: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows."""
        return self == PaperFilters()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """Among some works: (year, works), (venue, name, works), (topic, name, works), (institution, name, works), works with code."""

    years: list[tuple[int, int]]
    venues: list[tuple[int, str, int]]
    topics: list[tuple[int, str, int]]
    institutions: list[tuple[int, str, int]]
    with_code: int


def find_papers(asked: str, filters: PaperFilters, *, order: str = "relevance") -> Found:
    """Works with the title, else with all the words, else with a resembling title. One query, four where nothing fits.

    Of words that more than a thousand works contain, the newest thousand are ranked. Without words, what the filters leave.
    """
    params: dict[str, Any] = {
        "configuration": SEARCH_CONFIGURATION,
        "asked": asked,
        "title": title_key(asked) if asked else "",
        "limit": MOST_FOUND + 1,
        **{name: getattr(filters, name) for name in ("year", "topic", "institution", "venue")},
    }
    narrowed = _narrowed(filters)
    figures = _FIGURES if order in {"score", "novelty"} else ""
    if not asked:
        if filters.is_empty:
            return NOTHING
        order_by = _ORDERS["newest" if order == "relevance" else order]
        return capped([Hit(*row) for row in rows(_BY_FILTERS.format(narrowed=narrowed, order=order_by, figures=figures), params)])
    titles = "FALSE"
    if params["title"]:
        titles = "work.title_key = %(title)s"
        if len(params["title"]) >= LEAST_TITLE:
            titles = "(work.title_key = %(title)s OR work.title_key LIKE %(beginning)s)"
            params["beginning"] = params["title"] + "%"
    found = rows(_BY_WORDS.format(titles=titles, narrowed=narrowed, order=_ORDERS[order], figures=figures), params)
    if not found and len(params["title"]) >= LEAST_TITLE:
        rows("SELECT set_config('pg_trgm.word_similarity_threshold', %(threshold)s, true)", {"threshold": str(SIMILAR_TITLE)})
        found = rows(_BY_RESEMBLANCE.format(narrowed=narrowed), params)
        rows("SELECT set_config('pg_trgm.word_similarity_threshold', %(threshold)s, true)", {"threshold": str(SIMILAR_WORD)})
    return capped([Hit(*row) for row in found])


def _narrowed(filters: PaperFilters) -> str:
    conditions = ["work.merged_into_id IS NULL", "work.erased_at IS NULL"]
    if filters.year is not None:
        conditions.append("work.year = %(year)s")
    if filters.venue is not None:
        conditions.append("work.venue_id = %(venue)s")
    if filters.code:
        conditions.append("work.has_code")
    # As arrays: measured, the planner then looks up the few works of a subject instead of asking each match for it.
    if filters.topic is not None:
        conditions.append("work.id = ANY(ARRAY(SELECT about.work_id FROM papers_worktopic AS about WHERE about.topic_id = %(topic)s))")
    if filters.institution is not None:
        conditions.append(
            "work.id = ANY(ARRAY(SELECT by.work_id FROM papers_authorshipinstitution AS named"
            " JOIN papers_authorship AS by ON by.id = named.authorship_id WHERE named.institution_id = %(institution)s))"
        )
    return " AND ".join(conditions)


def snippets(asked: str, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """For each work the passage of its abstract with the words, and its title, both with ``MARK`` around them. One query."""
    if not asked or not ids:
        return {}
    params = {
        "configuration": SEARCH_CONFIGURATION,
        "asked": asked,
        "ids": list(ids),
        "start": MARK[0],
        "stop": MARK[1],
        "formula": FORMULA,
    }
    return {key: (passage or "", title or "") for key, passage, title in rows(_SNIPPETS, params)}


_FACETS: Final = """
    SELECT 'year', work.year::bigint, '', count(*) FROM papers_work AS work WHERE work.id = ANY(%(ids)s) AND work.year IS NOT NULL GROUP BY work.year
    UNION ALL
    SELECT 'code', 1, '', count(*) FROM papers_work AS work WHERE work.id = ANY(%(ids)s) AND work.has_code
    UNION ALL
    (SELECT 'venue', venue.id, coalesce(nullif(venue.abbreviation, ''), venue.name), count(*)
     FROM papers_work AS work JOIN papers_venue AS venue ON venue.id = work.venue_id
     WHERE work.id = ANY(%(ids)s) GROUP BY venue.id ORDER BY 4 DESC, 2 LIMIT %(listed)s)
    UNION ALL
    (SELECT 'topic', topic.id, topic.name, count(*)
     FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
     WHERE about.work_id = ANY(%(ids)s) AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL GROUP BY topic.id ORDER BY 4 DESC, 2 LIMIT %(listed)s)
    UNION ALL
    (SELECT 'institution', place.id, place.name, count(DISTINCT by.work_id)
     FROM papers_authorship AS by
     JOIN papers_authorshipinstitution AS named ON named.authorship_id = by.id
     JOIN papers_institution AS place ON place.id = named.institution_id
     WHERE by.work_id = ANY(%(ids)s) GROUP BY place.id ORDER BY 4 DESC, 2 LIMIT %(listed)s)
"""


def facet_counts(ids: Sequence[int], listed: int = 10) -> FacetCounts:
    """How the found works spread over years, venues, topics and institutions. One query over at most a thousand works."""
    by_kind: dict[str, list[tuple[int, str, int]]] = {}
    for kind, key, name, count in rows(_FACETS, {"ids": list(ids), "listed": listed}) if ids else ():
        by_kind.setdefault(kind, []).append((key, name, count))
    return FacetCounts(
        years=sorted(((key, count) for key, _name, count in by_kind.get("year", [])), reverse=True),
        venues=by_kind.get("venue", []),
        topics=by_kind.get("topic", []),
        institutions=by_kind.get("institution", []),
        with_code=by_kind["code"][0][2] if "code" in by_kind else 0,
    )
