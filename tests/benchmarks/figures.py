"""What the figures of works cost, and whether novelty measures something: the bars of the real records, and two million made-up works."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.rows import Measured, Row, Skipped, at_least, at_most
from tests.live.scratch import manage, run, scratch_environment

WORKS = int(os.environ.get("FIGURES_WORKS", "2000000"))
FULL_SECONDS, PEAK_MB, FRESH_SECONDS = 300, 2048, 5
RHO, RELIABILITY = 0.05, 0.7


def measure(folder: Path, records: Path | None) -> Iterator[Measured]:
    """Novelty on the real records; then the full computation, the next one, and one changed work on made-up ones."""
    with scratch_environment(folder, "tests.benchmarks.settings") as environment:
        yield from _novelty(environment, records)
        run(environment, [sys.executable, "-m", "tests.benchmarks.synthetic", "fill", str(WORKS)])
        copied = json.loads(run(environment, [sys.executable, "-m", "tests.benchmarks.synthetic", "copy", str(WORKS)]).output)
        yield at_least("figures.full.links", copied["links"], "links", 9.9 * WORKS)
        first = manage(environment, "recompute_figures")
        yield at_most("figures.full", first.seconds, "s", FULL_SECONDS, f"COPY of the {WORKS:,} works and their links", copied["seconds"])
        yield at_most("figures.full.peak", first.peak_mb, "MB", PEAK_MB)
        again = manage(environment, "recompute_figures")
        yield at_most("figures.again", again.seconds, "s", FULL_SECONDS, "the first time", first.seconds)
        yield Row("figures.again.changed", _changed(again.output), "rows", bar="= 0", holds=_changed(again.output) == 0)
        fresh = json.loads(run(environment, [sys.executable, "-m", "tests.benchmarks.fresh"]).output)
        yield at_most("figures.fresh", fresh["slowest"], "s", FRESH_SECONDS, "the median of six", fresh["usual"])
        yield at_most("figures.fresh.hardest", fresh["hardest"], "s", FRESH_SECONDS)


def _changed(said: str) -> int:
    counts = dict(part.split("=") for part in said.split())
    return int(counts["inserted"]) + int(counts["updated"]) + int(counts["deleted"])


def _novelty(environment: Mapping[str, str], records: Path | None) -> Iterator[Measured]:
    """Rank correlation with the number of topics; and how far two halves of the earlier works agree (Spearman-Brown)."""
    path = records / "works_ml.jsonl.gz" if records is not None else None
    if path is None or not path.is_file():
        yield Skipped("figures.novelty", "no real records (COLLEGIUM_DATA)")
        return
    found = json.loads(run(environment, [sys.executable, "-m", "tests.benchmarks.novelty", str(path)]).output)
    agreement = found["agreement"]
    yield at_most("figures.novelty.rho", abs(found["rho"]), "|rho|", RHO)
    yield at_least("figures.novelty.reliability", 2 * agreement / (1 + agreement), "", RELIABILITY, "the halves as they are", agreement)
    yield at_least("figures.novelty.works", found["stated"], "works", None, "works with a year and a topic", found["works"])
