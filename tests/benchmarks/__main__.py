"""``python -m tests.benchmarks``: measure, and print a table, or with JSON=1 one JSON object a line.

``ONLY=import,page`` measures the rows of those groups ("feed", "figures", "graph", "import", "page", "start", "trust"). Records come from the folder named
by COLLEGIUM_DATA (else ``../shared/data``); without it the demo records are scaled up, and this is said. The exit
status is 1 where a bar does not hold.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.rows import HEADING, Measured, Row, as_json, as_line
from tests.live.scratch import PROJECT

GROUPS = ("disambiguation", "feed", "figures", "graph", "import", "page", "start", "trust")


def main() -> int:
    """Measure what was asked for and return the exit status."""
    chosen = [group.strip() for group in os.environ.get("ONLY", "").split(",") if group.strip()] or list(GROUPS)
    unknown = [group for group in chosen if group not in GROUPS]
    if unknown:
        sys.stderr.write(f"ONLY={','.join(unknown)}: there are only {', '.join(GROUPS)}.\n")
        return 2
    in_json = os.environ.get("JSON") == "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # or the scratch database would stay
    everything_holds = True
    if not in_json:
        _say(HEADING)
    with tempfile.TemporaryDirectory(prefix="collegium-bench-") as folder:
        for row in measure(chosen, Path(folder)):
            _say(as_json(row) if in_json else as_line(row))
            everything_holds &= not (isinstance(row, Row) and row.holds is False)
    return 0 if everything_holds else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(chosen: list[str], folder: Path) -> Iterator[Measured]:
    """The rows of the chosen groups. "page" and "feed" need the records that "import" leaves behind, so all three import them."""
    if {"feed", "import", "page"} & set(chosen):
        yield from _on_records(chosen, folder)
    if "trust" in chosen:
        from tests.benchmarks import trust, trust_scale
        from tests.live.scratch import scratch_environment

        yield from trust.measure()
        with scratch_environment(folder, "tests.benchmarks.settings") as environment:
            yield from trust_scale.measure(environment)
    if "figures" in chosen:
        from tests.benchmarks import figures

        yield from figures.measure(folder, _records_folder())
    if "disambiguation" in chosen:
        from tests.benchmarks import disambiguation

        yield from disambiguation.measure(_records_folder())
    if "graph" in chosen:
        yield from _of_graph(folder)
    if "start" in chosen:
        from tests.benchmarks import start

        yield from start.measure(folder)


def _of_graph(folder: Path) -> Iterator[Measured]:
    from tests.benchmarks import graph, imports
    from tests.live.scratch import manage, scratch_environment

    path, _name = imports.records_file(folder, _records_folder())
    with scratch_environment(folder, "tests.benchmarks.settings") as environment:
        manage(environment, "import_works", str(path))
        yield from graph.on_records(environment, folder)
    with scratch_environment(folder, "tests.benchmarks.settings") as environment:
        yield from graph.on_made_up_world(environment, folder)


def _on_records(chosen: list[str], folder: Path) -> Iterator[Measured]:
    from tests.benchmarks import imports
    from tests.live.scratch import scratch_environment

    path, name = imports.records_file(folder, _records_folder())
    if name != "works_ml":
        sys.stderr.write(
            "No real records (COLLEGIUM_DATA): the demo records stand in, many times over. Figures are not those of real ones.\n"
        )
    with scratch_environment(folder, "tests.benchmarks.settings") as environment:
        for row in imports.measure(environment, path, name, again="import" in chosen):
            if "import" in chosen:
                yield row
        if "page" in chosen:
            from tests.benchmarks import pages

            yield from pages.measure(environment, folder)
        if "feed" in chosen:
            from tests.benchmarks import feed

            yield from feed.measure(environment)


def _records_folder() -> Path | None:
    chosen = os.environ.get("COLLEGIUM_DATA")
    folder = Path(chosen) if chosen else PROJECT.parent / "shared" / "data"
    return folder.resolve() if folder.is_dir() else None


if __name__ == "__main__":
    raise SystemExit(main())
