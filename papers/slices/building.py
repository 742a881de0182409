"""The graph's arrays out of PostgreSQL: streamed, sorted in parts on disk, and swapped in at once.

One snapshot of the database is read with COPY. Pairs are numbered as they come and spilled into parts by row; each part is
sorted alone and written behind the one before. So memory holds the names of the nodes and one part, whatever the number of edges.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from papers.graph.arrays import MANIFEST, VERSION, Ints, damping
from papers.models import GraphChange

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

CURRENT: Final = "current"
PART: Final = 6_000_000  # directed edges that are sorted at once
BLOCK: Final = 1_000_000  # rows of COPY that are taken at once
KEPT: Final = 3 * 24 * 3600.0  # seconds that changes are kept for the arrays of other machines
LOCK: Final = 7_305_011  # of this database: one builder at a time on one machine's folder is enough

_ROWS: Final = (
    ("people", "SELECT id FROM papers_author WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
    ("papers", "SELECT id FROM papers_work WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
    ("topics", "SELECT id FROM papers_topic WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
    ("institutions", "SELECT id FROM papers_institution WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
)
_PEOPLE, _PAPERS, _TOPICS, _INSTITUTIONS = range(4)
_AFFILIATIONS: Final = """
    SELECT DISTINCT authorship.author_id, named.institution_id
    FROM papers_authorshipinstitution AS named
    JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
    JOIN papers_work AS work ON work.id = authorship.work_id
    WHERE authorship.author_id IS NOT NULL AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""
_PAIRS: Final = (
    ("authorships", _PAPERS, _PEOPLE, "SELECT work_id, author_id FROM papers_authorship WHERE author_id IS NOT NULL"),
    ("topics of papers", _PAPERS, _TOPICS, "SELECT work_id, topic_id FROM papers_worktopic"),
    ("citations", _PAPERS, _PAPERS, "SELECT citing_id, cited_id FROM papers_citation"),
    ("institutions of people", _PEOPLE, _INSTITUTIONS, _AFFILIATIONS),
)
_HEAD: Final = 19  # bytes before the first row of a binary COPY

Progress = Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build found: nodes, directed edges, and how many seconds it took."""

    folder: Path
    nodes: int
    edges: int
    seconds: float


class BuildUnderWayError(Exception):
    """Another process is building the arrays."""


def arrays_root() -> Path:
    """The folder in which the arrays of this machine live."""
    return Path(settings.GRAPH_ROOT)


def build_arrays(*, root: Path | None = None, progress: Progress = lambda _what, _count: None) -> Built:
    """Read the whole graph and make its arrays current; earlier ones go, while processes that have them open read on undisturbed.

    ``progress`` hears of each kind of row and how many there were. About a minute for 60 million edges, below a gigabyte of memory; the disk
    holds the old arrays and twice the new ones meanwhile. Forgets changes that every machine's arrays must know by now. Raises ``BuildUnderWayError``.
    """
    home = root or arrays_root()
    home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with _only_builder():
        with tempfile.TemporaryDirectory(prefix="building-", dir=home) as scratch:
            folder = Path(scratch) / "arrays"
            folder.mkdir()
            as_of, edges, nodes = _write(folder, Path(scratch), progress)
            final = home / f"arrays-{int(as_of * 1000)}-{os.getpid()}"
            folder.rename(final)
        _make_current(home, final)
        GraphChange.objects.filter(at__lt=datetime.fromtimestamp(as_of - KEPT, tz=UTC)).delete()
    return Built(final, nodes, edges, time.monotonic() - began)


class _only_builder:  # noqa: N801 - reads as a phrase where it is used
    """A lock of the session, held over several transactions."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise BuildUnderWayError

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _write(folder: Path, scratch: Path, progress: Progress) -> tuple[float, int, int]:
    """Write the arrays and their manifest; returns when they were read, how many directed edges and how many nodes there are."""
    with ExitStack() as stack:
        if not connection.in_atomic_block:
            stack.enter_context(transaction.atomic())
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        as_of, snapshot = timezone.now().timestamp(), _snapshot()
        ids = [_read_ids(what, statement, progress) for what, statement in _ROWS]
        starts = [int(place) for place in np.cumsum([0, *(len(one) for one in ids)])]
        degrees = np.zeros(starts[-1], dtype=np.int64)
        spill = scratch / "pairs"
        with spill.open("wb") as out:
            for what, a, b, statement in _PAIRS:
                progress(what, _spill(statement, ids[a], ids[b], starts[a], starts[b], degrees, out))
    np.save(folder / "ids.npy", np.concatenate(ids))
    edges = _sort_parts(spill, degrees, folder, scratch)
    manifest = {"version": VERSION, "as_of": as_of, "snapshot": snapshot, "database": this_database(), "starts": starts, "edges": edges}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return as_of, edges, starts[-1]


@cache
def _database_number(_name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::bigint FROM pg_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def this_database() -> int:
    """The number of the database that this process works on; one query in its life."""
    return _database_number(str(connection.settings_dict["NAME"]))


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def _read_ids(what: str, statement: str, progress: Progress) -> Ints:
    parts = list(_copied(statement, 1))
    found: Ints = np.concatenate([part[:, 0] for part in parts]) if parts else np.empty(0, dtype=np.int64)
    progress(what, len(found))
    return found


def _spill(statement: str, left: Ints, right: Ints, left_start: int, right_start: int, degrees: Ints, out: BinaryIO) -> int:
    """Number the pairs of a query and append them both ways, as rows of two 32-bit numbers. Pairs with an end that is not shown fall out."""
    count = 0
    for rows in _copied(statement, 2):
        a, known_a = _numbered(left, rows[:, 0], left_start)
        b, known_b = _numbered(right, rows[:, 1], right_start)
        known = known_a & known_b
        pairs = np.column_stack([a[known], b[known]]).astype(np.int32)
        degrees += np.bincount(pairs.ravel(), minlength=len(degrees))
        out.write(pairs.tobytes())
        out.write(np.ascontiguousarray(pairs[:, ::-1]).tobytes())
        count += len(pairs)
    return count


def _numbered(ids: Ints, keys: Ints, start: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    if not len(ids):
        return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(ids, keys), len(ids) - 1)
    return at + start, ids[at] == keys


def _sort_parts(spill: Path, degrees: Ints, folder: Path, scratch: Path) -> int:
    """Sort the spilled pairs part by part into ``indices``, drop doubles, and write ``indptr`` and ``damp``; returns the number of edges."""
    bounds = _part_bounds(degrees)
    parts = [scratch / f"part-{place}" for place in range(len(bounds) - 1)]
    _deal_out(spill, bounds, parts)
    final = np.zeros(len(degrees), dtype=np.int64)
    with (scratch / "indices").open("wb") as out:
        for place, part in enumerate(parts):
            pairs = np.fromfile(part, dtype=np.int32).reshape(-1, 2)
            part.unlink()
            ordered = pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1]
            ordered.sort()  # numpy's unique takes four times as long, as it hashes
            ordered = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
            rows = ordered >> 32
            low, high = bounds[place], bounds[place + 1]
            final[low:high] = np.bincount(rows - low, minlength=high - low)
            out.write((ordered & 0xFFFFFFFF).astype(np.int32).tobytes())
    edges = int(final.sum())
    _with_header(scratch / "indices", folder / "indices.npy", edges)
    np.save(folder / "indptr.npy", np.concatenate([[0], np.cumsum(final)]).astype(np.int64))
    np.save(folder / "damp.npy", damping(final))
    return edges


def _part_bounds(degrees: Ints) -> list[int]:
    """Nodes at which parts begin, so that each holds about ``PART`` edges (a single row may be longer)."""
    size = len(degrees)
    total = np.cumsum(degrees)
    wanted = range(PART, int(total[-1]) if size else 0, PART)
    return sorted({0, *(int(np.searchsorted(total, at)) + 1 for at in wanted), size} & set(range(size + 1))) if size else [0]


def _deal_out(spill: Path, bounds: Sequence[int], parts: Sequence[Path]) -> None:
    with ExitStack() as stack, spill.open("rb") as source:
        outs = [stack.enter_context(part.open("wb")) for part in parts]
        inner = np.array(bounds[1:-1])
        while block := source.read(BLOCK * 16):
            pairs = np.frombuffer(block, dtype=np.int32).reshape(-1, 2)
            part = np.searchsorted(inner, pairs[:, 0], side="right")
            order = np.argsort(part, kind="stable")
            edges = np.searchsorted(part[order], np.arange(len(outs) + 1))
            for place, out in enumerate(outs):
                out.write(pairs[order[edges[place] : edges[place + 1]]].tobytes())
    spill.unlink()


def _with_header(raw: Path, target: Path, length: int) -> None:
    """The raw 32-bit numbers as a .npy file."""
    with target.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, {"descr": "<i4", "fortran_order": False, "shape": (length,)})
        with raw.open("rb") as source:
            shutil.copyfileobj(source, out, 1 << 22)


def _copied(statement: str, columns: int) -> Iterator[Ints]:
    """The rows of a query of non-null bigints, by COPY in its binary form, in blocks of (rows, columns)."""
    kind = np.dtype([("count", ">i2"), *((f"column{i}", [("length", ">i4"), ("value", ">i8")]) for i in range(columns))])
    held, first = bytearray(), True
    with connection.cursor() as cursor:
        inner: Any = cursor.cursor  # psycopg's own, which knows COPY
        with inner.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)") as copy:
            for block in copy:  # waits for what comes, as psycopg does
                held += block
                ended = _drained(inner.connection.pgconn, held)
                if first and len(held) >= _HEAD:
                    del held[:_HEAD]
                    first = False
                if not first and len(held) >= BLOCK * kind.itemsize:
                    yield _taken(held, kind, columns)
                if ended:
                    break
    if not first and len(held) >= kind.itemsize:
        yield _taken(held, kind, columns)


def _drained(pgconn: PGconn, held: bytearray) -> bool:
    """Takes the rows that have arrived, and tells whether these were the last. psycopg's own loop takes ten times as long for a row of two numbers."""
    size, row = pgconn.get_copy_data(1)
    while size > 0:
        held += row
        size, row = pgconn.get_copy_data(1)
    if size == 0:
        return False
    while result := pgconn.get_result():
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
    return True


def _taken(held: bytearray, kind: np.dtype[Any], columns: int) -> Ints:
    """The whole rows at the head of what was read, which are removed from it; the two bytes that end a COPY never make a row."""
    count = len(held) // kind.itemsize
    rows = np.frombuffer(bytes(held[: count * kind.itemsize]), dtype=kind)
    del held[: count * kind.itemsize]
    found: Ints = np.column_stack([rows[f"column{i}"]["value"] for i in range(columns)]).astype(np.int64)
    return found


def _make_current(home: Path, final: Path) -> None:
    """Swap the link in one step, and remove the arrays that it no longer leads to."""
    link = home / f"{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(final.name)
    link.replace(home / CURRENT)
    for old in home.glob("arrays-*"):
        if old != final:
            shutil.rmtree(old, ignore_errors=True)
