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
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from papers.graph.arrays import MANIFEST, VERSION, Ints, damping
from papers.models import GraphChange
from papers.slices.copying import BLOCK, copied

CURRENT: Final = "current"
PART: Final = 6_000_000  # directed edges that are sorted at once
KEPT: Final = 3 * 24 * 3600.0  # seconds that changes are kept for the arrays of other machines
LOCK: Final = 7_305_011  # of this database: one builder at a time on one machine's folder is enough

_ROWS: Final = (
    ("people", 1, "SELECT id FROM papers_author WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
    (
        "papers",
        3,
        "SELECT id, date_key::bigint, author_count::bigint FROM papers_work WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id",
    ),
    ("topics", 1, "SELECT id FROM papers_topic WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
    ("institutions", 1, "SELECT id FROM papers_institution WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id"),
)
_PEOPLE, _PAPERS, _TOPICS, _INSTITUTIONS = range(4)
_AFFILIATIONS: Final = """
    SELECT authorship.author_id, named.institution_id, authorship.work_id
    FROM papers_authorshipinstitution AS named
    JOIN papers_authorship AS authorship ON authorship.id = named.authorship_id
    WHERE authorship.author_id IS NOT NULL
    ORDER BY authorship.author_id, named.institution_id, authorship.work_id
"""
_PAIRS: Final = (
    ("authorships", _PAPERS, _PEOPLE, "SELECT work_id, author_id FROM papers_authorship WHERE author_id IS NOT NULL"),
    ("topics of papers", _PAPERS, _TOPICS, "SELECT work_id, topic_id FROM papers_worktopic"),
    ("citations", _PAPERS, _PAPERS, "SELECT citing_id, cited_id FROM papers_citation"),
)

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
        read = [_read_things(what, statement, columns, progress) for what, columns, statement in _ROWS]
        nodes = _Nodes([rows[:, 0] for rows in read])
        _save_dates(read[_PAPERS], nodes, folder)
        spill = scratch / "pairs"
        with spill.open("wb") as out:
            for what, a, b, statement in _PAIRS:
                progress(what, _spill(statement, nodes, a, b, out))
            progress("institutions of people", _spill_named(nodes, out, folder, scratch))
    np.save(folder / "ids.npy", np.concatenate(nodes.ids))
    edges = _sort_parts(spill, nodes.degrees, folder, scratch)
    manifest = {
        "version": VERSION,
        "as_of": as_of,
        "snapshot": snapshot,
        "database": this_database(),
        "starts": nodes.starts,
        "edges": edges,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return as_of, edges, nodes.starts[-1]


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


@dataclass(slots=True)
class _Nodes:
    """The row keys of each kind, ascending, which number the nodes; and how many pairs each node has been in."""

    ids: list[Ints]
    starts: list[int] = field(init=False)
    degrees: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [int(place) for place in np.cumsum([0, *(len(one) for one in self.ids)])]
        self.degrees = np.zeros(self.starts[-1], dtype=np.int64)

    def numbered(self, kind: int, keys: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """The nodes of these row keys, and which of them there are."""
        ids = self.ids[kind]
        if not len(ids):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=bool)
        at = np.minimum(np.searchsorted(ids, keys), len(ids) - 1)
        return at + self.starts[kind], ids[at] == keys


def _read_things(what: str, statement: str, columns: int, progress: Progress) -> Ints:
    parts = list(copied(statement, columns))
    found: Ints = np.concatenate(parts) if parts else np.empty((0, columns), dtype=np.int64)
    progress(what, len(found))
    return found


def _save_dates(papers: Ints, nodes: _Nodes, folder: Path) -> None:
    """``dates`` and ``authors`` of rows of (row key, date as a number, count of authors), with zeros for what is no paper."""
    span = slice(nodes.starts[_PAPERS], nodes.starts[_PAPERS + 1])
    for column, name in ((1, "dates"), (2, "authors")):
        by_node = np.zeros(nodes.starts[-1], dtype=np.int32)
        by_node[span] = papers[:, column]
        np.save(folder / f"{name}.npy", by_node)


def _spill(statement: str, nodes: _Nodes, left: int, right: int, out: BinaryIO) -> int:
    """Number the pairs of a query and append them both ways. Pairs with an end that is not shown fall out."""
    count = 0
    for rows in copied(statement, 2):
        a, known_a = nodes.numbered(left, rows[:, 0])
        b, known_b = nodes.numbered(right, rows[:, 1])
        known = known_a & known_b
        count += _append(np.column_stack([a[known], b[known]]), nodes, out)
    return count


def _append(pairs: Ints, nodes: _Nodes, out: BinaryIO) -> int:
    """Append pairs of nodes both ways, as rows of two 32-bit numbers."""
    rows = pairs.astype(np.int32)
    nodes.degrees += np.bincount(rows.ravel(), minlength=len(nodes.degrees))
    out.write(rows.tobytes())
    out.write(np.ascontiguousarray(rows[:, ::-1]).tobytes())
    return len(rows)


def _spill_named(nodes: _Nodes, out: BinaryIO, folder: Path, scratch: Path) -> int:
    """Write who names which institution in which paper, and append the pairs of people and institutions."""
    counts = np.zeros(len(nodes.ids[_PEOPLE]), dtype=np.int64)
    with (scratch / "named").open("wb") as named:
        for rows in copied(_AFFILIATIONS, 3):
            found = [nodes.numbered(kind, rows[:, column]) for column, kind in enumerate((_PEOPLE, _INSTITUTIONS, _PAPERS))]
            known = np.logical_and.reduce([there for _numbers, there in found])
            person, institution, paper = (numbers[known] for numbers, _there in found)
            counts += np.bincount(person, minlength=len(counts))
            named.write(np.column_stack([institution, paper]).astype(np.int32).tobytes())
            pairs = np.column_stack([person, institution])
            _append(pairs[np.any(np.diff(pairs, axis=0, prepend=-1) != 0, axis=1)], nodes, out)  # they come in order
    _with_header(scratch / "named", folder / "named.npy", (int(counts.sum()), 2))
    np.save(folder / "named_at.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    return int(counts.sum())


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
    _with_header(scratch / "indices", folder / "indices.npy", (edges,))
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


def _with_header(raw: Path, target: Path, shape: tuple[int, ...]) -> None:
    """The raw 32-bit numbers as a .npy file."""
    with target.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, {"descr": "<i4", "fortran_order": False, "shape": shape})
        with raw.open("rb") as source:
            shutil.copyfileobj(source, out, 1 << 22)


def _make_current(home: Path, final: Path) -> None:
    """Swap the link in one step, and remove the arrays that it no longer leads to."""
    link = home / f"{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(final.name)
    link.replace(home / CURRENT)
    for old in home.glob("arrays-*"):
        if old != final:
            shutil.rmtree(old, ignore_errors=True)
