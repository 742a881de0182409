"""The administration of tables that grow without end: no full count, no search that no index serves, no surprise writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import OperationalError, connections, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import decode_public_id

ModelT = TypeVar("ModelT", bound=Model)

if TYPE_CHECKING:  # generic for the type checker only
    _Pages = Paginator[Any]

    class _ModelAdmin(admin.ModelAdmin[ModelT]): ...

else:
    _Pages = Paginator

    class _ModelAdmin(admin.ModelAdmin, Generic[ModelT]): ...


MOST_COUNTED = 10_000
COUNT_MILLISECONDS = 500
MAX_TERM = 200


class BoundedCount(int):
    """A count that went no further than ``MOST_COUNTED``: there are at least so many."""

    is_bound = True


class BoundedPaginator(_Pages):
    """Pages of the first ten thousand rows.

    Counting stops there, or after half a second where a filter that no index serves makes even that slow. Who
    looks for something further back narrows the list.
    """

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list).order_by()  # the administration pages querysets
        try:
            with transaction.atomic(using=rows.db), connections[rows.db].cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {COUNT_MILLISECONDS}")
                counted = rows[: MOST_COUNTED + 1].count()
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
        except OperationalError:
            return BoundedCount(MOST_COUNTED)
        return BoundedCount(MOST_COUNTED) if counted > MOST_COUNTED else counted


class LargeTableAdmin(_ModelAdmin[ModelT]):
    """A list whose cost does not grow with its table.

    Rows come latest first by their key, fifty a page; columns do not sort. ``find`` says how a search term is looked up
    and must use an index; a public id or "#" with a row's key always works.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    ordering: ClassVar[Any] = ("-pk",)
    sortable_by = ()
    search_help_text = _("An id from an address, or # and a number.")
    search_fields = ("pk",)  # shows the box; ``find`` does the work

    def find(self, rows: QuerySet[ModelT], term: str) -> QuerySet[ModelT]:
        """The rows that a search term means, beyond ids. None by default."""
        return rows.none()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[ModelT], search_term: str) -> tuple[QuerySet[ModelT], bool]:
        """What ``find`` and the ids give for a term. Nothing for a term that cannot be one."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if "\x00" in term or len(term) > MAX_TERM:
            return queryset.none(), False
        if term.startswith("#"):
            number = term[1:]
            plain = number.isascii() and number.isdigit() and len(number) < 19  # noqa: PLR2004 - digits of the largest key
            return (queryset.filter(pk=int(number)) if plain else queryset.none()), False
        found = self.find(queryset, term)
        key = self._key_of(term)
        return (found | queryset.filter(pk=key) if key is not None else found), False

    def _key_of(self, term: str) -> int | None:
        if not hasattr(self.model, "public_id"):
            return None
        try:
            return decode_public_id(term.lower())
        except ValueError:
            return None

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Straight to the public page of what has one."""
        return str(obj.get_absolute_url()) if hasattr(obj, "get_absolute_url") else None

    @admin.display(description=_("public page"))
    def page(self, row: Any) -> str:
        """A link to the public page."""
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.public_id)


class ReadOnlyAdmin(LargeTableAdmin[ModelT]):
    """Rows that hold what sources said or what was computed: they are read here and changed by imports and services only."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
