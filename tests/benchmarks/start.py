"""How long ``make run`` takes until the site answers, on servers and data of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.rows import Measured, at_most
from tests.live.scratch import PROJECT
from tests.live.server import free_port, stop, wait_until_served

SECOND_START_SECONDS = 10


def measure(folder: Path) -> Iterator[Measured]:
    """The first start makes a database and loads the demo records; the second finds them. Embedded servers in both."""
    state = folder / "servers"
    state.mkdir()
    for place in (folder, state):
        place.chmod(0o711)  # as root the servers run as another account, which must get there
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"COLLEGIUM_STATE": str(state), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    first = seconds_to_ready(environment, folder / "first.log")
    second = seconds_to_ready(environment, folder / "second.log")
    yield at_most("start.second", second, "s", SECOND_START_SECONDS, "first start, without setting up", first)


def seconds_to_ready(environment: Mapping[str, str], log: Path) -> float:
    """From the command to the first page that is ready, in seconds. The site is stopped again."""
    port = free_port()
    started = time.perf_counter()
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", "dev", "--port", str(port)]
        process = subprocess.Popen(
            command, cwd=PROJECT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_served(port, process, log, "/readyz")
        return time.perf_counter() - started
    finally:
        stop(process)
