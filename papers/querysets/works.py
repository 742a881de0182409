"""Reading works: which, in what order, and as rows for lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, When
from django.db.models.functions import JSONObject

from config.lib.statements import rows_of_each
from papers.models import Authorship, AuthorshipInstitution, Citation, Work, WorkIdentifier, WorkSource, WorkTopic
from papers.querysets.scores import COLUMNS, WorkScore
from papers.querysets.visibility import narrowed, narrowing

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "newest": ("-date_key", "-id"),
    "oldest": (F("year").asc(nulls_last=True), "date_key", "id"),
    "cited": (F("cited_by_count").desc(nulls_last=True), "-date_key", "-id"),
    "score": (F("figures__score").desc(nulls_last=True), "-date_key", "-id"),
    "novelty": (F("figures__novelty_part").desc(nulls_last=True), "-date_key", "-id"),
}


class FoundWork(NamedTuple):
    """What a list shows of a work, and nothing else of the wide table."""

    id: int
    title: str
    title_html: str
    language: str
    type: str
    abstract: str
    abstract_html: str
    year: int | None
    month: int | None
    day: int | None
    venue_name: str | None
    venue_abbreviation: str | None
    track: str
    has_code: bool
    code_urls: list[str]
    cited_by_count: int | None
    cited_by_source: str
    is_retracted: bool
    retraction_note: str
    author_count: int
    sources: list[str]
    scored: WorkScore | None  # None before it has been computed


GATHERED_UP_TO: Final = 20_000  # works: some 100 ms; beyond, a walk from the newest on meets fifty sooner

# Plain SQL here and below: these run on every page with a list, and composing them anew costs as much as running them.
_FOUND_WORKS: Final = """
    SELECT work.id, work.title, work.title_html, work.language, work.type, work.abstract, work.abstract_html, work.year, work.month, work.day,
           venue.name, venue.abbreviation, work.track, work.has_code, work.code_urls, work.cited_by_count, work.cited_by_source,
           work.is_retracted, work.retraction_note, work.author_count, work.sources, {scores}
    FROM papers_work AS work LEFT JOIN papers_venue AS venue ON venue.id = work.venue_id
         LEFT JOIN papers_workfigures AS figures ON figures.work_id = work.id
    WHERE work.id = ANY(%(works)s)
""".replace("{scores}", COLUMNS)
AUTHORSHIP_FIELDS: Final = (
    "work_id",
    "position",
    "raw_affiliations",
    "author_id",
    "author__display_name",
    "author__erased_at",
    "author__name_on_works",
    "orcid",
    "orcid_authenticated",
    "is_corresponding",
    "name_in_other_script",
)


class Entry(NamedTuple):
    """What sorting and filtering need to know of a work."""

    id: int
    date_key: int
    year: int | None
    type: str
    has_code: bool
    cited_by_count: int | None
    figure: float | None = None  # the one to sort by, where it was asked for
    topics: Sequence[int] = ()  # where they were asked for
    asked: str | None = None  # the name of the topic that was asked for, on every entry; None where it has no page


FIGURES: Final = {"score": "score", "novelty": "novelty_part"}
"""Orders that rest on stored figures, with the column of each."""

_RECORD: Final = """
    SELECT work.id, work.date_key, work.year, work.type, work.has_code, work.cited_by_count, {figure}, {topics}, {asked}
    FROM papers_authorship AS own JOIN papers_work AS work ON work.id = own.work_id{figures}
    WHERE own.author_id = %s AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""
_FIGURES: Final = " LEFT JOIN papers_workfigures AS figures ON figures.work_id = work.id"
_TOPICS: Final = "ARRAY(SELECT about.topic_id FROM papers_worktopic AS about WHERE about.work_id = work.id)"
_ASKED: Final = (
    "(SELECT topic.name FROM papers_topic AS topic WHERE topic.id = %s AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL)"
)
_JOINT: Final = " AND EXISTS (SELECT FROM papers_authorship AS joint WHERE joint.work_id = work.id AND joint.author_id = %s)"


class _ReadFirst(Func):
    """Whether a column is among what a subquery gives, which is read once and before anything else: the planner can not turn it into a join."""

    template = "%(expressions)s"
    arg_joiner = " = ANY"
    output_field = BooleanField()

    def __init__(self, column: str, subquery: QuerySet[Any, Any]) -> None:
        super().__init__(F(column), ArraySubquery(subquery, template="(ARRAY(%(subquery)s))"))


SHOWN_NAME: Final = Case(When(author__name_on_works=True, then=F("author__display_name")), default=F("raw_name"))
"""The name of an authorship as pages show it: published, or the one that its bearer goes by on works too."""


class WorkQuerySet(QuerySet[Work]):
    """Works. Nothing here runs a query before it is iterated."""

    def visible_to(self, viewer: Viewer) -> WorkQuerySet:
        """Without merged and erased works and without what the registered filters hide."""
        shown = self.filter(merged_into__isnull=True, erased_at__isnull=True)
        return narrowed(shown, viewer)  # type: ignore[return-value]  # filters narrow, they do not change the class

    def of_author(self, author_id: int) -> Self:
        """Works that stand under an author."""
        return self.filter(authorships__author_id=author_id)

    def on_topic(self, topic_id: int) -> Self:
        """Works about a topic."""
        return self.filter(is_about(topic_id))

    def from_institution(self, institution_id: int, *, known: int | None = None) -> Self:
        """Works with at least one author at an institution; ``known`` is about how many that are.

        The newest of an institution with very many works are soon met by walking through all works from the newest on. Of
        others all are gathered first: the planner thinks a walk cheap there too, takes its works for evenly spread, and reads
        the authors of ten thousand others.
        """
        if known is None or known > GATHERED_UP_TO:
            return self.filter(is_from(institution_id))
        named = AuthorshipInstitution.objects.filter(institution_id=institution_id).values("authorship_id")
        return self.filter(_ReadFirst("pk", Authorship.objects.filter(_ReadFirst("pk", named)).order_by().values("work_id").distinct()))

    def narrowed_to(self, *, year: int | None = None, type: str = "", code: bool = False, venue: int | None = None) -> Self:  # noqa: A002 - the field's name
        """Works of a year, a type, a venue, or with code; what is not given narrows nothing."""
        chosen = Q()
        if year is not None:
            chosen &= Q(year=year)
        if type:
            chosen &= Q(type=type)
        if code:
            chosen &= Q(has_code=True)
        if venue is not None:
            chosen &= Q(venue_id=venue)
        return self.filter(chosen)

    def in_order(self, order: str) -> Self:
        """By one of ``ORDERS``: "newest", "oldest", "cited", "score", "novelty". Works without a year, a count or a figure stand last."""
        return self.order_by(*ORDERS[order])

    def for_page(self) -> Self:
        """One work with all that its page says of the work itself: a single query.

        ``topics_listed``, ``identifiers_listed`` and ``records_listed`` are lists of objects.
        """
        return (
            self.select_related("venue", "field")
            .defer("search", "title_key")
            .annotate(
                topics_listed=_listed_topics(),
                identifiers_listed=ArraySubquery(
                    WorkIdentifier.objects.filter(work=OuterRef("pk"))
                    .order_by("scheme", "value")
                    .values(row=JSONObject(scheme="scheme", value="value"))[:40]
                ),
                records_listed=ArraySubquery(
                    WorkSource.objects.filter(work=OuterRef("pk"))
                    .order_by("source", "record_id")
                    .values(row=JSONObject(source="source", record="record_id", read_at="read_at"))[:40]
                ),
            )
        )

    def cited_by(self, work_id: int) -> Self:
        """What a work cites, as far as we hold it."""
        return self.filter(pk__in=Citation.objects.filter(citing_id=work_id).values("cited_id"))

    def citing(self, work_id: int) -> Self:
        """What cites a work, as far as we hold it."""
        return self.filter(pk__in=Citation.objects.filter(cited_id=work_id).values("citing_id"))


def works() -> WorkQuerySet:
    """All works, also merged and erased ones."""
    return WorkQuerySet(Work)


def stands_on(author_id: int) -> Exists:
    """Whether an author stands on the work of the outer query."""
    return Exists(Authorship.objects.filter(work=OuterRef("pk"), author_id=author_id))


def is_about(topic_id: int) -> Exists:
    """Whether the work of the outer query is about a topic."""
    return Exists(WorkTopic.objects.filter(work=OuterRef("pk"), topic_id=topic_id))


def is_from(institution_id: int) -> Exists:
    """Whether an author of the work of the outer query names an institution."""
    return Exists(AuthorshipInstitution.objects.filter(authorship__work=OuterRef("pk"), institution_id=institution_id))


def found_works(ids: Collection[int]) -> list[FoundWork]:
    """What lists show of these works, in the order of ``ids``. One query, none for no ids."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FOUND_WORKS, {"works": list(ids)})
        found = {row[0]: _found(row) for row in cursor.fetchall()}
    return [found[key] for key in ids if key in found]


def _found(row: Sequence[Any]) -> FoundWork:
    own, scored = row[:_OWN], row[_OWN:]
    return FoundWork._make((*own, WorkScore._make(scored) if scored[-1] is not None else None))


_OWN: Final = len(FoundWork._fields) - 1  # columns of the work itself; those of its score stand behind them


def author_record(
    author_id: int, viewer: Viewer, *, with_author: int | None = None, order: str = "", topics: bool = False, topic: int | None = None
) -> list[Entry]:
    """The author's works that ``viewer`` may see, in no order; only those joint with another author, where one is given.

    One query of six narrow columns, of a stored figure where ``order`` is one of ``FIGURES``, of ``topics`` where they are to be counted,
    and of the name of one ``topic``. A record has tens of works, a long one some thousands: less to read whole than to have counted and sorted twice.
    """
    figure = FIGURES.get(order)
    statement = _RECORD.format(
        figure=f"figures.{figure}" if figure else "NULL",
        topics=_TOPICS if topics else "'{}'::bigint[]",
        asked=_ASKED if topic else "NULL",
        figures=_FIGURES if figure else "",
    )
    parameters = [*([topic] if topic else []), author_id]
    if with_author:
        statement += _JOINT
        parameters.append(with_author)
    narrower, more = narrowing(Work, "work.id", viewer)
    with connection.cursor() as cursor:
        cursor.execute(statement + narrower, [*parameters, *more])
        return [Entry(*row) for row in cursor.fetchall()]


class ListedAuthorship(NamedTuple):
    """A place in an author list, as lists of works show it. ``affiliations`` only of the subject of the page."""

    id: int
    work_id: int
    position: int | None
    name: str
    author_id: int | None
    author_name: str | None
    is_erased: bool
    state: str
    is_decided: bool
    source: str
    affiliations: list[str] | None


_LISTED_AUTHORSHIPS: Final = """
    SELECT authorship.id, authorship.work_id, authorship.position,
           CASE WHEN author.name_on_works THEN author.display_name ELSE authorship.raw_name END, author.id, author.display_name,
           author.erased_at IS NOT NULL, authorship.state, authorship.decided_by_person, authorship.source,
           CASE WHEN authorship.author_id = %(subject)s THEN coalesce(
               (SELECT array_agg(place.name ORDER BY named.id)
                FROM papers_authorshipinstitution AS named JOIN papers_institution AS place ON place.id = named.institution_id
                WHERE named.authorship_id = authorship.id),
               authorship.raw_affiliations) END
    FROM papers_authorship AS authorship LEFT JOIN papers_author AS author ON author.id = authorship.author_id
    WHERE authorship.work_id = ANY(%(works)s)
      AND (authorship.position < %(first)s OR authorship.position IS NULL OR authorship.author_id = %(subject)s)
    ORDER BY authorship.work_id, authorship.position NULLS LAST, authorship.id
"""


def listed_authorships(work_ids: Collection[int], *, first: int, subject: int | None = None) -> list[ListedAuthorship]:
    """Of each work the first authors and the subject: one query that never reads a whole long list.

    In the order of works and positions; authors of unknown position come last.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LISTED_AUTHORSHIPS, {"works": list(work_ids), "first": first, "subject": subject})
        return [ListedAuthorship(*row) for row in cursor.fetchall()]


def works_with_authors(ids: Collection[int], *, first: int, subject: int | None = None) -> tuple[list[FoundWork], list[ListedAuthorship]]:
    """``found_works`` and ``listed_authorships`` of the same works in one message to the database, none for no ids.

    Both statements are the same; what is saved is the way there and back.
    """
    if not ids:
        return [], []
    wanted = list(ids)
    works, people = rows_of_each(_FOUND_WORKS, _LISTED_AUTHORSHIPS, given={"works": wanted, "first": first, "subject": subject})
    found = {row[0]: _found(row) for row in works}
    return [found[key] for key in wanted if key in found], [ListedAuthorship(*row) for row in people]


def _listed_topics(limit: int = 30) -> ArraySubquery:
    return ArraySubquery(
        WorkTopic.objects.filter(work=OuterRef("pk"), topic__merged_into__isnull=True, topic__erased_at__isnull=True)
        .order_by(F("score").desc(nulls_last=True), "topic__name")
        .values(row=JSONObject(id="topic_id", name="topic__name"))[:limit]
    )


def authorships_of(work_id: int, *, start: int, count: int) -> list[dict[str, Any]]:
    """Some authorships of one work in order, with institutions. One query; deep places of long lists are walked to.

    Those of unknown position come last.
    """
    found = (
        Authorship.objects.filter(work_id=work_id)
        .order_by(F("position").asc(nulls_last=True), "id")
        .values(*AUTHORSHIP_FIELDS)
        .annotate(institutions_listed=_listed_institutions(), shown_name=SHOWN_NAME)
    )
    return list(found[start : start + count])


def _listed_institutions(limit: int = 5) -> ArraySubquery:
    return ArraySubquery(
        AuthorshipInstitution.objects.filter(authorship=OuterRef("pk"))
        .order_by("id")
        .values(row=JSONObject(id="institution_id", name="institution__name"))[:limit]
    )
