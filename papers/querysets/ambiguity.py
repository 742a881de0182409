"""What speaks for a page being several people's, and who else goes by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from papers.models import Author
from papers.names import parse_name
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

MOST_NAMESAKES: Final = 100

_KEPT: Final = "_doubts"
_DOUBTS: Final = """
    SELECT (
        SELECT count(*) FROM (
            SELECT DISTINCT variant.author_id
            FROM papers_namevariant AS variant JOIN papers_author AS other ON other.id = variant.author_id
            WHERE variant.block = %s AND variant.key = %s AND variant.visibility = 'shown' AND variant.author_id <> asked.id
              AND other.merged_into_id IS NULL AND other.erased_at IS NULL{narrowed}
            LIMIT %s
        ) AS namesakes),
        finding.score, finding.works, finding.reasons::json, finding.groups::json,
        (SELECT json_agg(json_build_array(work.id, work.title)) FROM papers_work AS work
         WHERE work.id IN (SELECT named::bigint FROM jsonb_array_elements(finding.groups) AS part,
                           jsonb_array_elements_text(part->'examples') AS named)
           AND work.merged_into_id IS NULL AND work.erased_at IS NULL),
        (SELECT json_agg(json_build_array(other.id, other.display_name)) FROM papers_author AS other
         WHERE other.id IN (SELECT named::bigint FROM jsonb_array_elements(finding.groups) AS part,
                            jsonb_array_elements_text(part->'coauthors') AS named)
           AND other.merged_into_id IS NULL AND other.erased_at IS NULL{narrowed})
    FROM (SELECT %s::bigint AS id) AS asked LEFT JOIN papers_ambiguityfinding AS finding ON finding.author_id = asked.id
"""


class FoundAmbiguity(NamedTuple):
    """A stored finding, with the titles of its example works and the names of co-authors that the viewer may see, by key."""

    score: float
    works: int
    reasons: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    titles: dict[int, str]
    names: dict[int, str]


class Doubts(NamedTuple):
    """Whom a page may be mistaken for: how many others are published under its name (at most ``MOST_NAMESAKES``), and the finding against it, or None."""

    namesakes: int
    finding: FoundAmbiguity | None


def doubts_about(author: Author, viewer: Viewer) -> Doubts:
    """The doubts about a page. One query for each author object, over the block of its name."""
    if not hasattr(author, _KEPT):
        setattr(author, _KEPT, _read(author, viewer))
    kept: Doubts = getattr(author, _KEPT)
    return kept


def _read(author: Author, viewer: Viewer) -> Doubts:
    name = parse_name(author.display_name)
    narrowed, parameters = narrowing(Author, "other.id", viewer)
    given = [name.block, name.key, *parameters, MOST_NAMESAKES, *parameters, author.pk]
    with connection.cursor() as cursor:
        cursor.execute(_DOUBTS.format(narrowed=narrowed), given)
        namesakes, score, works, reasons, groups, titles, names = cursor.fetchone()
    if score is None:
        return Doubts(namesakes, None)
    return Doubts(namesakes, FoundAmbiguity(score, works, reasons, groups, dict(titles or []), dict(names or [])))
