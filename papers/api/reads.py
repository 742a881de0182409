"""The rows behind the API's answers, each with what its answer needs and no more.

Every function returns a queryset whose answer costs a fixed number of queries at any number of rows. What is merged
or erased is never listed.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import F, Model, Prefetch, QuerySet

from papers.models import (
    Author,
    AuthorIdentifier,
    Authorship,
    Institution,
    InstitutionName,
    NameVariant,
    NameVisibility,
    Topic,
    Work,
    WorkIdentifier,
    WorkSource,
    WorkTopic,
)
from papers.querysets.visibility import narrowed

ModelT = TypeVar("ModelT", bound=Model)

LISTED_AUTHORS = 10
"""How many people a work names in a list; all are under its authorships."""
DETAILED_AUTHORSHIPS = 100


def listed(model: type[ModelT]) -> QuerySet[ModelT]:
    """The rows of a model with pages that lists may show."""
    rows: QuerySet[ModelT] = QuerySet(model)
    return narrowed(rows.filter(merged_into__isnull=True, erased_at__isnull=True), None)


def known(model: type[ModelT]) -> QuerySet[ModelT]:
    """The rows of a model with pages that somebody may ask for by id: merged and erased ones too."""
    return narrowed(QuerySet(model), None)


def works_in_brief(rows: QuerySet[Work]) -> QuerySet[Work]:
    """Works with venue, field, identifiers and their first ten people: three queries."""
    people = authorships_in_brief(Authorship.objects.filter(position__lt=LISTED_AUTHORS))
    return (
        rows.select_related("venue", "field")
        .defer("abstract", "abstract_html", "title_html", "provenance", "search", "affiliations_unaligned", "retraction_note")
        .prefetch_related(
            Prefetch("identifiers", WorkIdentifier.objects.order_by("scheme", "value"), to_attr="listed_identifiers"),
            Prefetch("authorships", people, to_attr="listed_authorships"),
        )
    )


def authorships_in_brief(rows: QuerySet[Authorship]) -> QuerySet[Authorship]:
    """Authorships with the name and the author behind them."""
    return rows.select_related("author").only(
        "id",
        "work_id",
        "position",
        "raw_name",
        "is_organisation",
        "author__id",
        "author__display_name",
        "author__confidence",
        "author__erased_at",
        "author__name_on_works",
    )


def authorships_in_full(rows: QuerySet[Authorship]) -> QuerySet[Authorship]:
    """Authorships with author and institutions: two queries."""
    institutions = Institution.objects.only("id", "name", "ror", "country_code").order_by("id")
    return rows.select_related("author").prefetch_related(Prefetch("institutions", institutions, to_attr="listed_institutions"))


def work_in_full(rows: QuerySet[Work]) -> QuerySet[Work]:
    """Works with everything that a work's own answer says: six queries."""
    people = authorships_in_full(Authorship.objects.order_by("position", "id"))
    topics = WorkTopic.objects.filter(topic__merged_into__isnull=True, topic__erased_at__isnull=True)
    topics = topics.select_related("topic").order_by(F("score").desc(nulls_last=True), "id")
    return (
        rows.select_related("venue", "field")
        .defer("search", "title_html", "abstract_html")
        .prefetch_related(
            Prefetch("identifiers", WorkIdentifier.objects.order_by("scheme", "value"), to_attr="listed_identifiers"),
            Prefetch("work_topics", topics, to_attr="listed_topics"),
            Prefetch("source_records", WorkSource.objects.defer("fingerprint").order_by("source", "record_id"), to_attr="listed_sources"),
            Prefetch("authorships", people[:DETAILED_AUTHORSHIPS], to_attr="listed_authorships"),
        )
    )


def with_author_parts(rows: QuerySet[Author]) -> QuerySet[Author]:
    """Authors with name variants, identifiers and the count of their works: three queries."""
    return rows.select_related("figures").prefetch_related(
        Prefetch("name_variants", NameVariant.objects.filter(visibility=NameVisibility.SHOWN).order_by("id"), to_attr="listed_names"),
        Prefetch("identifiers", AuthorIdentifier.objects.order_by("scheme", "value"), to_attr="listed_identifiers"),
    )


def with_institution_parts(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """Institutions with their names: two queries."""
    return rows.prefetch_related(Prefetch("names", InstitutionName.objects.order_by("id"), to_attr="listed_names"))


def with_topic_parts(rows: QuerySet[Topic]) -> QuerySet[Topic]:
    """Topics with their field: one query."""
    return rows.select_related("field")


def survivor(row: Any) -> Any | None:
    """The record that ``row`` was merged into, through every later merge, or None where it was not merged.

    One query a merge; a circle, which the rules of merging exclude, ends at the row where it closes.
    """
    seen = {row.pk}
    target = row
    while target.merged_into_id and target.merged_into_id not in seen:
        seen.add(target.merged_into_id)
        target = target.merged_into
    return None if target is row else target
