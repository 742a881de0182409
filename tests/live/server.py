"""The site under its real web server, and how long its pages take."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.live.scratch import PROJECT, CommandFailed

SECONDS_TO_START = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site_running(environment: Mapping[str, str], log: Path, workers: int = 1) -> Iterator[int]:
    """The site under granian on a free port of this machine, which is what the context gives. Stopped at the end."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "1", "--no-access-log", "--log-level", "warning", "config.wsgi:application"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=dict(environment), stdout=output, stderr=output, start_new_session=True)
    try:
        wait_until_served(port, process, log)
        yield port
    finally:
        stop(process)


def wait_until_served(port: int, process: subprocess.Popen[bytes], log: Path, path: str = "/healthz") -> None:
    """Wait until the path answers 200. Raises ``CommandFailed`` when the process ends or a minute has passed."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if fetch(port, path)[0] == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise CommandFailed(f"the site did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def stop(process: subprocess.Popen[Any]) -> None:
    """Ask the process to end as Ctrl-C does, and make it after ten seconds."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its own session: see where it is started
        process.wait(10)


def fetch(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body as sent and headers of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def median_milliseconds(port: int, paths: Sequence[str], times: int) -> list[float]:
    """The median time of an answer for each path, over one kept connection.

    The paths take turns, so that what else the machine does falls on all of them alike. The first rounds warm up
    and do not count.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken: list[list[float]] = [[] for _ in paths]
    warm_up = max(5, times // 10)
    try:
        for turn in range(times + warm_up):
            for place, path in enumerate(paths):
                started = time.perf_counter()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                seconds = time.perf_counter() - started
                if answer.status != http.HTTPStatus.OK:
                    raise CommandFailed(f"{path} answered {answer.status}")
                if turn >= warm_up:
                    taken[place].append(seconds)
    finally:
        connection.close()
    return [statistics.median(times_taken) * 1000 for times_taken in taken]
