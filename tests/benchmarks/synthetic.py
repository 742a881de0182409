"""Made-up works and topic links: fills the scratch database with them, or times COPY of the same rows; prints JSON.

A process of its own: ``python -m tests.benchmarks.synthetic fill|copy WORKS``. A topic's share falls with its rank, as topics' shares do: the first is on
every fifth work. What has nothing to do with figures (search indexes of works) is taken away first, or filling would take an hour.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray

TOPICS, FIELDS = 50_000, 40
FIRST_YEAR, LAST_YEAR = 1990, 2026
TOPICS_OF_A_WORK = 10.4  # drawn; some fall together, and ten are left

_STAGING = """
    CREATE UNLOGGED TABLE made_up_works (id bigint, year int4, field_id bigint, cited int4);
    CREATE UNLOGGED TABLE made_up_links (work_id bigint, topic_id bigint);
"""
_LESS = """
    DROP INDEX work_search, work_title_key, work_title_trigram, work_venue_year, work_retracted;
    SET session_replication_role = replica;
"""
_FILL = f"""
    INSERT INTO papers_field (id, key, name, domain, "order") SELECT n, 'made-up-' || n, 'Field ' || n, '', n FROM generate_series(1, {FIELDS}) AS n
        ON CONFLICT DO NOTHING;
    INSERT INTO papers_topic (id, key, name, identifiers) SELECT n, 'topic ' || n, 'Topic ' || n, '{{}}' FROM generate_series(1, {TOPICS}) AS n;
    INSERT INTO papers_work (id, title, title_html, title_key, type, abstract, abstract_html, year, volume, issue, pages, track, field_id, field_basis, language,
        licence, landing_url, pdf_url, code_urls, has_code, cited_by_count, cited_by_source, is_retracted, retraction_note, author_count,
        authors_truncated, affiliations_unaligned, sources, provenance, created_at, updated_at)
    SELECT id, 'Work ' || id, '', 'work ' || id, CASE WHEN id % 3 = 0 THEN 'preprint' ELSE 'article' END, CASE WHEN id % 2 = 0 THEN 'Abstract' ELSE '' END, '', year,
        '', '', '', '', field_id, '', '', '', '', '', '{{}}', false, nullif(cited, -1), CASE WHEN cited < 0 THEN '' ELSE 'openalex' END, false, '', 3,
        false, '{{}}', '{{openalex}}', '{{}}', now(), now()
    FROM made_up_works;
"""
_LINKS = """
    INSERT INTO papers_worktopic (id, work_id, topic_id, score, source) SELECT row_number() OVER (), work_id, topic_id, NULL, 'openalex' FROM made_up_links;
"""
_INDEXES_GO = """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT indexname FROM pg_indexes WHERE tablename = 'papers_worktopic' AND indexname NOT IN ('papers_worktopic_pkey', 'worktopic_once')
        LOOP EXECUTE format('DROP INDEX %I', one.indexname); END LOOP; END $$;
    ALTER TABLE papers_worktopic DROP CONSTRAINT worktopic_once;
"""
_INDEXES_COME = """
    ALTER TABLE papers_worktopic ADD CONSTRAINT worktopic_once UNIQUE (work_id, topic_id);
    CREATE INDEX worktopic_of_topic ON papers_worktopic (topic_id, work_id DESC);
"""


def main() -> int:
    """Draw; fill or copy; print."""
    django.setup()
    asked, works = sys.argv[1], int(sys.argv[2])
    tables = _drawn(works)
    links = len(tables["made_up_links"]["work_id"])
    found = {"works": works, "links": links, "seconds": _copied(tables)} if asked == "copy" else {"works": works, "links": links}
    if asked == "fill":
        _fill(tables)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _drawn(works: int) -> dict[str, dict[str, NDArray[Any]]]:
    """The same rows every time, as columns by table."""
    chance = np.random.default_rng(11)
    ids = np.arange(1, works + 1, dtype=np.int64)
    years = chance.integers(FIRST_YEAR, LAST_YEAR + 1, works).astype(np.int32)
    fields = chance.integers(1, FIELDS + 1, works)
    cited = np.where(chance.random(works) < 0.2, -1, chance.geometric(0.05, works) - 1).astype(np.int32)
    shares = np.cumsum(np.arange(1, TOPICS + 1) ** -0.8)
    keys = np.searchsorted(shares / shares[-1], chance.random(int(works * TOPICS_OF_A_WORK))).astype(np.int64)
    keys += chance.integers(0, works, len(keys)) * TOPICS
    keys = np.unique(keys)
    return {
        "made_up_works": {"id": ids, "year": years, "field_id": fields, "cited": cited},
        "made_up_links": {"work_id": keys // TOPICS + 1, "topic_id": keys % TOPICS + 1},
    }


def _copied(tables: dict[str, dict[str, NDArray[Any]]]) -> float:
    """Seconds that COPY takes for the rows, into tables without an index, which are gone afterwards."""
    from django.db import connection, transaction

    from config.lib.bulk import copy_columns

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STAGING)
        started = time.perf_counter()
        for table, columns in tables.items():
            copy_columns(table, columns)
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return seconds


def _fill(tables: dict[str, dict[str, NDArray[Any]]]) -> None:
    from django.db import connection

    from config.lib.bulk import copy_columns

    with connection.cursor() as cursor:
        cursor.execute(_STAGING + _LESS)
        for table, columns in tables.items():
            copy_columns(table, columns)
        for statement in (_FILL, _INDEXES_GO, _LINKS, _INDEXES_COME):
            cursor.execute(statement)
        cursor.execute("ANALYZE papers_work; ANALYZE papers_worktopic; DROP TABLE made_up_works, made_up_links")


if __name__ == "__main__":
    raise SystemExit(main())
