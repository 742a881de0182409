"""Storing many computed rows at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

_STATEMENT = """
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS computed ({typed})
    ON CONFLICT ({key}) DO UPDATE SET {assigned}
"""


def store_rows(rows: Sequence[models.Model], *, key: tuple[str, ...]) -> None:
    """Insert these rows of one model, or replace those with the same ``key`` columns.

    One statement with one parameter: a few times faster than ``bulk_create``, which spends its time on twenty
    parameters a row. Give the rows in the order of their keys, so that two writers never deadlock.
    """
    if not rows:
        return
    names = _columns(type(rows[0]))
    content = [{name: getattr(row, name) for name in names} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(rows[0]), key), [json.dumps(content, cls=DjangoJSONEncoder)])


def _columns(model: type[models.Model]) -> dict[str, str]:
    """Every column that we write, with its type: all but a key that the database counts up by itself."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    return {field.attname: str(field.db_type(connection)) for field in fields}


@cache
def _statement(model: type[models.Model], key: tuple[str, ...]) -> str:
    columns = _columns(model)
    return _STATEMENT.format(
        table=model._meta.db_table,
        columns=", ".join(columns),
        typed=", ".join(f"{name} {kind}" for name, kind in columns.items()),
        key=", ".join(key),
        assigned=", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in key),
    )
