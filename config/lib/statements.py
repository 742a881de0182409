"""Several statements in one message to the database, planned once for each connection and not each time.

The statements of the busiest pages are long, and PostgreSQL takes as long to plan them as to run them. So a connection prepares each when it
first asks it (PREPARE), and runs what it prepared from then on (EXECUTE). PostgreSQL plans anew by itself when tables change or statistics do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection

Rows = list[tuple[Any, ...]]

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_STATEMENTS_KEPT: Final = 200  # texts taken apart; a handful of statements, each in the few forms that viewers' filters give it


@dataclass(slots=True)
class _Prepared:
    """What a connection has prepared. ``turn`` grows with each error, so that a name that may or may not be taken is not used again."""

    names: set[str] = field(default_factory=set)
    turn: int = 0


_prepared: WeakKeyDictionary[Any, _Prepared] = WeakKeyDictionary()


def rows_of_each(*statements: str, given: Mapping[str, Any]) -> list[Rows]:
    """The rows of each statement, in one message to the database; each names its parameters (``%(work)s``) and shares ``given``.

    Behind PgBouncer, where connections change hands (``DISABLE_SERVER_SIDE_CURSORS``), nothing is prepared. The types of parameters
    are what the statement makes of them: write ``%(work)s::bigint`` where it says nothing. Raises what the database raises.
    """
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return _asked(list(statements), given)
    connection.ensure_connection()
    known = _prepared.setdefault(connection.connection, _Prepared())
    message: list[str] = []
    new: set[str] = set()
    for statement in statements:
        text, names = _taken_apart(statement)
        name = f"asked_{_name_of(statement)}_{known.turn}"
        if name not in known.names | new:
            message.append(f"PREPARE {name} AS {text}")
            new.add(name)
        message.append(f"EXECUTE {name}{_arguments(names)}")
    try:
        found = _asked(message, given)
    except Exception:
        known.names, known.turn = set(), known.turn + 1
        raise
    known.names |= new
    return found


def _asked(message: Sequence[str], given: Mapping[str, Any]) -> list[Rows]:
    """The rows of those statements of a message that give any."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(message), given)
        return list(_results(cursor))


def _results(cursor: Any) -> Iterator[Rows]:
    while True:
        if cursor.description is not None:
            yield cursor.fetchall()
        if not cursor.nextset():
            return


def _arguments(names: Sequence[str]) -> str:
    return f"({', '.join(f'%({name})s' for name in names)})" if names else ""


@lru_cache(_STATEMENTS_KEPT)
def _taken_apart(statement: str) -> tuple[str, tuple[str, ...]]:
    """The statement with numbers for its parameters, and their names in the order of the numbers."""
    names = tuple(dict.fromkeys(_PLACE.findall(statement)))
    numbers = {name: f"${place}" for place, name in enumerate(names, 1)}
    return _PLACE.sub(lambda found: numbers[found[1]], statement), names


@lru_cache(_STATEMENTS_KEPT)
def _name_of(statement: str) -> str:
    return blake2b(statement.encode(), digest_size=12).hexdigest()
