"""Writing the database to a file and reading it back, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

CLEAN_SLATE = "drop schema public cascade; create schema public;"


class DumpError(RuntimeError):
    """A dump cannot be written or read; the message is what PostgreSQL's program said."""


def dump(database: Mapping[str, Any], programs: Path, target: Path) -> None:
    """Write the database to ``target`` in pg_dump's compressed custom format, readable by our account only.

    The file is there whole or not at all. ``database`` is one of Django's DATABASES. Raises ``DumpError``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.touch(mode=0o600)
    try:
        _run([programs / "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", unfinished], database)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def is_empty(database: Mapping[str, Any]) -> bool:
    """Whether the database holds no table of ours."""
    with psycopg.connect(**_connection(database)) as connection:
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    return tables is not None and tables[0] == 0


def restore(database: Mapping[str, Any], programs: Path, source: Path) -> None:
    """Put what a dump holds in the place of everything in the database.

    One transaction: when something fails, everything is as it was. Others that are connected wait meanwhile.
    Raises ``DumpError``.
    """
    with tempfile.TemporaryDirectory(prefix="collegium-restore-") as folder:
        script = Path(folder) / "restore.sql"
        _run([programs / "pg_restore", "--no-owner", "--no-privileges", "--file", script, source], database)
        without_schema = Path(folder) / "clean.sql"
        without_schema.write_text(CLEAN_SLATE)
        settings = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output", os.devnull]
        _run([programs / "psql", *settings, "--file", without_schema, "--file", script], database)


def _run(command: list[str | Path], database: Mapping[str, Any]) -> None:
    done = subprocess.run(
        [str(part) for part in command], env=os.environ | _environment(database), check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise DumpError(f"{Path(command[0]).name}: {done.stderr.strip() or f'status {done.returncode}'}")


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    """The address and password for PostgreSQL's programs; in variables, as a command line can be read by everybody."""
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(database[name]) for variable, name in names.items() if database.get(name)}
    ssl_mode = database.get("OPTIONS", {}).get("sslmode")
    return given | ({"PGSSLMODE": str(ssl_mode)} if ssl_mode else {})


def _connection(database: Mapping[str, Any]) -> dict[str, Any]:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {parameter: database[name] for parameter, name in names.items() if database.get(name)}
    ssl_mode = database.get("OPTIONS", {}).get("sslmode")
    return given | ({"sslmode": ssl_mode} if ssl_mode else {})
