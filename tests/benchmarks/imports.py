"""How fast records come in: the whole command against PostgreSQL's own COPY of the same rows."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from tests.benchmarks.rows import Measured, Row, at_least, at_most
from tests.live.scratch import CommandFailed, manage

WORKS_PER_SECOND = 1000
PEAK_MB = 600
COUNTS = re.compile(r"created=(\d+) updated=(\d+) unchanged=(\d+) rejected=(\d+)")
COPIES_OF_DEMO = 300  # without the real records: about as many works


def records_file(folder: Path, data: Path | None) -> tuple[Path, str]:
    """The file to import and what to call it: the machine-learning works, else demo records scaled up."""
    real = data / "works_ml.jsonl.gz" if data else None
    if real is not None and real.is_file():
        return real, "works_ml"
    return scaled_demo_records(folder), f"demo records, {COPIES_OF_DEMO} times"


def scaled_demo_records(folder: Path) -> Path:
    """Our demo records many times over, each time with other ids, titles and people. Stands in for real records where there are none."""
    from config.demo import record_lines

    path = folder / "works_scaled.jsonl.gz"
    lines = [json.loads(line) for line in record_lines(crowd=50)]
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for copy in range(COPIES_OF_DEMO):
            for record in lines:
                file.write(json.dumps(_renamed(record, copy), ensure_ascii=False) + "\n")
    return path


def _renamed(record: dict[str, object], copy: int) -> dict[str, object]:
    authorships = record["authorships"]
    assert isinstance(authorships, list)
    word = "".join(chr(ord("a") + int(digit)) for digit in str(copy))  # names have letters only
    people = [{**person, "ids": {}, "display_name": f"{person['display_name']}{word}"} for person in authorships]
    return {
        **record,
        "id": f"{record['id']}-{copy}",
        "ids": {},
        "references": [],
        "title": f"{record['title']} ({copy})",
        "authorships": people,
    }


def measure(environment: Mapping[str, str], path: Path, name: str, *, again: bool = True) -> Iterator[Measured]:
    """Import into the empty scratch database, ``again`` where asked for, and compute the figures. Leaves the records there."""
    first = manage(environment, "import_works", str(path))
    counts = _counts(first.output)
    works = sum(counts)
    copied = works / copy_seconds(environment["DATABASE_URL"])
    yield at_least("import.ml", works / first.seconds, "works/s", WORKS_PER_SECOND, f"COPY of the same rows ({name})", copied)
    yield at_most("import.ml.peak", first.peak_mb, "MB", PEAK_MB)
    yield Row("import.ml.rejected", counts[3], "works", bar="= 0", holds=counts[3] == 0)

    if again:
        yield from _second_run(environment, path, works, counts[3], first.seconds)
    figures = manage(environment, "refresh", "--all")
    yield at_most("import.ml.figures", figures.seconds, "s", None, "import", first.seconds)


def _second_run(environment: Mapping[str, str], path: Path, works: int, rejected: int, first_seconds: float) -> Iterator[Measured]:
    """The same file once more: nothing may change."""
    again = manage(environment, "import_works", str(path))
    _, _, unchanged, rejected_again = _counts(again.output)
    same = unchanged == works - rejected and rejected_again == rejected
    yield Row("import.ml.again", unchanged, "unchanged", "works of the first run", works, unchanged / works, "all unchanged", same)
    yield at_least("import.ml.again.speed", works / again.seconds, "works/s", None, "first run", works / first_seconds)


def _counts(output: str) -> tuple[int, int, int, int]:
    """created, updated, unchanged, rejected from the last line of an import."""
    found = COUNTS.findall(output)
    if not found:
        raise CommandFailed(f"the import did not say what it did:\n{output[-2000:]}")
    created, updated, unchanged, rejected = (int(number) for number in found[-1])
    return created, updated, unchanged, rejected


def copy_seconds(url: str) -> float:
    """How long COPY takes for all rows of works, people and what joins them, into equal tables with equal indexes.

    This is the floor for an import: nothing is parsed, compared or decided. The tables are dropped again.
    """
    seconds = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for table in _filled_tables(connection):
            columns = sql.SQL(", ").join(sql.Identifier(name) for name in _stored_columns(connection, table))
            source, target = sql.Identifier(table), sql.Identifier(f"bench_{table}"[:63])
            with (
                connection.cursor() as cursor,
                cursor.copy(sql.SQL("COPY {} ({}) TO STDOUT (FORMAT binary)").format(source, columns)) as copy,
            ):
                blocks = [bytes(block) for block in copy]
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING IDENTITY)").format(target, source))
            started = time.perf_counter()
            with (
                connection.cursor() as cursor,
                cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(target, columns)) as copy,
            ):
                for block in blocks:
                    copy.write(block)
            seconds += time.perf_counter() - started
            connection.execute(sql.SQL("DROP TABLE {}").format(target))
    return seconds


def _filled_tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """The tables that hold what was imported: not the log of the import, nor what waits to be computed."""
    rows = connection.execute(
        "SELECT relname FROM pg_stat_user_tables WHERE relname LIKE 'papers\\_%'"
        " AND relname NOT IN ('papers_importrun', 'papers_importitem', 'papers_refreshrequest') ORDER BY relname"
    ).fetchall()
    return [str(name) for (name,) in rows]


def _stored_columns(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        " ORDER BY attnum",
        [table],
    ).fetchall()
    return [str(name) for (name,) in rows]
