"""Reading rows with SQL of our own."""

from __future__ import annotations

from typing import Any, cast

from django.db import connection


def read_rows(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    """All rows of a query with named parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
