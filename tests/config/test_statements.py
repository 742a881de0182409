"""Statements in one message, planned once for each connection."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from config.lib.statements import rows_of_each

pytestmark = pytest.mark.django_db

_SQUARES = "SELECT n, n * n FROM generate_series(1, %(most)s::int) AS n WHERE n %% 2 = 1 AND n > %(least)s ORDER BY n"
_ONCE = f"{_SQUARES} DESC"
_NONE = "SELECT 1 WHERE %(least)s::int < 0"
_PLAIN = "SELECT 'a;b', '100%%'"


def _prepared() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'asked%'")
        return {name for (name,) in cursor.fetchall()}


def test_each_statement_gives_its_own_rows_in_one_message(django_assert_num_queries):
    for most, rows in ((5, [(3, 9), (5, 25)]), (3, [(3, 9)])):
        with django_assert_num_queries(1):
            assert rows_of_each(_SQUARES, _NONE, _PLAIN, given={"most": most, "least": 1}) == [rows, [], [("a;b", "100%")]]


def test_a_connection_plans_a_statement_once():
    before = _prepared()
    for most in (5, 6, 7):
        rows_of_each(_ONCE, _ONCE, given={"most": most, "least": 1})
    assert len(_prepared() - before) == 1


def test_after_an_error_it_is_asked_again_under_another_name():
    for _ in range(2):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows_of_each(_SQUARES, "SELECT 1 / %(least)s::int", given={"most": 5, "least": 0})
        assert rows_of_each(_SQUARES, given={"most": 5, "least": 4}) == [[(5, 25)]]


def test_nothing_is_prepared_where_connections_change_hands(monkeypatch):
    before = _prepared()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert rows_of_each(f"{_SQUARES} LIMIT 1", _NONE, given={"most": 5, "least": 1}) == [[(3, 9)], []]
    assert _prepared() == before
