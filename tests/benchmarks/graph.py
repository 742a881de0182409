"""The research graph: how near to exact ranks and how quick the push is, whole slices, building the arrays, and what imports mark.

On the real records, and on a made-up world of ``GRAPH_SCALE`` times a million people and two million papers (a tenth unless told otherwise),
which is filled into a scratch database and built from there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.rows import Measured, at_least, at_most
from tests.live.scratch import run

PRECISION, QUOTA = 0.97, 0.92
PUSH_MEDIAN_MS, PUSH_P95_MS, SLICE_P95_MS = 10, 30, 150
BUILD_SECONDS, BUILD_MB = 300, 2048
SERVED_MS = 2
RECALL, TIMES = 0.95, 5


def on_records(environment: Mapping[str, str], folder: Path) -> Iterator[Measured]:
    """The rows of the real corpus, which is in the scratch database."""
    found = _measured(environment, folder, "records")
    yield from _rows("records", found)
    yield at_most("graph.served", found["served_ms"], "ms", SERVED_MS)
    yield at_most("graph.served.queries", found["served_queries"], "queries", 1)
    yield at_least("graph.marks.recall", found["recall"], "of changed", RECALL)
    yield at_most("graph.marks.times", found["times"], "of changed", TIMES)


def on_made_up_world(environment: Mapping[str, str], folder: Path) -> Iterator[Measured]:
    """The rows of the made-up world; the scratch database is empty before, and full after."""
    found = _measured(environment, folder, os.environ.get("GRAPH_SCALE", "0.1"))
    yield from _rows("made", found)


def _measured(environment: Mapping[str, str], folder: Path, what: str) -> dict[str, Any]:
    done = run({**environment, "GRAPH_ROOT": str(folder / f"graph-{what}")}, [sys.executable, "-m", "tests.benchmarks.graph_inside", what])
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return found


def _rows(name: str, found: Mapping[str, Any]) -> Iterator[Measured]:
    size = f"{found['nodes']:,} nodes, {found['edges']:,} edges"
    yield at_least(f"graph.{name}.precision", found["precision"], "at 50", PRECISION, f"exact PageRank, {size}", 1.0)
    yield at_least(f"graph.{name}.quota", found["quota"], "overlap", QUOTA, "exact PageRank", 1.0)
    yield at_most(f"graph.{name}.push", found["push_median"], "ms", PUSH_MEDIAN_MS, "exact PageRank", found["exact_ms"])
    yield at_most(f"graph.{name}.push.p95", found["push_p95"], "ms", PUSH_P95_MS)
    yield at_most(f"graph.{name}.slice", found["slice_median"], "ms", None)
    yield at_most(f"graph.{name}.slice.first.p95", found["slice_first_p95"], "ms", SLICE_P95_MS, "rows that may come from the disk")
    yield at_most(f"graph.{name}.slice.p95", found["slice_p95"], "ms", SLICE_P95_MS)
    yield at_most(f"graph.{name}.build", found["build_seconds"], "s", BUILD_SECONDS)
    yield at_most(f"graph.{name}.build.peak", found["build_mb"], "MB", BUILD_MB)
