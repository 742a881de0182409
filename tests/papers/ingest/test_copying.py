"""Rows written by COPY are stored as the driver itself would have stored them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.ingest.copying import Copies, array_text, copy_rows, copy_text, draw_keys, json_text, numbers_text
from papers.models import Author, NameVariant

pytestmark = pytest.mark.django_db

COLUMNS = (
    "name text, flag boolean, number bigint, share double precision, day date, moment timestamptz, packed bytea, names text[], ids jsonb"
)
NASTY = "\\\t\n\r\b\f\v\x1d\x1e\x1f\x7f{}\"',;.Nnté☃\U0001f600\u2028 "
texts = st.one_of(st.text(alphabet=NASTY, max_size=12), st.sampled_from(["\\.", "\\N", "", "N", "\\\\N", "NULL", "\\x41"]))
rows_of_all_kinds = st.lists(
    st.tuples(
        st.none() | texts,
        st.none() | st.booleans(),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.dates(min_value=date(1400, 1, 1), max_value=date(2200, 12, 31)),
        st.none() | st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - bounds
        st.none() | st.binary(max_size=16),
        st.lists(texts, max_size=4),
        st.dictionaries(texts, texts, max_size=3),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_all_kinds)
def test_rows_are_stored_as_the_driver_stores_them(rows: list[Sequence[Any]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("ours", "theirs"):
            cursor.execute(f"CREATE TEMP TABLE {table} (place serial, {COLUMNS}) ON COMMIT DROP")
        names = "name, flag, number, share, day, moment, packed, names, ids"
        written = [(*row[:7], array_text(row[7]), json_text(row[8])) for row in rows]
        with cursor.copy(f"COPY ours ({names}) FROM STDIN") as copy:
            copy.write(copy_text(written))
        with cursor.copy(f"COPY theirs ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([*row[:7], row[7], json_text(row[8])])
        cursor.execute("SELECT * FROM ours ORDER BY place")
        ours = cursor.fetchall()
        cursor.execute("SELECT * FROM theirs ORDER BY place")
        assert ours == cursor.fetchall()
        cursor.execute("DROP TABLE ours, theirs")
    assert [row[1] for row in ours] == [row[0] for row in rows]
    assert [row[8] for row in ours] == [row[7] for row in rows]


def test_no_rows_are_no_text() -> None:
    assert copy_text([]) == ""


def test_keys_are_drawn_once_and_in_order() -> None:
    keys = draw_keys(Author, 50) + draw_keys(Author, 50)
    assert keys == sorted(set(keys))
    assert draw_keys(Author, 0) == []


def test_numbers_are_read_as_an_array() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint[], %s::bigint[]", [numbers_text([3, -1, 2**62]), numbers_text([])])
        assert cursor.fetchone() == ([3, -1, 2**62], [])


@pytest.mark.parametrize(
    "name, error",
    [("", IntegrityError), ("half \ud800", DataError), ("nothing \0", DataError)],
    ids=["constraint", "surrogate", "null"],
)
def test_what_the_database_refuses_is_told_and_the_connection_goes_on(name: str, error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic():
        copy_rows(Author, ["id", "display_name", "sort_name", "created_at"], [(draw_keys(Author, 1)[0], name, "x", "2026-01-01T00:00:00Z")])
    assert Author.objects.count() == 0


def test_a_query_waits_for_the_copies_that_are_under_way() -> None:
    [key] = draw_keys(Author, 1)
    with transaction.atomic(), Copies() as copies:
        copies.add(
            Author, ["id", "display_name", "sort_name", "created_at"], [(key, "Ada Quillmere", "Quillmere, Ada", "2026-01-01T00:00:00Z")]
        )
        copies.add(NameVariant, ["author_id", "name", "key", "block"], [(key, "Ada Quillmere", "ada quillmere", "quillmere a")])
        assert NameVariant.objects.filter(author_id=key).count() == 1
        copies.add(NameVariant, ["author_id", "name", "key", "block"], [(key, "A. Quillmere", "a quillmere", "quillmere a")])
    assert NameVariant.objects.filter(author_id=key).count() == 2


def test_a_mistake_meanwhile_leaves_nothing_under_way() -> None:
    author = (draw_keys(Author, 1)[0], "Ada Quillmere", "Quillmere, Ada", "2026-01-01T00:00:00Z")
    with pytest.raises(ZeroDivisionError):
        _copy_and_fail(author)
    assert Author.objects.count() == 0


def _copy_and_fail(author: tuple[Any, ...]) -> None:
    with transaction.atomic(), Copies() as copies:
        copies.add(Author, ["id", "display_name", "sort_name", "created_at"], [author])
        raise ZeroDivisionError
