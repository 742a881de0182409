"""One runner for a clone at a time, and an end to what a killed one left behind."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from config.embedded.locks import FileLock
from config.embedded.server import process_command
from config.runner.processes import Child

OURS = ("granian", "celery")


class RunRecord:
    """The lock that a runner holds, and the file with the processes that it started."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "dev.json"
        self._lock = FileLock(folder / "dev.lock")

    def take(self) -> None:
        """Become the runner of this clone. Ends what a killed one left; raises ``CommandError`` beside a living one."""
        deadline = time.monotonic() + 3
        while not self._lock.try_exclusive():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Collegium runs from this folder already (process {self._read().get('pid', '?')}). Stop that one first."
                )
            time.sleep(0.1)
        left = self._read().get("children", [])
        _end([pid for pid in left if any(name in process_command(pid) for name in OURS)])
        self.note([])

    def note(self, children: Iterable[Child]) -> None:
        """Write down what runs, for the runner after one that is killed."""
        running = [child.process.pid for child in children if child.process]
        self._file.write_text(json.dumps({"pid": os.getpid(), "children": running}))

    def give_back(self) -> None:
        """Nothing runs any more."""
        self._file.unlink(missing_ok=True)
        self._lock.release()

    def _read(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return found


def wait_for_port(host: str, port: int, seconds: float = 4.0) -> None:
    """Wait until the port is free: a killed server lets go of it a moment later. Raises ``CommandError`` when it stays taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EACCES:
                    raise CommandError(f"Port {port} may not be used by this account. Choose one above 1023: PORT=8001 make run") from None
                if error.errno != errno.EADDRINUSE:
                    raise CommandError(f"Cannot listen at {host}: {error.strerror}.") from None
                if time.monotonic() > deadline:
                    raise CommandError(f"Port {port} is in use by another program. Choose another: PORT={port + 1} make run") from None
            else:
                return
        time.sleep(0.2)


def _end(groups: list[int]) -> None:
    for number, pause in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 0.0)):
        living = [pid for pid in groups if process_command(pid)]
        for pid in living:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        if living:
            time.sleep(pause)
