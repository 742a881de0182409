"""From works that changed to the blocks of names that have to be compared again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from papers.attribution import WORKS_IN_A_CHUNK, work_chunks
from papers.ingest.copying import array_text
from papers.models import Authorship, ImportRun, ImportState, NameBlock, Work
from papers.names import parse_name
from papers.refresh import mark_dirty

MENTIONS, BLOCK = "mentions", "block"
SILENCE = timedelta(minutes=2)  # after which a running import is taken to have lost its worker
LONGEST_WAIT = timedelta(minutes=30)  # then imports and comparisons share the machine: a site that always imports is mended too

_NAMES = """
    SELECT DISTINCT authorship.raw_name
    FROM unnest(%s::bigint[]) AS chunk (id)
    JOIN papers_authorship AS authorship ON authorship.work_id >= chunk.id * %s AND authorship.work_id < (chunk.id + 1) * %s
    WHERE NOT authorship.is_organisation
"""
_ASTRAY = """
    SELECT DISTINCT ON (authorship.work_id, author.merged_into_id) authorship.id
    FROM unnest(%s::bigint[]) AS chunk (id)
    JOIN papers_authorship AS authorship ON authorship.work_id >= chunk.id * %s AND authorship.work_id < (chunk.id + 1) * %s
    JOIN papers_author AS author ON author.id = authorship.author_id AND author.merged_into_id IS NOT NULL
    WHERE NOT authorship.decided_by_person AND NOT EXISTS (
        SELECT 1 FROM papers_authorship AS other WHERE other.work_id = authorship.work_id AND other.author_id = author.merged_into_id)
    ORDER BY authorship.work_id, author.merged_into_id, authorship.id
"""
_LEAD = """
    UPDATE papers_authorship AS authorship SET author_id = author.merged_into_id
    FROM papers_author AS author WHERE authorship.id = ANY(%s::bigint[]) AND author.id = authorship.author_id AND author.merged_into_id IS NOT NULL
"""
_OPEN_ALL = """
    INSERT INTO papers_nameblock (key)
    SELECT DISTINCT block FROM papers_namevariant WHERE is_published AND block <> '' ORDER BY block
    ON CONFLICT (key) DO NOTHING
"""
_OPEN = "INSERT INTO papers_nameblock (key) SELECT key FROM unnest(%s::text[]) AS given (key) ORDER BY key ON CONFLICT (key) DO NOTHING"


def refresh_mentions(chunks: list[int]) -> int:
    """Mark the blocks of everybody named on the works of these chunks (see ``papers.attribution.work_chunks``); returns how many blocks.

    Five statements. A name that its work no longer states belongs to a block that still holds the author who bore it, so that
    block is marked by the works that remain.
    """
    _lead_to_survivors(chunks)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [chunks, WORKS_IN_A_CHUNK, WORKS_IN_A_CHUNK])
        blocks = {parse_name(name).block for (name,) in cursor.fetchall()}
    return mark_blocks(blocks, reason="mentions")


def _lead_to_survivors(chunks: list[int]) -> None:
    """Authorships that an import beside a merge has left with an author who leads elsewhere go there, unless that author is on the work already.

    One query, and two statements a step for the few that there are.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ASTRAY, [chunks, WORKS_IN_A_CHUNK, WORKS_IN_A_CHUNK])
            astray = cursor.fetchall()
            if not astray:
                return
            cursor.execute(_LEAD, [[row[0] for row in astray]])


def mark_blocks(keys: Iterable[str], *, reason: str) -> int:
    """Mark blocks by their keys, making rows for new ones; returns how many. Three statements."""
    ordered = sorted({key for key in keys if key})
    if not ordered:
        return 0
    open_blocks(ordered)
    return mark_dirty(kind=BLOCK, ids=NameBlock.objects.filter(key__in=ordered).values_list("pk", flat=True), reason=reason)


def open_blocks(keys: Iterable[str]) -> None:
    """Make the rows of blocks that have none. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [array_text(sorted(set(keys)))])


def mark_authorships(authorships: Iterable[int], *, reason: str) -> int:
    """Mark the works of these authorships, after somebody decided about them; returns how many chunks. Two statements."""
    works = Authorship.objects.filter(pk__in=list(authorships)).values_list("work_id", flat=True)
    return mark_dirty(kind=MENTIONS, ids=work_chunks(works), reason=reason)


def all_chunks() -> Iterator[int]:
    """The chunks of all works, in order. One pass over the keys of works."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT id / {WORKS_IN_A_CHUNK} FROM {Work._meta.db_table} ORDER BY 1")  # noqa: S608 - our own names
        yield from (row[0] for row in cursor.fetchall())


def mark_everything(*, reason: str) -> int:
    """Mark the blocks of all published names; returns how many. Two statements over all names, and a mark for each block."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_ALL)
    return mark_dirty(kind=BLOCK, ids=all_blocks(), reason=reason)


def mark_outdated_blocks(method: str) -> int:
    """Mark the blocks that another version of the engine compared; returns how many. One pass over the blocks."""
    outdated = NameBlock.objects.filter(clustered_at__isnull=False).exclude(method=method).order_by("pk").values_list("pk", flat=True)
    return mark_dirty(kind=BLOCK, ids=outdated.iterator(), reason="engine")


def all_blocks() -> Iterator[int]:
    """The blocks in order."""
    return NameBlock.objects.order_by("pk").values_list("pk", flat=True).iterator()


def no_import_at_work() -> bool:
    """Whether comparing may begin: not while an import reads, which would have to start its batches again. One query.

    An import that has been going for longer than ``LONGEST_WAIT`` is not waited for: its batches start again where they must.
    """
    now = timezone.now()
    reading = ImportRun.objects.filter(state=ImportState.RUNNING, beat_at__gte=now - SILENCE, started_at__gte=now - LONGEST_WAIT)
    return not reading.exists()
