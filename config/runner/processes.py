"""Child processes that are watched: their lines carry their name, they start anew when they die, they end with us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from config.embedded.privileges import die_with_parent

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY_AFTER = 60.0


@dataclass(frozen=True)
class Program:
    """What to run: a name for the log, the command, and how it is told to stop.

    ``abandoned`` is what Linux sends it when we are killed: it has nobody then to wait for it.
    """

    name: str
    command: Sequence[str]
    seconds_to_stop: float = 10.0
    abandoned: signal.Signals = signal.SIGTERM


class Child:
    """One program at work. Start it from the main thread only: Linux ends it with the thread that started it."""

    def __init__(self, program: Program, say: Callable[[str, str], None]) -> None:
        self.program = program
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE
        self._started = 0.0
        self._next_start = 0.0

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process in a group of its own: Ctrl-C in the terminal reaches us, and we stop it in order."""
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            preexec_fn=die_with_parent(self.program.abandoned),  # noqa: PLW1509 - it calls two functions of the C library
        )
        assert self.process.stdout is not None  # noqa: S101 - for the type checker: we asked for a pipe
        threading.Thread(target=self._relay, args=[self.process.stdout], daemon=True).start()

    def look_after(self) -> bool:
        """Start the process again where it has died, after a pause that doubles while it keeps dying.

        Returns whether it has just been started.
        """
        if self.running:
            return False
        now = time.monotonic()
        if self._next_start == 0.0:
            status = self.process.returncode if self.process else None
            if now - self._started > STEADY_AFTER:
                self._pause = FIRST_PAUSE
            self.say(self.program.name, f"ended with status {status}; starting it again in {self._pause:.1f} s")
            self._end_group(signal.SIGKILL)  # what it started itself would hold the port
            self._next_start = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if now < self._next_start:
            return False
        self._next_start = 0.0
        self.start()
        return True

    def stop(self) -> None:
        """Ask the process to end, wait, and end its whole group by force when it takes too long."""
        if self.process is None:
            return
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.program.seconds_to_stop)
        except subprocess.TimeoutExpired:
            self.say(self.program.name, f"does not stop within {self.program.seconds_to_stop:.0f} s; ending it by force")
        self._end_group(signal.SIGKILL)
        self.process.wait()

    def _end_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _relay(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self.say(self.program.name, line.decode(errors="replace").rstrip())
