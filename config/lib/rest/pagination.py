"""Cursor pages: each page starts after the last row of the one before, so that page 10,000 costs what page 1 does.

Nothing is ever counted. A cursor is opaque to clients but is read back as strictly as any other input: it names the
order it belongs to, the value and the public id of the last row.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from config.lib.public_ids import decode_public_id, encode_public_id

DEFAULT_SIZE = 25
MAX_SIZE = 100
_MAX_CURSOR_LENGTH = 1000
_MAX_INTEGER = 2**31 - 1
_SIZE = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True)
class Order:
    """An order of rows: by ``field`` (or the key alone where it is ""), ties by key in the same direction.

    Rows without a related row that ``field`` needs are left out.
    ``absent`` is a number below every value, for a nullable column: such rows come last in descending order. It is a float where the
    column holds real numbers. ``text`` says that the field holds text.
    """

    field: str = ""
    descending: bool = False
    absent: float | None = None
    text: bool = False

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """``rows`` in this order."""
        sign = "-" if self.descending else ""
        if not self.field:
            return rows.order_by(f"{sign}pk")
        if self.absent is not None:
            rows = rows.annotate(cursor_value=Coalesce(F(self.field), self.absent))
        elif "__" in self.field:  # an inner join can start from the other table's index, an outer one cannot
            rows = rows.filter(**{f"{self.field}__isnull": False})
        return rows.order_by(f"{sign}{self._column}", f"{sign}pk")

    def after(self, rows: QuerySet[Any], value: float | str | None, key: int) -> QuerySet[Any]:
        """The rows of ``apply`` that come after the row with that value and key."""
        operator = "lt" if self.descending else "gt"
        if not self.field:
            return rows.filter(**{f"pk__{operator}": key})
        beyond = Q(**{f"{self._column}__{operator}": value}) | Q(**{self._column: value, f"pk__{operator}": key})
        return rows.filter(beyond, **{f"{self._column}__{operator}e": value})  # the plain bound is what an index can use

    def value_of(self, row: Model) -> float | str | None:
        """What a cursor remembers of a row."""
        if not self.field:
            return None
        value: Any = row
        for part in self._column.split("__"):
            value = getattr(value, part)
        return value  # type: ignore[no-any-return]  # a column is a number or a text

    def accepts(self, value: object) -> bool:
        """Whether a cursor's value can be one of this order."""
        if not self.field:
            return value is None
        if self.text:
            return isinstance(value, str) and "\x00" not in value
        kinds = (int, float) if isinstance(self.absent, float) else (int,)
        return isinstance(value, kinds) and not isinstance(value, bool) and abs(value) <= _MAX_INTEGER  # so neither NaN nor infinite

    @property
    def _column(self) -> str:
        return "cursor_value" if self.absent is not None else self.field


def encode_cursor(order: str, value: float | str | None, key: int) -> str:
    """The cursor after the row with that value and key."""
    content = json.dumps([order, value, encode_public_id(key)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def decode_cursor(text: str) -> tuple[str, Any, int]:
    """The order, value and key of a cursor. Raises ``ValueError`` for anything that ``encode_cursor`` never gives."""
    if len(text) > _MAX_CURSOR_LENGTH:
        raise ValueError("a cursor is shorter")
    try:
        content = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    match content:
        case [str(order), value, str(key)]:
            return order, value, decode_public_id(key)
    raise ValueError("not a cursor")


PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class CursorPages(BasePagination):
    """Pages of a queryset by ``cursor`` and ``page_size``, in one of the view's ``orders`` chosen by ``ordering``.

    A view gives ``orders`` (name to ``Order``), the first of which is the default. Each page costs the view's own
    queries and reads one row more than it shows.
    """

    parameters = PARAMETERS

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        orders: Mapping[str, Order] = getattr(view, "orders", {"id": Order()})
        self.request = request
        self.size = _page_size(request)
        self.name = _order_name(request, orders)
        self.order = orders[self.name]
        rows = self.order.apply(queryset)
        if cursor := request.query_params.get("cursor"):
            rows = self._after(rows, cursor)
        page = list(rows[: self.size + 1])
        self.more = len(page) > self.size
        self.page = page[: self.size]
        return self.page

    def _after(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        return self.order.after(rows, *self.place_of(cursor))

    def place_of(self, cursor: str) -> tuple[int | str | None, int]:
        """Value and key of the row after which a page starts. Raises ``ValidationError`` for what is no cursor of this order."""
        try:
            name, value, key = decode_cursor(cursor)
        except ValueError:
            raise ValidationError({"cursor": [_("This is not a cursor of ours. Start again without one.")]}) from None
        if name != self.name or not self.order.accepts(value):
            raise ValidationError({"cursor": [_("This cursor belongs to another order. Start again without one.")]})
        return value, key

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next_address(), "results": data})

    def _next_address(self) -> str | None:
        if not self.more:
            return None
        last = self.page[-1]
        cursor = encode_cursor(self.name, self.order.value_of(last), last.pk)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": ["string", "null"], "format": "uri", "description": "The address of the next page; null on the last."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        orders = list(getattr(view, "orders", {"id": Order()}))
        size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        parameters = [
            {
                "name": "cursor",
                "schema": {"type": "string"},
                "description": "Where the page starts, as `next` of the page before gives it.",
            },
            {"name": "page_size", "schema": size, "description": "How many records a page holds."},
        ]
        if len(orders) > 1:
            schema = {"type": "string", "enum": orders, "default": orders[0]}
            parameters.append({"name": "ordering", "schema": schema, "description": "The order of the records; “-” means descending."})
        return [{**parameter, "in": "query", "required": False} for parameter in parameters]


class ReadPages(CursorPages):
    """The same for what is read by its key, latest first, and is no plain queryset.

    ``read(before, limit)`` gives rows whose number, which the view's ``number_of`` tells, is below ``before``.
    """

    parameters = PARAMETERS - {"ordering"}

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        read: Callable[[int | None, int], Sequence[Any]] = queryset
        self.request, self.size, self.view = request, _page_size(request), view
        self.name, self.order = "-id", Order(descending=True)
        before = None
        if cursor := request.query_params.get("cursor"):
            before = self.place_of(cursor)[1]
        page = list(read(before, self.size + 1))
        self.more = len(page) > self.size
        self.page = page[: self.size]
        return self.page

    def _next_address(self) -> str | None:
        if not self.more:
            return None
        number_of: Callable[[Any], int] = getattr(self.view, "number_of")  # noqa: B009 - of views that use these pages
        return replace_query_param(self.request.build_absolute_uri(), "cursor", encode_cursor(self.name, None, number_of(self.page[-1])))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [parameter for parameter in super().get_schema_operation_parameters(view) if parameter["name"] in self.parameters]


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size")
    if text is None:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        raise ValidationError({"page_size": [_("A page holds 1 to %(most)d records.") % {"most": MAX_SIZE}]})
    return int(text)


def _order_name(request: Request, orders: Mapping[str, Order]) -> str:
    name = request.query_params.get("ordering")
    if name is None:
        return next(iter(orders))
    if name not in orders:
        raise ValidationError({"ordering": [_("Records can be ordered by: %(orders)s.") % {"orders": ", ".join(orders)}]})
    return name
