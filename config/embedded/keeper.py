"""The process that keeps one embedded server for as long as anybody holds a lease on it.

``python -m config.embedded.keeper INSTANCE SERVER``, started by the first lease. It holds the server as its child,
starts it anew when it dies, and stops it in order when the last lease is gone, at the latest a quarter of a second
later. On Linux the server ends with its keeper even when the keeper is killed. A second keeper of the same server
leaves at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from config.embedded.errors import EmbeddedServerError
from config.embedded.locks import FileLock
from config.embedded.places import instance
from config.embedded.server import Server
from config.embedded.servers import server_of

LOOK_EVERY = 0.25
LONGEST_PAUSE = 10.0
STEADY_AFTER = 60.0


class Keeper:
    """Keeps one server until nobody uses it or it is told to stop."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.users = FileLock(server.instance.lock(server.name, "users"))
        self.told_to_stop = False
        self.pause = 0.2

    def run(self) -> None:
        """Keep the server; returns once it has stopped. Raises ``EmbeddedServerError`` when it cannot be made."""
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.server.prepare()
        process = self._start()
        while not self.told_to_stop and not self.users.try_exclusive():
            if process.poll() is not None:
                process = self._start_anew(process)
            time.sleep(LOOK_EVERY)
        self.server.stop(process)  # with the users' lock held: nobody joins a server that is going

    def _start(self) -> subprocess.Popen[bytes]:
        self.started = time.monotonic()
        return self.server.spawn()

    def _start_anew(self, dead: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """Start the server again after a pause that doubles while it keeps dying."""
        if time.monotonic() - self.started > STEADY_AFTER:
            self.pause = 0.2
        say(f"{self.server.name} ended with status {dead.returncode}; starting it again in {self.pause:.1f} s")
        time.sleep(self.pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.server.prepare()
        return self._start()

    def _stop_soon(self, _signal: int, _frame: object) -> None:
        self.told_to_stop = True


def say(text: str) -> None:
    """Write a line into the server's log, which is our output."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper: {text}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Exit status 0 after an orderly end or where another keeper is at work, 1 when the server cannot run."""
    instance_name, server_name = arguments
    place = instance(instance_name)
    lock = FileLock(place.lock(server_name, "keeper"))
    if not lock.try_exclusive():
        return 0
    pid_file = place.run / f"{server_name}.keeper.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    try:
        Keeper(server_of(place, server_name)).run()
    except EmbeddedServerError as error:
        say(str(error))
        return 1
    finally:
        pid_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
