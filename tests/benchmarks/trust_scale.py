"""All trust scores of a million people in the database: computed again in full, and after ten thousand of them changed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.benchmarks.rows import Measured, at_least, at_most
from tests.live.scratch import PROJECT, manage

PEOPLE, SUPPORTS, CHANGED, FIELDS = 1_000_000, 5_000_000, 10_000, 40
EVERYBODY = f"generate_series(1, {PEOPLE}) AS n"
NOTHING = {
    "boolean": "false",
    "jsonb": "'[]'",
    "ARRAY": "'{}'",
    "timestamp with time zone": "now()",
    "character varying": "''",
    "text": "''",
}
WRITTEN = re.compile(r"scores=(\d+) written=(\d+) support=(\d+) statistics=\d+ seconds=([\d.]+)")

# Half are unclaimed records, a tenth each of the rest has an institution's word; half a percent are at L4.
LEVEL = "CASE WHEN n % 200 = 0 THEN 4 WHEN n % 20 = 1 THEN 3 WHEN n % 7 = 2 THEN 2 WHEN n % 2 = 1 THEN 1 ELSE 0 END"
OWNED = f"({LEVEL}) >= 2"
INPUTS = f"""
    jsonb_build_object('level', {LEVEL}, 'is_claimed', {OWNED}, 'identity', .05 + .2 * ({LEVEL}), 'classes', jsonb_build_object('record', .05),
        'works', 1 + n % 40, 'with_ids', n % 40, 'with_abstract', n % 30, 'has_ror', n % 3 = 0, 'topics', n % 12, 'confidence', .9,
        'owner_share', 0, 'has_position', {OWNED}, 'has_biography', false, 'has_links', false,
        'in_window', jsonb_build_array(n % 5, n % 12, n % 30, 1 + n % 40), 'n90', jsonb_build_array(14, 26, 36, 40),
        'active_years', n % 10, 'cited_by_others', n % 9, 'kappa', 6, 'close', n % 6, 'z', 0, 'clean_days', 0, 'sanctions', 1)
    || jsonb_build_object('statistics_version', 0, 'field_key', 'all', 'imposed', '[]'::jsonb)
"""


def measure(environment: Mapping[str, str]) -> Iterator[Measured]:
    """On an empty scratch database, which is left full."""
    url = environment["DATABASE_URL"]
    _fill(url)
    everything = _night(environment)  # every score is another than the made-up one, as after a change of the formula
    _a_night_passes(url)
    night = _night(environment)
    copied = _copy_seconds(url)
    reference = "COPY of the same scores and support"
    yield at_most("trust.all", night.seconds, "s", 60, reference, copied)
    yield at_most("trust.all.peak", night.peak_mb, "MB", 2048)
    yield at_least("trust.all.rate", night.seen / night.seconds, "scores/s", None, reference, night.seen / copied)
    yield at_least("trust.all.written", night.written, "scores", None, "scores", night.seen)
    yield at_most("trust.every", everything.seconds, "s", None, reference, copied)
    yield at_least("trust.every.written", everything.written, "scores and events", None, "scores", everything.seen)
    took, waited = _changed_seconds(environment)
    yield at_most("trust.changed", took, "s", 10, reference, copied * CHANGED / PEOPLE)
    yield at_most("trust.changed.waited", waited, "s", None)
    yield at_least("trust.changed.rate", CHANGED / took, "people/s", None, reference, PEOPLE / copied)


@dataclass(frozen=True)
class Night:
    """A full recomputation, as the command told of it."""

    seen: int
    written: int
    seconds: float
    peak_mb: float


def _night(environment: Mapping[str, str]) -> Night:
    done = manage(environment, "recompute_trust")
    told = WRITTEN.search(done.output)
    assert told, done.output[-500:]
    return Night(int(told[1]), int(told[2]), float(told[4]), done.peak_mb)


def _changed_seconds(environment: Mapping[str, str]) -> tuple[float, float]:
    """From the marks until nothing is left to compute, with two workers and the scheduler as in operation; and how much of it passed before a worker began."""
    folder = Path(environment["COLLEGIUM_LIVE_FOLDER"])
    command = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--beat", "--concurrency", "2"]
    command += ["--queues", "default,scores", "--schedule", str(folder / "schedule"), "--loglevel", "WARNING"]
    with (
        psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection,
        subprocess.Popen(command, cwd=PROJECT, env=dict(environment)) as workers,
    ):
        try:
            _mark(connection, first=CHANGED, count=50)  # others, until the workers are there and have loaded what they need
            _until_settled(connection, workers)
            _mark(connection, first=0, count=CHANGED)
            started = time.perf_counter()
            while not connection.execute("SELECT 1 FROM papers_refreshrequest WHERE leased_until IS NOT NULL").fetchone():
                time.sleep(0.02)
            began = time.perf_counter()
            _until_settled(connection, workers)
            return time.perf_counter() - started, began - started
        finally:
            workers.terminate()
            workers.wait(timeout=120)


def _until_settled(connection: psycopg.Connection[Any], workers: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 300
    while connection.execute("SELECT 1 FROM papers_refreshrequest WHERE attempts < 5 LIMIT 1").fetchone():
        assert workers.poll() is None, "the workers have ended"
        assert time.monotonic() < ends, "not settled after five minutes"
        time.sleep(0.05)


def _fill(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # rows that fit together by their making need no check
        _fill_pages(connection)
        _fill_owners(connection)
        _fill_evidence(connection)
        _fill_scores(connection)
        _fill_support(connection)
        _fill_records(connection)
        connection.execute("ANALYZE")


def _fill_pages(connection: psycopg.Connection[Any]) -> None:
    _insert(connection, "papers_author", EVERYBODY, id="n", display_name="'Person ' || n", sort_name="'Person ' || n")
    fields = f"generate_series(1, {FIELDS}) AS n"
    _insert(connection, "papers_field", fields, id="1000 + n", key="'made-up-' || n", name="'Field ' || n")
    _insert(
        connection,
        "papers_authorfigures",
        EVERYBODY,
        author_id="n",
        works_count="1 + n % 40",
        by_year="'[[2026, 1], [2024, 2], [2019, 1], [2014, 3]]'",
        field_id=f"CASE WHEN n % 10 > 0 THEN 1001 + n % {FIELDS} END",
    )


def _fill_owners(connection: psycopg.Connection[Any]) -> None:
    owners = f"{EVERYBODY} WHERE {OWNED}"
    _insert(connection, "profiles_user", owners, id="n", email="n || '@example.org'", password="'!'", is_active="true")
    _insert(connection, "profiles_profile", owners, id="n", user_id="n", display_name="'Person ' || n")
    _insert(
        connection,
        "profiles_claim",
        owners,
        id="n",
        profile_id="n",
        author_id="n",
        status="'granted'",
        granted_at="now() - interval '1 year'",
        dispute_free_since="now() - interval '1 year'",
        second_review_at=f"CASE WHEN ({LEVEL}) = 4 THEN now() - interval '1 year' END",
    )
    _insert(
        connection,
        "profiles_standing",
        owners,
        author_id="n",
        claim_id="n",
        level=LEVEL,
        claim_level=LEVEL,
        identity=".5",
        l2_since="now() - n % 400 * interval '1 day'",
    )


def _fill_scores(connection: psycopg.Connection[Any]) -> None:
    _insert(
        connection,
        "profiles_trustscore",
        EVERYBODY,
        author_id="n",
        formula_version="1",
        level=LEVEL,
        inputs=INPUTS,
        parts="""'{"components": {}, "points": {"identity": 0, "quality": 0, "scholarly": 0, "community": 0, "conduct": 0, "sanctions": 0, "cap": 0}}'""",
    )


def _fill_support(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SELECT setseed(.5)")
    other = f"(n * 7919::bigint + n / {PEOPLE} * 104729) % {PEOPLE}"
    _insert(
        connection,
        "profiles_supportedge",
        f"generate_series(1, {SUPPORTS}) AS n WHERE n % {PEOPLE} <> {other}",
        source_id=f"1 + n % {PEOPLE}",
        target_id=f"1 + {other}",
        kind="'vouch'",
        weight="random() + .01",
        latest_at="now() - n % 900 * interval '1 day'",
    )


def _fill_evidence(connection: psycopg.Connection[Any]) -> None:
    """What gives the levels: a token at L2, with an institution's word at L3, a document with that at L4."""
    given = {
        "token": ("IN (2, 3)", "'https://example.org/' || n", "NULL"),
        "email": ("IN (3, 4)", "'uni' || n % 20000 || '.example'", "1 + n % 20000"),
        "document": ("= 4", "lpad(n::text, 64, '0')", "NULL"),
    }
    for method, (levels, subject, institution) in given.items():
        _insert(
            connection,
            "profiles_evidence",
            f"generate_series(1, {PEOPLE}) AS n WHERE ({LEVEL}) {levels}",
            claim_id="n",
            method=f"'{method}'",
            subject=subject,
            status="'confirmed'",
            institution_id=institution,
            confirmed_at="now() - interval '1 year'",
        )


def _fill_records(connection: psycopg.Connection[Any]) -> None:
    """Of the people who will change: four works each with two authors, identifiers, and five citations of each."""
    works = 2 * CHANGED
    every = f"generate_series(1, {works}) AS n"
    _insert(
        connection,
        "papers_work",
        every,
        id="n",
        title="'Work ' || n",
        abstract="CASE WHEN n % 4 > 0 THEN 'Abstract' ELSE '' END",
        year="2020",
    )
    _insert(connection, "papers_workidentifier", every, work_id="n", scheme="'doi'", value="'10.5555/' || n")
    _insert(
        connection,
        "papers_authorship",
        f"generate_series(0, {4 * CHANGED} - 1) AS n",
        work_id=f"1 + (n / 4 * 2 + n % 4 * 613) % {works}",
        author_id=_changed("n / 4 + 1"),
        position="n % 4",
        raw_name="'Somebody'",
        rule="'made-up'",
    )
    _insert(
        connection,
        "papers_citation",
        f"generate_series(1, {5 * works}) AS n WHERE n % {works} <> (n * 31 + n / {works} * 7 + 1) % {works}",
        citing_id=f"1 + n % {works}",
        cited_id=f"1 + (n * 31 + n / {works} * 7 + 1) % {works}",
    )


def _changed(place: str) -> str:
    """Who is the first, second ... of those who change, in SQL."""
    return f"1 + ({place}) * 97::bigint % {PEOPLE}"


def _insert(connection: psycopg.Connection[Any], table: str, rows: str, **given: str) -> None:
    """Fill a table; columns that are not given and need a value get an empty one."""
    named = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'",
        [table],
    ).fetchall()
    values = {name: NOTHING.get(kind, "0") for name, kind in named} | {name: f"({value})" for name, value in given.items()}
    quoted = [f'"{name}"' for name in values]
    statement = f"INSERT INTO {table} ({', '.join(quoted)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values.values())} FROM {rows} ON CONFLICT DO NOTHING"
    connection.execute(statement)


def _a_night_passes(url: str) -> None:
    """Everything was computed yesterday: support has faded by a day, and who is at L2 was clean for one day more."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE profiles_supportedge SET latest_at = latest_at - interval '1 day'")
        connection.execute("UPDATE profiles_standing SET l2_since = l2_since - interval '1 day'")
        connection.execute("VACUUM ANALYZE")


def _mark(connection: psycopg.Connection[Any], *, first: int, count: int) -> None:
    """So many people take back whom they vouched for, and their records are read anew."""
    with connection.transaction():
        for kind in ("support", "trust"):
            connection.execute(
                "INSERT INTO papers_refreshrequest (kind, object_id, version, reason, requested_at, attempts, last_error)"
                f" SELECT '{kind}', {_changed('n')}, 1, 'vouch', now(), 0, '' FROM generate_series({first + 1}, {first + count}) AS n"
                " ON CONFLICT DO NOTHING"
            )


def _copy_seconds(url: str) -> float:
    """How long COPY takes for all scores and support, into equal tables with equal indexes."""
    seconds = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("profiles_trustscore", "profiles_supportedge", "profiles_supportflow"):
            source, target = sql.Identifier(table), sql.Identifier(f"bench_{table}")
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING IDENTITY)").format(target, source))
            with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(source)) as copy:
                blocks = [bytes(block) for block in copy]
            started = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(target)) as copy:
                for block in blocks:
                    copy.write(block)
            seconds += time.perf_counter() - started
            connection.execute(sql.SQL("DROP TABLE {}").format(target))
    return seconds
