"""People by name: as written, misspelt, in the other order, by initials, or by a part of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet

from config.lib.registries import people_facets
from papers.models import Author
from papers.names import PARTICLES, fold, parse_name
from papers.search.found import MOST_FOUND, NOTHING, Found, Hit, capped, rows

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

LONGEST_NAME: Final = 80  # characters; a longer question is no name
MOST_WORDS: Final = 6
_IN_QUOTES: Final = re.compile(r"""^["“”„‟«»]+(.*?)["“”‟«»]+$""", re.DOTALL)

_BY_NAME: Final = """
    WITH named AS (
        SELECT variant.author_id, CASE WHEN variant.visibility = 'shown' THEN variant.name ELSE '' END AS name,
               CASE WHEN variant.key = %(key)s THEN 1.0
                    WHEN variant.key = ANY(%(short)s) THEN 0.8
                    WHEN variant.block = ANY(%(blocks)s) THEN 0.75
                    WHEN position(%(word)s IN ' ' || variant.key || ' ') > 0 THEN greatest(0.6, similarity(variant.key, %(key)s))
                    ELSE similarity(variant.key, %(key)s)
               END AS score,
               CASE WHEN variant.key = %(key)s THEN 'exact'
                    WHEN variant.key = ANY(%(short)s) THEN 'initials'
                    WHEN variant.block = ANY(%(blocks)s) THEN 'initials'
                    WHEN position(%(word)s IN ' ' || variant.key || ' ') > 0 THEN 'part'
                    ELSE 'similar' END AS why
        FROM papers_namevariant AS variant
        WHERE ({alike} OR variant.key = ANY(%(short)s) OR variant.block = ANY(%(blocks)s)) AND variant.visibility <> 'hidden'
    ), best AS (
        SELECT DISTINCT ON (author_id) author_id, name, score, why FROM named ORDER BY author_id, score DESC, name
    )
    SELECT best.author_id, best.score, CASE WHEN best.why = 'similar' AND best.score = 1 THEN 'order' ELSE best.why END, best.name
    FROM best
    JOIN papers_author AS author ON author.id = best.author_id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
    LEFT JOIN papers_authorfigures AS figures ON figures.author_id = best.author_id
    WHERE {narrowed}
    ORDER BY round(best.score::numeric, 1) DESC, coalesce(figures.works_count, 0) DESC, best.score DESC, best.author_id
    LIMIT %(limit)s
"""
_BY_BELONGING: Final = """
    SELECT authorship.author_id, 1.0, 'belongs', ''
    FROM papers_authorship AS authorship
    JOIN papers_author AS author ON author.id = authorship.author_id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
    {joined}
    GROUP BY authorship.author_id
    ORDER BY count(DISTINCT authorship.work_id) DESC, authorship.author_id
    LIMIT %(limit)s
"""
_BY_FACETS: Final = """
    SELECT author.id, 1.0, 'belongs', ''
    FROM papers_author AS author LEFT JOIN papers_authorfigures AS figures ON figures.author_id = author.id
    WHERE author.merged_into_id IS NULL AND author.erased_at IS NULL AND {narrowed}
    ORDER BY coalesce(figures.works_count, 0) DESC, author.id
    LIMIT %(limit)s
"""
_ON_TOPIC: Final = """EXISTS (
    SELECT FROM papers_authorship AS theirs JOIN papers_worktopic AS about ON about.work_id = theirs.work_id
    WHERE theirs.author_id = author.id AND about.topic_id = %(topic)s)"""
_AT_INSTITUTION: Final = """EXISTS (
    SELECT FROM papers_authorship AS theirs JOIN papers_authorshipinstitution AS named ON named.authorship_id = theirs.id
    WHERE theirs.author_id = author.id AND named.institution_id = %(institution)s)"""
_JOIN_TOPIC: Final = "JOIN papers_worktopic AS about ON about.work_id = authorship.work_id AND about.topic_id = %(topic)s"
_JOIN_INSTITUTION: Final = (
    "JOIN papers_authorshipinstitution AS named ON named.authorship_id = authorship.id AND named.institution_id = %(institution)s"
)


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """A name to look for: folded, with the forms by initials that may stand for it."""

    key: str
    short: tuple[str, ...]
    blocks: tuple[str, ...]


def name_question(asked: str) -> NameQuestion | None:
    """What to look for, or None where ``asked`` cannot be a name. Pure.

    "Yuandong Tian" may be published as "Y. Tian"; "Y. Tian" and "Tian Y" may be any Tian with that initial. Quotation marks around
    the whole are how people search, not part of a name; within it they hold a nickname.
    """
    asked = _IN_QUOTES.sub(r"\1", asked.strip())
    key = fold(asked[:LONGEST_NAME])
    words = key.split()
    if not words or len(words) > MOST_WORDS or len(asked) > LONGEST_NAME:
        return NameQuestion(asked.lower(), (), ()) if asked and not key and len(asked) <= LONGEST_NAME else None
    initials = [word for word in words if len(word) == 1]
    names = [word for word in words if len(word) > 1]
    if initials and names:
        return NameQuestion(
            parse_name(asked).key, (), tuple({f"{''.join(names)} {initials[0]}", f"{names[-1]} {initials[0]}", parse_name(asked).block})
        )
    if len(names) > 1:
        parsed = parse_name(asked)  # variants are kept in this form: particles joined to the name, the order turned
        short = {f"{parsed.first[:1]} {parsed.family}"} if parsed.first else set()
        return NameQuestion(parsed.key, tuple(short), ())
    return NameQuestion(key, (), ())


def family_question(asked: str) -> NameQuestion | None:
    """What else to look for where nothing was found: "Le Cun" and "van der Maaten" may be a family name alone. Pure.

    Variants keep such a name in one word. None where ``asked`` does not begin with particles.
    """
    words = fold(asked[:LONGEST_NAME]).split()
    is_family = 1 < len(words) <= MOST_WORDS and all(word in PARTICLES for word in words[:-1])
    return NameQuestion("".join(words), (), ()) if is_family else None


def find_people(
    asked: str, *, topic: int | None = None, institution: int | None = None, facets: Sequence[str] = (), viewer: Viewer = None
) -> Found:
    """Authors whose name resembles ``asked``, most alike first and of those alike who wrote most. One query, or none; two for a family name of several words.

    Without a name, those with most works on the topic or from the institution. A single word may be a part of a name,
    several words are a whole one: the first is compared with parts, the others with wholes. ``facets`` are keys of
    ``people_facets``, as far as ``viewer`` may know.
    """
    params: dict[str, Any] = {"topic": topic, "institution": institution, "limit": MOST_FOUND + 1}
    chosen = [_of_facet(key, viewer, params) for key in facets]
    if not asked:
        return _belonging(params, chosen)
    question = name_question(asked)
    if question is None:
        return NOTHING
    conditions = [*(condition for condition, value in ((_ON_TOPIC, topic), (_AT_INSTITUTION, institution)) if value), *chosen]
    found = _named(question, conditions, params)
    family = family_question(asked) if not found.hits else None
    return _named(family, conditions, params) if family is not None else found


def _named(question: NameQuestion, conditions: Sequence[str], params: Mapping[str, Any]) -> Found:
    alike = "variant.key %% %(key)s" if " " in question.key else "%(key)s <%% variant.key"
    statement = _BY_NAME.format(alike=alike, narrowed=" AND ".join(conditions) or "TRUE")
    asked = {"key": question.key, "word": f" {question.key} ", "short": list(question.short), "blocks": list(question.blocks)}
    return capped([Hit(*row) for row in rows(statement, {**params, **asked})])


def facet_totals(ids: Sequence[int], viewer: Viewer) -> dict[str, int]:
    """How many of these authors each facet of people is true of. A query for each registered facet, none for no authors."""
    return {facet.key: facet.narrow(Author.objects.filter(pk__in=list(ids)), viewer).count() if ids else 0 for facet in people_facets}


def _of_facet(key: str, viewer: Viewer, params: dict[str, Any]) -> str:
    """The condition that a facet is true of ``author``; its parameters are added to ``params``. FALSE for one that nobody registered."""
    facet = people_facets.get(key)
    if facet is None:
        return "FALSE"
    try:
        statement, given = facet.narrow(Author.objects.order_by(), viewer).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "FALSE"
    for value in given:
        name = f"facet{len(params)}"
        params[name] = value
        statement = statement.replace("%s", f"%({name})s", 1)
    return f"author.id IN ({statement})"


def _belonging(params: dict[str, Any], chosen: Sequence[str]) -> Found:
    joins = [join for join, name in ((_JOIN_TOPIC, "topic"), (_JOIN_INSTITUTION, "institution")) if params[name]]
    narrowed = " AND ".join(chosen)
    if joins:
        joined = "\n    ".join([*joins, f"WHERE {narrowed}"] if narrowed else joins)
        return capped([Hit(*row) for row in rows(_BY_BELONGING.format(joined=joined), params)])
    return capped([Hit(*row) for row in rows(_BY_FACETS.format(narrowed=narrowed), params)]) if narrowed else NOTHING
