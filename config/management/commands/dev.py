"""Run the whole site on this machine."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import CommandParser, call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.embedded import EmbeddedServerError, instance, lease
from config.runner import programs
from config.runner.leftovers import RunRecord, wait_for_port
from config.runner.processes import Child
from config.runner.static_files import collect_static_files

SECONDS_TO_BE_READY = 180.0  # a small machine that is busy otherwise
LOOK_EVERY = 0.3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = {"collegium": 35, "web": 36, "worker": 33, "beat": 32}


class Command(BaseCommand):
    """Starts everything in order, watches it, and stops it in order."""

    help = "Run the site on this machine: servers, web, worker and scheduler. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's way; make test runs them

    def add_arguments(self, parser: CommandParser) -> None:
        """The address is taken from HOST and PORT where no option gives it."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--no-seed", action="store_true", help="leave out the demo records")

    def handle(self, *, host: str, port: int, no_seed: bool, **_options: Any) -> None:
        """Return after an orderly stop; exit with status 1 when something does not come up."""
        self._speech = threading.Lock()
        self._started = time.monotonic()
        self._told_to_stop = False
        self._interruptible = True
        for number in STOP_SIGNALS:
            signal.signal(number, self._hear)
        record = RunRecord(settings.VAR_DIR)
        with ExitStack() as stack:
            try:
                record.take()
                stack.callback(record.give_back)
                wait_for_port(host, port)
                stack.enter_context(self._servers())
                self._prepare(seed=not no_seed)
                children = stack.enter_context(self._children(host, port, record))
                self._watch(children, record)
            except KeyboardInterrupt:
                self._interruptible = False
                self.say("collegium", "Stopping.")
            except EmbeddedServerError as error:
                raise CommandError(str(error)) from None
        self.say("collegium", "Stopped.")

    def _hear(self, _number: int, _frame: object) -> None:
        self._told_to_stop = True
        if self._interruptible:
            raise KeyboardInterrupt

    def _stop_if_told(self) -> None:
        if self._told_to_stop:
            raise KeyboardInterrupt

    def say(self, name: str, text: str) -> None:
        """Write one line under a name. Called from several threads."""
        mark = f"{name:<9} | "
        if self.stdout.isatty():
            mark = f"\033[{COLOURS.get(name, 37)}m{mark}\033[0m"
        with self._speech:
            self.stdout.write(f"{mark}{text}")
            self.stdout.flush()

    @contextmanager
    def _servers(self) -> Iterator[None]:
        names = settings.EMBEDDED_SERVERS
        if not names:
            yield
            return
        self.say("collegium", f"Starting the embedded {' and '.join(names)}.")
        with lease(instance(settings.EMBEDDED_INSTANCE), names):
            try:
                yield
            finally:
                connection.close()  # or the database waits for us to leave

    def _prepare(self, *, seed: bool) -> None:
        """Bring the database, the demo records and the static files up to date."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("collegium", "Applying migrations.")
            call_command("migrate", interactive=False, verbosity=0)
        if seed and "seed_demo" in get_commands():
            self.say("collegium", "Loading the demo records.")
            call_command("seed_demo", verbosity=0)
        if not settings.DEBUG and collect_static_files():
            self.say("collegium", "Collected the static files.")
        connection.close()

    @contextmanager
    def _children(self, host: str, port: int, record: RunRecord) -> Iterator[list[Child]]:
        """Web, scheduler and worker; stopped in that order, so that nothing new comes in while work is finished.

        The web server is alone with the processors until it answers: that is what somebody waits for.
        """
        self._interruptible = False  # from here on it is a flag: an interrupt inside a start would lose the child
        count = programs.cores()
        web = Child(programs.web(host=host, port=port, workers=count), self.say)
        scheduler = Child(programs.scheduler(schedule=settings.VAR_DIR / "beat-schedule"), self.say)
        worker = Child(programs.worker(queues=settings.QUEUES, concurrency=max(2, count)), self.say)
        children = [web, scheduler, worker]
        os.environ.setdefault("SITE_URL", f"http://{_shown(host)}:{port}")  # where the links in mails lead
        try:
            web.start()
            record.note(children)
            self._wait_until_ready(host, port, web)
            scheduler.start()
            worker.start()
            record.note(children)
            yield children
        finally:
            for child in children:
                child.stop()

    def _wait_until_ready(self, host: str, port: int, web: Child) -> None:
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while not _ready(host, port):
            self._stop_if_told()
            web.look_after()
            if time.monotonic() > deadline:
                raise CommandError(f"The site does not get ready within {SECONDS_TO_BE_READY:.0f} s; the lines above say why.")
            time.sleep(0.1)
        seconds = time.monotonic() - self._started
        self.say("collegium", f"Ready after {seconds:.1f} s: http://{_shown(host)}:{port}/ (Ctrl-C stops)")
        if getattr(settings, "MAILBOX_FOLDER", None):
            self.say("collegium", f"Mails that the site sends: http://{_shown(host)}:{port}/dev/mailbox/")
        self.say("collegium", "A code for the administration: .venv/bin/python manage.py second_factor operator@example.org")

    def _watch(self, children: list[Child], record: RunRecord) -> NoReturn:
        while True:
            self._stop_if_told()
            started_anew = [child for child in children if child.look_after()]
            if started_anew:
                record.note(children)
            time.sleep(LOOK_EVERY)


def _ready(host: str, port: int) -> bool:
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    asked = http.client.HTTPConnection(address, port, timeout=5)
    try:
        asked.request("GET", "/readyz", headers={"Host": "localhost"})
        return asked.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 - shown, not bound


if sys.platform == "win32":  # pragma: no cover
    raise CommandError("The runner needs Linux or macOS. On Windows, use compose.yaml.")
