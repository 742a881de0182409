"""Reading topics, institutions, venues and what was counted about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from papers.models import Institution, InstitutionName, SubjectFigures, Topic, Venue
from papers.querysets.visibility import narrowed

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer


class TopicQuerySet(QuerySet[Topic]):
    """Topics. Nothing here runs a query before it is iterated."""

    def visible_to(self, viewer: Viewer) -> TopicQuerySet:
        """Without merged and erased topics and without what the registered filters hide."""
        shown = self.filter(merged_into__isnull=True, erased_at__isnull=True)
        return narrowed(shown, viewer)  # type: ignore[return-value]  # filters narrow, they do not change the class

    def for_page(self) -> TopicQuerySet:
        """A topic with its field: one query."""
        return self.select_related("field")


class InstitutionQuerySet(QuerySet[Institution]):
    """Institutions. Nothing here runs a query before it is iterated."""

    def visible_to(self, viewer: Viewer) -> InstitutionQuerySet:
        """Without merged and erased institutions and without what the registered filters hide."""
        shown = self.filter(merged_into__isnull=True, erased_at__isnull=True)
        return narrowed(shown, viewer)  # type: ignore[return-value]  # filters narrow, they do not change the class

    def for_page(self) -> InstitutionQuerySet:
        """An institution with ``names_listed``, its other names: one query."""
        return self.annotate(
            names_listed=ArraySubquery(
                InstitutionName.objects.filter(institution=OuterRef("pk")).exclude(name=OuterRef("name")).order_by("id").values("name")[:12]
            )
        )


def topics() -> TopicQuerySet:
    """All topics, also merged and erased ones."""
    return TopicQuerySet(Topic)


def institutions() -> InstitutionQuerySet:
    """All institutions, also merged and erased ones."""
    return InstitutionQuerySet(Institution)


def figures_of(kind: str, subject_id: int) -> SubjectFigures | None:
    """What was counted about a topic or an institution, or None where nothing was yet. One query."""
    return SubjectFigures.objects.filter(kind=kind, subject_id=subject_id).first()


def topic_names(ids: Collection[int]) -> dict[int, str]:
    """Names of topics by id. One query, none for no ids."""
    return dict(topics().visible_to(None).filter(pk__in=list(ids)).values_list("pk", "name")) if ids else {}


def institution_names(ids: Collection[int]) -> dict[int, str]:
    """Names of institutions by id. One query, none for no ids."""
    return dict(institutions().visible_to(None).filter(pk__in=list(ids)).values_list("pk", "name")) if ids else {}


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A topic or an institution as a hit of a search."""

    name: str
    field_name: str
    place: str
    works: int


def found_topics(ids: Collection[int]) -> dict[int, FoundSubject]:
    """Topics by id with field and number of works. One query, none for no ids."""
    if not ids:
        return {}
    found = topics().visible_to(None).filter(pk__in=list(ids)).annotate(works_counted=_works_counted("topic"))
    rows = found.values_list("pk", "name", "field__name", "works_counted")
    return {key: FoundSubject(name, field or "", "", works or 0) for key, name, field, works in rows}


def found_institutions(ids: Collection[int]) -> dict[int, FoundSubject]:
    """Institutions by id with place and number of works. One query, none for no ids."""
    if not ids:
        return {}
    found = institutions().visible_to(None).filter(pk__in=list(ids)).annotate(works_counted=_works_counted("institution"))
    rows = found.values_list("pk", "name", "city", "country_code", "works_counted")
    return {
        key: FoundSubject(name, "", ", ".join(part for part in (city, country) if part), works or 0)
        for key, name, city, country, works in rows
    }


def _works_counted(kind: str) -> Subquery:
    return Subquery(SubjectFigures.objects.filter(kind=kind, subject_id=OuterRef("pk")).values("works_count")[:1])


def venue_names(ids: Collection[int]) -> dict[int, str]:
    """Names of venues by id, short where there is a short one. One query, none for no ids."""
    if not ids:
        return {}
    rows = Venue.objects.filter(pk__in=list(ids)).values_list("pk", "abbreviation", "name")
    return {key: abbreviation or name for key, abbreviation, name in rows}
