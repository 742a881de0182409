"""The made-up world of ``graph_measures`` in a database: rows as imports leave them, as far as the graph reads them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from django.db import connection

from tests.benchmarks.graph_measures import Pairs, Synthetic

_TABLES: Final = ("author", "work", "topic", "institution", "authorship", "worktopic", "citation", "authorshipinstitution")
_THINGS: Final = {
    "person": """
        INSERT INTO papers_author (id, display_name, sort_name, created_at)
        SELECT n, 'Person ' || n, n || ', Person', now() FROM generate_series(1, %s) AS n
    """,
    "paper": """
        INSERT INTO papers_work (id, title, title_html, title_key, type, abstract, abstract_html, year, volume, issue, pages, track, field_basis,
            language, licence, landing_url, pdf_url, code_urls, has_code, cited_by_source, is_retracted, retraction_note, author_count,
            authors_truncated, affiliations_unaligned, sources, provenance, created_at, updated_at)
        SELECT n, 'Paper ' || n, '', 'paper ' || n, 'article', '', '', 1990 + n %% 36, '', '', '', '', '', '', '', '', '', '{}', FALSE, '', FALSE, '',
            4, FALSE, '{}', '{}', '{}', now(), now()
        FROM generate_series(1, %s) AS n
    """,
    "topic": "INSERT INTO papers_topic (id, key, name, identifiers) SELECT n, 'topic ' || n, 'Topic ' || n, '{}' FROM generate_series(1, %s) AS n",
    "institution": """
        INSERT INTO papers_institution (id, name, name_key, country_code, city, types, status, homepage, site_host, domains, identifiers)
        SELECT n, 'Place ' || n, 'place ' || n, '', '', '{}', 'active', '', '', '{}', '{}' FROM generate_series(1, %s) AS n
    """,
}
_JOINS: Final = {
    "authorships": """
        INSERT INTO papers_authorship (work_id, author_id, raw_name, raw_affiliations, source_ids, orcid, orcid_authenticated,
            name_in_other_script, homepage, is_corresponding, is_organisation, source, rule, state, decided_by_person)
        SELECT a, b, 'P', '{}', '{}', '', FALSE, '', '', FALSE, FALSE, 'made', 'first-seen', 'imported', FALSE FROM made_pairs
    """,
    "topics": "INSERT INTO papers_worktopic (work_id, topic_id, source) SELECT a, b, 'made' FROM made_pairs",
    "citations": "INSERT INTO papers_citation (citing_id, cited_id, source) SELECT a, b, 'made' FROM made_pairs",
    "affiliations": """
        INSERT INTO papers_authorshipinstitution (authorship_id, institution_id)
        SELECT first.id, made_pairs.b
        FROM made_pairs JOIN (SELECT author_id, min(id) AS id FROM papers_authorship GROUP BY author_id) AS first ON first.author_id = made_pairs.a
    """,
}
_INDEXES: Final = (
    "papers_authorship (id)",
    "papers_authorship (author_id, work_id DESC)",
    "papers_authorship (work_id, author_id)",
    "papers_worktopic (topic_id, work_id DESC)",
    "papers_worktopic (work_id, topic_id)",
    "papers_citation (citing_id, cited_id)",
    "papers_citation (cited_id)",
    "papers_authorshipinstitution (authorship_id, institution_id)",
    "papers_authorshipinstitution (institution_id, authorship_id DESC)",
)


def fill(world: Synthetic) -> None:
    """Fill the empty tables of this database: without logs and checks, which measure nothing here, and with the indexes that slices read by."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        for table in _TABLES:
            _bare(cursor, f"papers_{table}")
        pour(world)
        for table in ("author", "work", "topic", "institution"):
            cursor.execute(f"ALTER TABLE papers_{table} ADD PRIMARY KEY (id)")
        for place, index in enumerate(_INDEXES):
            cursor.execute(f"CREATE INDEX made_{place} ON {index}")
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")  # as it is some minutes after an import, when the database has tidied up by itself


def pour(world: Synthetic) -> None:
    """The rows of a world, with keys from 1, into tables that hold none."""
    with connection.cursor() as cursor:
        for kind, size in world.sizes.items():
            cursor.execute(_THINGS[kind], [size])
        cursor.execute("CREATE UNLOGGED TABLE made_pairs (a bigint, b bigint)")
        for what, pairs in world.pairs():
            cursor.execute("TRUNCATE made_pairs")
            _copy(cursor, pairs)
            cursor.execute(_JOINS[what])
        cursor.execute("DROP TABLE made_pairs")


def _bare(cursor: Any, table: str) -> None:
    """The table without what is kept beside its rows."""
    cursor.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE confrelid = %s::regclass", [table])
    for owner, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"')
    cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f', 'c')", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")


def _copy(cursor: Any, pairs: Pairs) -> None:
    """The pairs in PostgreSQL's binary form, a million at a time."""
    kind = np.dtype([("count", ">i2"), ("long_a", ">i4"), ("a", ">i8"), ("long_b", ">i4"), ("b", ">i8")])
    with cursor.cursor.copy("COPY made_pairs (a, b) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
        for start in range(0, len(pairs), 1_000_000):
            part = pairs[start : start + 1_000_000]
            rows = np.zeros(len(part), dtype=kind)
            rows["count"], rows["long_a"], rows["long_b"] = 2, 8, 8
            rows["a"], rows["b"] = part[:, 0], part[:, 1]
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
