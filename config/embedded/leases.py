"""Using embedded servers: they run while anybody holds a lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded.errors import EmbeddedServerError
from config.embedded.locks import FileLock, is_held
from config.embedded.places import PROJECT, Instance
from config.embedded.server import Server, process_command
from config.embedded.servers import server_of

SECONDS_TO_START = 90.0
SECONDS_TO_STOP = 30.0
_AT_WORK_FOR_OTHERS: list[subprocess.Popen[bytes]] = []
"""Keepers that we started and others still need: remembered, or Python warns of a child that nobody waits for."""


class Lease:
    """Keeps one server running from ``take`` to ``give_back``."""

    def __init__(self, server: Server) -> None:
        self.server = server
        place = server.instance
        self._users = FileLock(place.lock(server.name, "users"))
        self._keeper_lock = place.lock(server.name, "keeper")
        self._keeper: subprocess.Popen[bytes] | None = None

    def take(self) -> None:
        """``begin`` and ``wait``."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Become a user of the server and have it started, without waiting for it."""
        self.server.instance.prepare()
        if not self._users.share(SECONDS_TO_STOP):
            raise EmbeddedServerError(f"The embedded {self.server.name} is stopping and does not come to an end.")
        if not is_held(self._keeper_lock):
            self._keeper = self._start_keeper()

    def wait(self) -> None:
        """Wait until the server answers.

        Under a second where the data is there, some seconds the first time. Raises ``EmbeddedServerError`` with
        the end of the log when the server does not come up; the lease is given back then.
        """
        try:
            self._wait_for_answer()
            self.server.ready()
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Give the lease back; the last one waits until the server has stopped."""
        if self._users.try_exclusive():  # we were the last: the keeper need not find out by itself
            self._stop_keeper()
        self._users.release()
        if self._keeper is None:
            return
        if is_held(self._keeper_lock):
            _AT_WORK_FOR_OTHERS.append(self._keeper)
        else:
            self._keeper.wait(SECONDS_TO_STOP)

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.give_back()

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not (is_held(self._keeper_lock) and self.server.answers()):
            if self._keeper is not None and self._keeper.poll():
                raise EmbeddedServerError(
                    f"The embedded {self.server.name} does not start. {self.server.log} ends with:\n{self._end_of_log()}"
                )
            if not is_held(self._keeper_lock) and (self._keeper is None or self._keeper.poll() is not None):
                self._keeper = self._start_keeper()
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The embedded {self.server.name} does not answer after {SECONDS_TO_START:.0f} s. "
                    f"{self.server.log} ends with:\n{self._end_of_log()}"
                )
            time.sleep(0.03)

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        """A process in a session of its own: Ctrl-C in our terminal is not meant for it."""
        log = self.server.log
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "config.embedded.keeper", self.server.instance.name, self.server.name],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _stop_keeper(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_STOP
        told = False
        while is_held(self._keeper_lock) and time.monotonic() < deadline:
            told = told or self._tell_keeper_to_stop()
            time.sleep(0.02)

    def _tell_keeper_to_stop(self) -> bool:
        """Whether a keeper was there to be told: one that has just begun has not written its number yet."""
        try:
            pid = int((self.server.instance.run / f"{self.server.name}.keeper.pid").read_text())
        except (FileNotFoundError, ValueError):
            return False
        if "config.embedded.keeper" not in process_command(pid):
            return False
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return False
        return True

    def _end_of_log(self, lines: int = 15) -> str:
        return "\n".join(_last_lines(self.server.log, lines))


@contextmanager
def lease(place: Instance, names: Iterable[str]) -> Iterator[None]:
    """Hold leases on the named servers of an instance ("postgres", "valkey"). Both start at the same time."""
    leases = [Lease(server_of(place, name)) for name in names]
    begun: list[Lease] = []
    try:
        for one in leases:
            one.begin()
            begun.append(one)
        for one in leases:
            one.wait()
        yield
    finally:
        for one in reversed(begun):
            one.give_back()


def _last_lines(path: Path, count: int) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
