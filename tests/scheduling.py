"""Which worker runs which tests: a module stays together, long ones begin first, and the browser's site is set up once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

PROJECT = Path(__file__).resolve().parents[1]
ON_THE_SITE = re.compile(r"\bsite: ")
THE_SITE = "tests/browser on the site"
LONG = (
    THE_SITE,
    "tests/project/test_dev_runner.py",
    "tests/papers/background/test_kills.py",
    "tests/browser/test_decisions.py",
    "tests/browser/test_desk.py",
    "tests/papers/ingest/test_runs.py",
    "tests/project/test_embedded_servers.py::TestLifeCycle",
    "tests/collaboration/test_blocked_everywhere.py",
    "tests/project/test_demo.py",
    "tests/papers/background/test_tasks.py",
    "tests/project/test_settings.py",
    "tests/papers/background/test_graph_kills.py",
    "tests/profiles/trust/test_kills.py",
)
"""What takes longest, longest first. Begun last, one of them would keep one worker busy and the others waiting."""


def unit_of(nodeid: str) -> str:
    """The tests that stay on one worker with this one: those of its module or class, and all that visit the browser's site."""
    return THE_SITE if _visits_the_site(nodeid.split("::", 1)[0]) else nodeid.rsplit("::", 1)[0]


@cache
def _visits_the_site(module: str) -> bool:
    return module.startswith("tests/browser/") and bool(ON_THE_SITE.search((PROJECT / module).read_text(encoding="utf-8")))


class LongFirst(LoadScopeScheduling):
    """Hands out units of tests, the long ones first, then those with most tests."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        for unit in reversed(LONG):
            if unit in self.workqueue:
                self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)


def scheduler(config: Any, log: Any) -> LongFirst:
    """For xdist's hook."""
    return LongFirst(config, log)
