"""Reading authors: who they are, by what names, with what figures."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet

from papers.models import Author, Authorship
from papers.querysets.visibility import narrowed

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer


class AuthorQuerySet(QuerySet[Author]):
    """Authors. Nothing here runs a query before it is iterated."""

    def visible_to(self, viewer: Viewer) -> AuthorQuerySet:
        """Without merged and erased authors and without what the registered filters hide."""
        shown = self.filter(merged_into__isnull=True, erased_at__isnull=True)
        return narrowed(shown, viewer)  # type: ignore[return-value]  # filters narrow, they do not change the class

    def as_hits(self) -> QuerySet[Author, dict[str, Any]]:
        """What a list of people shows of each. One query when iterated."""
        found = self.values(
            "id",
            "display_name",
            "figures__works_count",
            "figures__first_year",
            "figures__last_year",
            "figures__field__name",
            "figures__institutions",
            "figures__topics",
        )
        return cast("QuerySet[Author, dict[str, Any]]", found)


def authors() -> AuthorQuerySet:
    """All authors, also merged and erased ones."""
    return AuthorQuerySet(Author)


def standing_author(pk: int) -> Author | None:
    """An author who was neither merged nor erased, whoever may see the page; None for anybody else. One query."""
    return authors().filter(pk=pk, merged_into__isnull=True, erased_at__isnull=True).first()


def names_of(ids: Collection[int], viewer: Viewer) -> dict[int, str]:
    """The present names of the authors that ``viewer`` may see. One query, none for no ids.

    Figures keep names from when they were computed; an author who was erased since must not be named from there.
    """
    if not ids:
        return {}
    return dict(authors().visible_to(viewer).filter(pk__in=list(ids)).values_list("pk", "display_name"))


def latest_raw_affiliations(author_id: int) -> list[str]:
    """What the author's latest work that names any affiliation says, for authors none of whose institutions is known. One query."""
    found = (
        Authorship.objects.filter(author_id=author_id, work__merged_into__isnull=True, work__erased_at__isnull=True)
        .exclude(raw_affiliations=[])
        .order_by("-work__date_key", "-work_id")
        .values_list("raw_affiliations", flat=True)
    )
    return found.first() or []
