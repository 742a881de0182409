"""Who cites whom, among the works that we hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from papers.models import Authorship, PendingReference
from papers.querysets.works import SHOWN_NAME, WorkQuerySet, works

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

MOST_COUNTED: Final = 1000  # further ones are "1,000+"; counting a million citations helps nobody
NAMES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Linked:
    """Some works on the other side of a citation, and how many there are (``is_capped``: or more)."""

    rows: list[dict[str, Any]]
    total: int
    is_capped: bool


@dataclass(frozen=True, slots=True)
class LinkedWorks:
    """What a work cites, and what cites it."""

    references: Linked
    citations: Linked


_NOTHING: Final = Linked([], 0, is_capped=False)


def linked_works(work_id: int, viewer: Viewer, *, first: int, only: str = "", start: int = 0) -> LinkedWorks:
    """The newest ``first`` of each side from ``start`` on, with their number up to a thousand. Two queries a side.

    ``only`` ("references" or "citations") leaves the other side out. Rows have the fields of a short list and
    ``first_names``, the first three names.
    """
    shown = works().visible_to(viewer)
    return LinkedWorks(
        _NOTHING if only == "citations" else _side(shown.cited_by(work_id), first, start),
        _NOTHING if only == "references" else _side(shown.citing(work_id), first, start),
    )


def _side(found: WorkQuerySet, first: int, start: int) -> Linked:
    counted = found.order_by()[: MOST_COUNTED + 1].count()
    if not counted:
        return _NOTHING
    rows = (
        found.in_order("newest")
        .values("id", "title", "title_html", "year", "author_count", "venue__name", "venue__abbreviation")
        .annotate(
            first_names=ArraySubquery(
                Authorship.objects.filter(work=OuterRef("pk"), position__lt=NAMES_SHOWN)
                .order_by("position")
                .values(shown=SHOWN_NAME)[:NAMES_SHOWN]
            )
        )
    )
    return Linked(
        cast("list[dict[str, Any]]", list(rows[start : start + first])), min(counted, MOST_COUNTED), is_capped=counted > MOST_COUNTED
    )


def pending_count(work_id: int) -> int:
    """How many references point to works that we do not hold, up to a thousand. One query."""
    return PendingReference.objects.filter(citing_id=work_id).order_by()[:MOST_COUNTED].count()
