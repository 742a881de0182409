"""Which works that came lately a search finds: the question turned round, for searches that people keep."""

from __future__ import annotations

from typing import Any, Final

from papers.models.works import SEARCH_CONFIGURATION
from papers.search.found import rows
from papers.search.papers import PaperFilters

_ARRIVED: Final = """
    SELECT work.id FROM papers_work AS work
    WHERE work.id > %(after)s AND work.id <= %(through)s AND work.merged_into_id IS NULL AND work.erased_at IS NULL AND {conditions}
    ORDER BY work.id DESC LIMIT %(limit)s
"""
_CONDITIONS: Final = {
    "asked": "work.search @@ websearch_to_tsquery(%(configuration)s, %(asked)s)",
    "year": "work.year = %(year)s",
    "venue": "work.venue_id = %(venue)s",
    "code": "work.has_code",
    "topic": "EXISTS (SELECT FROM papers_worktopic AS about WHERE about.work_id = work.id AND about.topic_id = %(topic)s)",
    "institution": (
        "EXISTS (SELECT FROM papers_authorship AS by JOIN papers_authorshipinstitution AS named ON named.authorship_id = by.id"
        " WHERE by.work_id = work.id AND named.institution_id = %(institution)s)"
    ),
}


def arrived(asked: str, filters: PaperFilters, *, after: int, through: int, limit: int) -> list[int]:
    """The works numbered above ``after`` up to ``through`` with all the words and within the filters, latest first; none for a search that asks nothing.

    One query over that stretch of works alone. A resembling title does not count: what is sent to people should be what they asked for.
    """
    params: dict[str, Any] = {
        "configuration": SEARCH_CONFIGURATION,
        "asked": asked,
        "after": after,
        "through": through,
        "limit": limit,
        **{name: getattr(filters, name) for name in ("year", "topic", "institution", "venue", "code")},
    }
    conditions = [condition for name, condition in _CONDITIONS.items() if params[name]]
    if not conditions:
        return []
    return [row[0] for row in rows(_ARRIVED.format(conditions=" AND ".join(conditions)), params)]
