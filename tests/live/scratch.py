"""A database for one run, on the server that the settings name, dropped afterwards; and commands that work on it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from config.embedded import instance, lease
from config.settings.embedded import addresses

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = "tests.live.settings"


@dataclass(frozen=True)
class Finished:
    """A command that has ended: what it printed, how long it took (seconds) and the most memory it held with its children (MB)."""

    output: str
    seconds: float
    peak_mb: float


class CommandFailed(RuntimeError):  # noqa: N818 - reads as what happened
    """A command ended with an error; the message holds the end of what it printed."""


@contextmanager
def scratch_environment(
    folder: Path, settings: str = SETTINGS, embedded: str = "main", *, migrated: bool = True
) -> Iterator[dict[str, str]]:
    """The environment for processes that work on a scratch database, migrated unless it is not wanted and empty; ``folder`` takes files.

    Holds the embedded servers of the instance where none are configured. The database is dropped at the end, whoever
    is still connected.
    """
    places = addresses(embedded, os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    name = f"collegium_live_{os.getpid()}"
    environment = os.environ | {
        "DATABASE_URL": _with_database(places.database, name),
        "REDIS_URL": places.broker,
        "DJANGO_SETTINGS_MODULE": settings,
        "COLLEGIUM_LIVE_FOLDER": str(folder),
        "LOG_LEVEL": "WARNING",
    }
    with lease(instance(embedded), places.embedded):
        with psycopg.connect(_with_database(places.database, "postgres"), autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            if migrated:
                manage(environment, "migrate", "--verbosity", "0")
            yield environment
        finally:
            with psycopg.connect(_with_database(places.database, "postgres"), autocommit=True) as server:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def manage(environment: Mapping[str, str], *arguments: str) -> Finished:
    """Run a management command to its end. Raises ``CommandFailed``."""
    return run(environment, [sys.executable, "manage.py", *arguments])


def run(environment: Mapping[str, str], command: Sequence[str]) -> Finished:
    """Run a command of ours to its end, taking its time and memory. Raises ``CommandFailed``."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=PROJECT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    memory = PeakMemory(process.pid)
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}:\n{output[-3000:]}")
    return Finished(output, seconds, memory.taken())


class PeakMemory(threading.Thread):
    """Watches the memory of a process and its children together; pages that they share count once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._peak = 0
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        """Look ten times a second."""
        while not self._ended.wait(0.1):
            with contextlib.suppress(psutil.Error):
                family = [self._process, *self._process.children(recursive=True)]
                self._peak = max(self._peak, sum(_memory(member) for member in family))

    def taken(self) -> float:
        """The peak in MB. Ends the watch."""
        self._ended.set()
        self.join()
        return self._peak / 1024 / 1024


def _memory(process: psutil.Process) -> int:
    """Resident bytes of a process, shared pages divided among those who share them where the system tells."""
    try:
        usage = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(usage, "pss", usage.rss))


def _with_database(url: str, name: str) -> str:
    """The address with another database name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name)}"))
