"""Measures the graph in a process of its own, on the database of its environment: ``records``, or a scale of the made-up world to fill in first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django


def main() -> None:
    """Print one JSON object with all figures."""
    django.setup()
    what = sys.argv[1]
    if what == "build":  # alone, so that its peak is its own
        from papers.slices.building import build_arrays

        built = build_arrays()
        _say({"build_seconds": built.seconds, "build_mb": _peak_mb()})
        return
    if what != "records":
        from tests.benchmarks.graph_measures import Synthetic
        from tests.benchmarks.graph_world import fill

        fill(Synthetic(int(1_000_000 * float(what)), int(2_000_000 * float(what))))
    found = json.loads(subprocess.run([sys.executable, "-m", __spec__.name, "build"], check=True, capture_output=True).stdout)
    found |= _measured(subjects=int(os.environ.get("GRAPH_SUBJECTS", "60" if what == "records" else "24")))
    if what == "records":
        from tests.benchmarks.graph_marks import measure_marks

        found |= _served()
        marks = measure_marks(works=200, sample=int(os.environ.get("GRAPH_SAMPLE", "1000")))
        found |= {"recall": marks.recall, "times": marks.times}
    _say(found)


def _measured(*, subjects: int) -> dict[str, Any]:
    import numpy as np
    from django.utils import timezone

    from papers.slices.making import make_slice
    from papers.slices.standing import current_walker
    from tests.benchmarks.graph_measures import chosen_subjects, compared, push_seconds

    walker = current_walker()
    graph = walker.graph
    push = 1000 * np.array(push_seconds(walker, chosen_subjects(graph, 120)))
    compared_all = compared(graph, chosen_subjects(graph, subjects))
    rounds: list[list[float]] = [[], []]  # rows from the disk, where the database has not read them since it was filled; and from memory
    for whole in rounds:
        for node in chosen_subjects(graph, 120, seed=9):
            began = time.perf_counter()
            make_slice(walker, graph.name(node), now=timezone.now())
            whole.append(1000 * (time.perf_counter() - began))
    return {
        "nodes": len(graph),
        "edges": graph.edges,
        "precision": float(np.mean(compared_all.precision)),
        "quota": float(np.mean(compared_all.quota)),
        "push_median": float(np.median(push)),
        "push_p95": float(np.percentile(push, 95)),
        "exact_ms": 1000 * compared_all.exact_seconds,
        "slice_first_p95": float(np.percentile(rounds[0], 95)),
        "slice_median": float(np.median(rounds[1])),
        "slice_p95": float(np.percentile(rounds[1], 95)),
    }


def _served(*, subjects: int = 60, times: int = 5) -> dict[str, float]:
    """How long the panel of a page takes whose slice is stored (milliseconds), and the most queries of one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from papers.graph.document import NodeKind
    from papers.pages.graph_panel import panel_of
    from papers.slices.keeping import refresh_slices
    from papers.slices.standing import current_walker
    from tests.benchmarks.graph_measures import chosen_subjects

    graph = current_walker().graph
    named = [graph.name(node) for node in chosen_subjects(graph, subjects, seed=3)]
    people = [key for kind, key in named if kind is NodeKind.PERSON]
    refresh_slices(NodeKind.PERSON, people)
    seconds, queries = [], []
    for _ in range(times):
        for key in people:
            with CaptureQueriesContext(connection) as captured:
                panel_of(NodeKind.PERSON, key, None, name="")
            queries.append(len(captured))
            began = time.perf_counter()
            panel_of(NodeKind.PERSON, key, None, name="")
            seconds.append(time.perf_counter() - began)
    return {"served_ms": 1000 * sorted(seconds)[len(seconds) // 2], "served_queries": max(queries)}


def _peak_mb() -> float:
    """The most memory that this process has held. What the system's accounting says of a child includes what its parent held when it was started."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def _say(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
