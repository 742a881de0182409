"""Whole tables of numbers out of PostgreSQL, in bounded memory and as quickly as it sends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from papers.graph.arrays import Ints

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

BLOCK: Final = 1_000_000  # rows that are taken at once
_HEAD: Final = 19  # bytes before the first row


def copied(statement: str, columns: int) -> Iterator[Ints]:
    """The rows of a query of non-null bigints, by COPY in its binary form, in blocks of (rows, columns), about a million rows each."""
    kind = np.dtype([("count", ">i2"), *((f"column{i}", [("length", ">i4"), ("value", ">i8")]) for i in range(columns))])
    held, first = bytearray(), True
    with connection.cursor() as cursor:
        inner: Any = cursor.cursor  # psycopg's own, which knows COPY
        with inner.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)") as copy:
            for block in copy:  # waits for what comes, as psycopg does
                held += block
                ended = _drained(inner.connection.pgconn, held)
                if first and len(held) >= _HEAD:
                    del held[:_HEAD]
                    first = False
                if not first and len(held) >= BLOCK * kind.itemsize:
                    yield _taken(held, kind, columns)
                if ended:
                    break
    if not first and len(held) >= kind.itemsize:
        yield _taken(held, kind, columns)


def _drained(pgconn: PGconn, held: bytearray) -> bool:
    """Takes the rows that have arrived, and tells whether these were the last. psycopg's own loop takes ten times as long for a row of two numbers."""
    size, row = pgconn.get_copy_data(1)
    while size > 0:
        held += row
        size, row = pgconn.get_copy_data(1)
    if size == 0:
        return False
    while result := pgconn.get_result():
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
    return True


def _taken(held: bytearray, kind: np.dtype[Any], columns: int) -> Ints:
    """The whole rows at the head of what was read, which are removed from it; the two bytes that end a COPY never make a row."""
    count = len(held) // kind.itemsize
    rows = np.frombuffer(bytes(held[: count * kind.itemsize]), dtype=kind)
    del held[: count * kind.itemsize]
    found: Ints = np.column_stack([rows[f"column{i}"]["value"] for i in range(columns)]).astype(np.int64)
    return found
