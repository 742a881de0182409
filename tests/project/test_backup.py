"""What is backed up comes back, and nothing is replaced by accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from config.embedded.binaries import postgres_folder
from config.lib.dumps import DumpError, _connection, dump, is_empty, restore

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def databases(db: None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Two databases beside the tests' own: one with Ada's papers in it, one empty."""
    own = connection.settings_dict
    names = [f"{own['NAME']}_{part}" for part in ("full", "empty")]
    with psycopg.connect(**_connection(own), autocommit=True) as server:
        for name in names:
            server.execute(sql.SQL("drop database if exists {0}").format(sql.Identifier(name)))
            server.execute(sql.SQL("create database {0}").format(sql.Identifier(name)))
        full, empty = ({**own, "NAME": name} for name in names)
        with psycopg.connect(**_connection(full)) as ada:
            ada.execute("create extension pg_trgm")
            ada.execute("create table paper (id bigint generated always as identity primary key, title text not null)")
            ada.execute("insert into paper (title) values ('Notes on the Analytical Engine'), ('Über Ωμέγα 論文')")
            ada.execute("create index on paper using gin (title gin_trgm_ops)")
        yield full, empty
        for name in names:
            server.execute(sql.SQL("drop database {0} with (force)").format(sql.Identifier(name)))


def titles(database: dict[str, Any]) -> list[str]:
    with psycopg.connect(**_connection(database)) as reader:
        return [row[0] for row in reader.execute("select title from paper order by id")]


def test_a_round_trip_keeps_every_row_index_and_counter(databases, tmp_path):
    full, empty = databases
    assert (is_empty(full), is_empty(empty)) == (False, True)
    dump(full, postgres_folder(), tmp_path / "ada.dump")
    assert (tmp_path / "ada.dump").stat().st_mode & 0o077 == 0
    restore(empty, postgres_folder(), tmp_path / "ada.dump")
    assert titles(empty) == ["Notes on the Analytical Engine", "Über Ωμέγα 論文"]
    with psycopg.connect(**_connection(empty)) as writer:
        new = writer.execute("insert into paper (title) values ('A third') returning id").fetchone()
        index = writer.execute("select indexdef from pg_indexes where indexname like 'paper_title%'").fetchone()
    assert new == (3,)
    assert index is not None
    assert "gin_trgm_ops" in index[0]


def test_what_was_restored_can_be_backed_up_and_restored_again(databases, tmp_path):
    full, empty = databases
    dump(full, postgres_folder(), tmp_path / "first.dump")
    restore(empty, postgres_folder(), tmp_path / "first.dump")
    dump(empty, postgres_folder(), tmp_path / "second.dump")
    restore(full, postgres_folder(), tmp_path / "second.dump")
    assert titles(full) == ["Notes on the Analytical Engine", "Über Ωμέγα 論文"]


def test_a_broken_file_changes_nothing(databases, tmp_path):
    full, _empty = databases
    dump(full, postgres_folder(), tmp_path / "ada.dump")
    whole = (tmp_path / "ada.dump").read_bytes()
    (tmp_path / "cut.dump").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DumpError):
        restore(full, postgres_folder(), tmp_path / "cut.dump")
    assert titles(full) == ["Notes on the Analytical Engine", "Über Ωμέγα 論文"]


def test_a_database_in_use_is_not_replaced_without_a_word(tmp_path):
    file = tmp_path / "whatever.dump"
    file.write_bytes(b"")
    with pytest.raises(CommandError, match=r"is not empty.*FORCE=1"):
        call_command("restore", str(file))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "missing.dump"))
    with pytest.raises(CommandError, match="Name the file"):
        call_command("restore", "")


def test_a_backup_of_the_site_is_a_file_that_is_not_overwritten(tmp_path, capsys):
    target = tmp_path / "site.dump"
    call_command("backup", str(target))
    assert target.read_bytes().startswith(b"PGDMP")
    assert str(target) in capsys.readouterr().out
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(target))
    assert settings.DATABASES["default"]["NAME"].startswith("test_")
