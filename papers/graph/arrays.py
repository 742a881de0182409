"""The graph as sparse arrays: who is next to whom, by node number, in memory or memory-mapped from a folder.

Nodes are numbered by kind (people, papers, topics, institutions, in the order of ``KINDS``) and row key. A row of the matrix lists
the neighbours of a node, ascending; every edge stands in both rows. Weights are not stored: a step from ``u`` to ``v`` weighs the type of the edge
divided by the square root of the degree of ``v``, and a row is normalised as it is read, so what changes a degree changes one number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from papers.graph.document import NodeKind

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

KINDS: Final = (NodeKind.PERSON, NodeKind.PAPER, NodeKind.TOPIC, NodeKind.INSTITUTION)
PLACE: Final[Mapping[str, int]] = {kind.value: place for place, kind in enumerate(KINDS)}
MANIFEST: Final = "manifest.json"
VERSION: Final = 2
GONE: Final = -1

_AUTHORSHIP, _TOPIC, _CITATION, _INSTITUTION = 1.0, 0.5, 0.5, 0.25
TYPE_WEIGHTS: Final[npt.NDArray[np.float64]] = np.array(
    [  # person, paper, topic, institution
        [0.0, _AUTHORSHIP, 0.0, _INSTITUTION],
        [_AUTHORSHIP, _CITATION, _TOPIC, 0.0],
        [0.0, _TOPIC, 0.0, 0.0],
        [_INSTITUTION, 0.0, 0.0, 0.0],
    ]
)


class ArraysUnreadableError(Exception):
    """The folder holds no arrays that can be read."""


class OtherVersionError(ArraysUnreadableError):
    """The folder holds arrays of another version of this program."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Rows that replace stored ones: ``slot[node]`` is the row's number among them, -1 where the stored row stands."""

    slot: Nodes = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    indptr: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    indices: Nodes = field(default_factory=lambda: np.empty(0, dtype=np.int32))


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of papers and people besides their neighbours, so that reasons can be counted without a row of the database.

    ``dates`` are year, month and day of a paper as one number (20240131, with zeros for what is not known; ``GONE`` of one that is no longer there) and
    ``authors`` how many it has, by node; 0 for what is no paper. ``named`` holds (institution, paper) for each institution that a person names in a paper, ascending; those of a person begin
    at ``named_at``. ``named_since`` replaces the rows of people.
    """

    dates: Nodes = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    authors: Nodes = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    named_at: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    named: Nodes = field(default_factory=lambda: np.empty((0, 2), dtype=np.int32))
    named_since: Mapping[int, Nodes] = field(default_factory=dict)

    def named_by(self, person: int) -> Nodes:
        """What this person names, as rows of (institution, paper)."""
        if person in self.named_since:
            return self.named_since[person]
        if person >= len(self.named_at) - 1:
            return self.named[:0]
        return self.named[self.named_at[person] : self.named_at[person + 1]]


@dataclass(frozen=True, slots=True)
class Graph:
    """Sparse rows with what is needed to walk them. ``ids`` and ``kinds`` name each node; those past the last stored row came with the overlay.

    ``starts`` bounds the stored nodes of each kind. ``as_of`` is when the rows were read, as a timestamp, and ``snapshot`` PostgreSQL's word for what had been committed by then,
    in which ``database``.
    """

    ids: Ints
    kinds: Bytes
    starts: tuple[int, ...]
    indptr: Ints
    indices: Nodes
    damp: Floats
    as_of: float = 0.0
    snapshot: str = ""
    database: int = 0
    details: Details = field(default_factory=Details)
    overlay: Overlay = field(default_factory=Overlay)
    added: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def edges(self) -> int:
        """How many directed edges are stored."""
        return len(self.indices)

    def node(self, kind: str, row_key: int) -> int | None:
        """The number of that thing, or None where the graph does not hold it."""
        place = PLACE[kind]
        low, high = self.starts[place], self.starts[place + 1]
        found = low + int(np.searchsorted(self.ids[low:high], row_key))
        if found < high and self.ids[found] == row_key:
            return found
        return self.added.get((place, row_key))

    def numbered(self, ref: tuple[str, int]) -> int:
        """The number of a thing that the graph holds. Raises ``KeyError`` where it does not."""
        found = self.node(*ref)
        if found is None:
            raise KeyError(ref)
        return found

    def nodes(self, kind: str, row_keys: Sequence[int]) -> list[int]:
        """The numbers of those of these things that the graph holds, in the order given."""
        found = (self.node(kind, key) for key in row_keys)
        return [node for node in found if node is not None]

    def name(self, node: int) -> tuple[NodeKind, int]:
        """Kind and row key of a node."""
        return KINDS[self.kinds[node]], int(self.ids[node])

    def row(self, node: int) -> Nodes:
        """The neighbours of a node, ascending."""
        over = self.overlay
        if node < len(over.slot) and over.slot[node] >= 0:
            slot = over.slot[node]
            return over.indices[over.indptr[slot] : over.indptr[slot + 1]]
        return self.stored_row(node)

    def stored_row(self, node: int) -> Nodes:
        """The neighbours of a node before anything was laid over; none of one that came since."""
        if node >= len(self.indptr) - 1:
            return self.indices[:0]
        return self.indices[self.indptr[node] : self.indptr[node + 1]]


def assemble(
    rows: Mapping[str, Iterable[int]],
    pairs: Iterable[tuple[tuple[str, int], tuple[str, int]]],
    *,
    dated: Mapping[int, tuple[int, int]] = {},
    named: Iterable[tuple[int, int, int]] = (),
) -> Graph:
    """A graph in memory from row keys by kind and pairs of (kind, row key); pairs with an end that is not listed are left out.

    ``dated`` gives date as a number and count of authors by paper, ``named`` each (person, institution, paper).
    """
    ids = [np.unique(np.fromiter(rows.get(kind.value, ()), dtype=np.int64)) for kind in KINDS]
    starts = tuple(int(place) for place in np.cumsum([0, *(len(one) for one in ids)]))
    number = {(kind.value, int(key)): starts[place] + at for place, kind in enumerate(KINDS) for at, key in enumerate(ids[place])}
    both = {(number[a], number[b]) for a, b in pairs if a in number and b in number and a != b}
    ordered = np.array(sorted(both | {(b, a) for a, b in both}), dtype=np.int64).reshape(-1, 2)
    degrees = np.bincount(ordered[:, 0], minlength=starts[-1])
    indptr = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64)
    said = sorted((number["person", one], number["institution", place], number["paper", paper]) for one, place, paper in named)
    triples = np.array(said, dtype=np.int32).reshape(-1, 3)
    empty = Details(
        np.zeros(starts[-1], dtype=np.int32),
        np.zeros(starts[-1], dtype=np.int32),
        np.searchsorted(triples[:, 0], np.arange(starts[1] + 1)),
        triples[:, 1:],
    )
    details = _details(empty, 0, {}, {number["paper", key]: found for key, found in dated.items()})
    return Graph(np.concatenate(ids), kinds_of(starts), starts, indptr, ordered[:, 1].astype(np.int32), damping(degrees), details=details)


def kinds_of(starts: Sequence[int]) -> Bytes:
    """The place in ``KINDS`` of each stored node."""
    return np.repeat(np.arange(len(KINDS), dtype=np.uint8), np.diff(starts))


def damping(degrees: npt.NDArray[Any]) -> Floats:
    """What a step to each node is multiplied by: one over the square root of its degree."""
    found: Floats = (1.0 / np.sqrt(np.maximum(degrees, 1))).astype(np.float32)
    return found


def open_arrays(folder: Path) -> Graph:
    """The graph of a folder, memory-mapped: costs a millisecond and what is read of it. Raises ``ArraysUnreadableError``."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["version"] != VERSION:
            raise OtherVersionError(f"arrays of version {manifest['version']}, not {VERSION}")
        ids, indptr, indices, damp = (_mapped(folder, name) for name in ("ids", "indptr", "indices", "damp"))
        details = Details(*(_mapped(folder, name) for name in ("dates", "authors", "named_at", "named")))
        starts = tuple(int(start) for start in manifest["starts"])
        by_node = {len(indptr) - 1, len(damp), len(details.dates), len(details.authors), starts[-1]}
        if by_node != {len(ids)} or int(indptr[-1]) != len(indices) or int(details.named_at[-1]) != len(details.named):
            raise ArraysUnreadableError("the arrays do not fit each other")
        read = float(manifest["as_of"]), str(manifest["snapshot"]), int(manifest["database"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArraysUnreadableError(str(error)) from error
    return Graph(ids, kinds_of(starts), starts, indptr, indices, damp, *read, details=details)


def _mapped(folder: Path, name: str) -> Any:
    """As a plain array over the file: each slice of numpy's own ``memmap`` costs as much as what is done with it."""
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


def laid_over(
    graph: Graph,
    fresh: Mapping[tuple[str, int], Iterable[tuple[str, int]]],
    affiliations: Mapping[int, Iterable[tuple[int, int]]] = {},
    dated: Mapping[int, tuple[int, int]] = {},
) -> Graph:
    """The graph with changed papers: ``fresh`` gives all neighbours of each as (kind, row key), none for a paper that is gone.

    ``affiliations`` gives (institution, paper) for all that people name whose papers changed, ``dated`` the date as a number and the count of authors of
    changed papers, by row key; ``GONE`` and 0 of those that are gone. Rows of the others are moved along: what a paper gained or lost, its neighbour gains or loses. Costs time in the
    changed rows and those next to them, and 13 bytes a node.
    """
    laying = _Laying(graph)
    for (kind, key), neighbours in sorted(fresh.items()):
        node = laying.number(kind, key)
        laying.compare(node, {laying.number(*other) for other in neighbours} - {node}, {int(other) for other in graph.row(node)})
    said: dict[int, Nodes] = {}  # by people who name other institutions than they did
    for person, places in sorted(affiliations.items()):
        rows = sorted({(laying.number(NodeKind.INSTITUTION, place), laying.number(NodeKind.PAPER, paper)) for place, paper in places})
        node, names = laying.number(NodeKind.PERSON, person), np.array(rows, dtype=np.int32).reshape(-1, 2)
        present = {int(other) for other in graph.row(node) if graph.kinds[other] == PLACE[NodeKind.INSTITUTION]}
        laying.compare(node, {place for place, _ in rows}, present)
        if not np.array_equal(names, graph.details.named_by(node)):
            said[node] = names
    when = {laying.number(NodeKind.PAPER, key): found for key, found in sorted(dated.items())}
    if laying.moved or laying.added or said or _dated_anew(graph.details, when):
        return _replaced(graph, laying, _details(graph.details, len(laying.added), said, when))
    return graph


class _Laying:
    """What is being laid over a graph: the nodes that came, in order, and for each node whom it gained and whom it lost."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.added: dict[tuple[int, int], int] = {}
        self.moved: dict[int, tuple[set[int], set[int]]] = {}

    def number(self, kind: str, key: int) -> int:
        found = self._graph.node(kind, key)
        return self.added.setdefault((PLACE[kind], key), len(self._graph) + len(self.added)) if found is None else found

    def compare(self, node: int, wanted: set[int], present: set[int]) -> None:
        for place, others in enumerate((wanted - present, present - wanted)):
            for other in others:
                self.moved.setdefault(node, (set(), set()))[place].add(other)
                self.moved.setdefault(other, (set(), set()))[place].add(node)


def _dated_anew(details: Details, when: Mapping[int, tuple[int, int]]) -> bool:
    return any((int(details.dates[node]), int(details.authors[node])) != found for node, found in when.items())


def _details(stored: Details, added: int, said: Mapping[int, Nodes], when: Mapping[int, tuple[int, int]]) -> Details:
    dates = np.concatenate([stored.dates, np.zeros(added, dtype=np.int32)])
    authors = np.concatenate([stored.authors, np.zeros(added, dtype=np.int32)])
    for node, (date, count) in when.items():
        dates[node], authors[node] = date, count
    return Details(dates, authors, stored.named_at, stored.named, {**stored.named_since, **said})


def _replaced(graph: Graph, laying: _Laying, details: Details) -> Graph:
    moved, named = laying.moved, list(laying.added)
    size = len(graph) + len(named)
    slot = np.full(size, -1, dtype=np.int32)
    rows: list[npt.NDArray[Any]] = []
    damp = np.concatenate([graph.damp, np.ones(len(named), dtype=np.float32)])
    for place, node in enumerate(sorted(moved)):
        gained, lost = moved[node]
        row = graph.row(node) if node < len(graph) else np.empty(0, dtype=np.int32)
        kept = row[~np.isin(row, list(lost))] if lost else row
        rows.append(np.union1d(kept, np.array(sorted(gained), dtype=np.int32)))
        slot[node] = place
        damp[node] = 1.0 / np.sqrt(max(1, len(rows[-1])))
    indptr = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    indices = np.concatenate(rows).astype(np.int32) if rows else np.empty(0, dtype=np.int32)
    ids = np.concatenate([graph.ids, np.array([key for _, key in named], dtype=np.int64)])
    kinds = np.concatenate([graph.kinds, np.array([kind for kind, _ in named], dtype=np.uint8)])
    return Graph(
        ids,
        kinds,
        graph.starts,
        graph.indptr,
        graph.indices,
        damp,
        graph.as_of,
        graph.snapshot,
        graph.database,
        details,
        Overlay(slot, indptr, indices),
        {**graph.added, **laying.added},
    )
