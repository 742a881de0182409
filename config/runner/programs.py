"""What the site consists of when it runs: web, worker, scheduler."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from config.runner.processes import Program


def web(*, host: str, port: int, workers: int) -> Program:
    """The web server. One thread for Python in each worker: more of them only fight for the interpreter's lock."""
    return Program(
        "web",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
            *("--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "1"),
            *("--workers-kill-timeout", "5", "--respawn-failed-workers", "--no-ws"),
        ],
    )


def worker(*, queues: tuple[str, ...], concurrency: int) -> Program:
    """The worker for all queues of one machine."""
    return Program(
        "worker",
        [
            *(sys.executable, "-W", "ignore:You're running the worker with superuser privileges"),
            *("-m", "celery", "--app", "config.celery", "--quiet", "worker"),
            *("--queues", ",".join(queues), "--concurrency", str(concurrency), "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        seconds_to_stop=15.0,
        # At once, with no farewell that could wait for a broker that goes down beside it: unfinished jobs come back.
        abandoned=signal.SIGKILL,
    )


def scheduler(*, schedule: Path) -> Program:
    """The process that sends the scheduled tasks; it remembers in ``schedule`` when it sent them last."""
    return Program(
        "beat",
        [
            *(sys.executable, "-m", "celery", "--app", "config.celery", "--quiet", "beat"),
            *("--schedule", str(schedule), "--loglevel", "INFO"),
        ],
    )


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
