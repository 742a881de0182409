"""``manage.py dev`` as somebody starts it: it comes up, goes down in order, and leaves nothing behind when killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management.base import CommandError

from config.runner.leftovers import RunRecord, wait_for_port
from config.runner.processes import Child, Program

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 240
SECONDS_TO_STOP = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


class Run:
    """One ``manage.py dev`` with servers, a port and a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.port = free_port()
        self.state = state
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}}
        environment = kept | {"COLLEGIUM_STATE": str(state), "PORT": str(self.port), "COLLEGIUM_VAR": str(state / "var")}
        self.log = state / f"run-{self.port}.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "dev", "--no-seed"],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while "Ready after" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        return self.log.read_text()

    def get(self, path: str) -> tuple[int, bytes]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read()

    def stop(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        try:
            assert self.process.wait(SECONDS_TO_STOP) == 0, self.said()
        except subprocess.TimeoutExpired:
            pytest.fail(f"it does not stop: {self.said()}\n{[process.cmdline() for process in self.processes()]}")

    def processes(self) -> list[psutil.Process]:
        return processes_of(self.state)


def processes_of(state: Path) -> list[psutil.Process]:
    """Every process of a run, by the state folder in its environment or on its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("COLLEGIUM_STATE") == str(state) or str(state) in " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if ours:
            found.append(process)
    return found


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="collegium-run-"))
    folder.chmod(0o755)
    yield folder
    for process in processes_of(folder):  # after a failure
        process.kill()
    eventually(lambda: processes_of(folder) == [])
    shutil.rmtree(folder)


@pytest.mark.processes
@pytest.mark.timeout(900)  # three starts, on a machine that may be busy
@pytest.mark.skipif(sys.platform != "linux", reason="reads the environment of processes")
def test_it_comes_up_goes_down_and_survives_a_kill(state):
    first = Run(state)
    first.wait_until_ready()
    assert first.get("/readyz")[0] == 200
    assert first.get("/healthz")[1] == b"ok\n"
    eventually(lambda: " ready." in first.said())

    worker = next(process for process in first.processes() if "celery" in " ".join(process.cmdline()) and "worker" in process.cmdline())
    worker.kill()
    eventually(lambda: "worker    | ended with status -9" in first.said())
    eventually(lambda: first.said().count(" ready.") >= 2, 60)

    first.stop(signal.SIGINT)
    assert first.said().rstrip().endswith("Stopped.")
    assert first.processes() == []

    second = Run(state)
    second.wait_until_ready()
    second.process.kill()
    second.process.wait()
    eventually(lambda: second.processes() == [])

    third = Run(state)
    third.wait_until_ready()
    third.stop(signal.SIGTERM)
    assert third.processes() == []


class TestPort:
    def test_a_taken_port_is_named_with_another_one(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CommandError, match=rf"Port {port} is in use.*PORT={port + 1} make run"):
                wait_for_port("127.0.0.1", port, seconds=0.1)

    def test_a_free_port_is_taken_at_once(self):
        wait_for_port("127.0.0.1", free_port(), seconds=0)

    def test_an_address_of_another_machine_is_refused(self):
        with pytest.raises(CommandError, match=r"Cannot listen at 192\.0\.2\.1"):
            wait_for_port("192.0.2.1", free_port(), seconds=0)


class TestRecord:
    def test_one_run_of_a_clone_at_a_time(self, tmp_path):
        first = RunRecord(tmp_path)
        first.take()
        with pytest.raises(CommandError, match=rf"runs from this folder already \(process {os.getpid()}\)"):
            RunRecord(tmp_path).take()
        first.give_back()
        second = RunRecord(tmp_path)
        second.take()
        second.give_back()

    def test_what_a_killed_run_left_is_ended_and_strangers_are_not(self, tmp_path):
        left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "granian"], start_new_session=True)
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        (tmp_path / "dev.json").write_text(f'{{"pid": 1, "children": [{left.pid}, {stranger.pid}]}}')
        record = RunRecord(tmp_path)
        record.take()
        assert left.wait(10) != 0
        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()
        record.give_back()

    def test_a_broken_record_is_as_good_as_none(self, tmp_path):
        (tmp_path / "dev.json").write_text('{"pid": 1, "chil')
        record = RunRecord(tmp_path)
        record.take()
        record.give_back()


class TestChild:
    def child(self, code: str, **options: Any) -> tuple[Child, list[tuple[str, str]]]:
        said: list[tuple[str, str]] = []
        return Child(Program("web", [sys.executable, "-uc", code], **options), lambda name, text: said.append((name, text))), said

    def test_its_lines_carry_its_name(self):
        child, said = self.child("print('Grüße'); print('second')")
        child.start()
        eventually(lambda: len(said) == 2)
        assert said == [("web", "Grüße"), ("web", "second")]
        child.stop()

    def test_it_is_started_again_after_a_pause_that_grows(self):
        child, said = self.child("raise SystemExit(3)")
        child.start()
        eventually(lambda: not child.running)
        moments: list[float] = []
        while len(moments) < 3:
            if child.look_after():
                moments.append(time.monotonic())
                eventually(lambda: not child.running)
            time.sleep(0.01)
        child.stop()
        assert moments[2] - moments[1] > moments[1] - moments[0] > 0.5
        assert ("web", "ended with status 3; starting it again in 0.5 s") in said

    def test_what_does_not_listen_is_ended_by_force_with_all_it_started(self):
        code = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); subprocess.Popen(['sleep', '77']); print('up'); time.sleep(60)"
        child, said = self.child(code, seconds_to_stop=0.3)
        child.start()
        eventually(lambda: ("web", "up") in said)
        assert child.process is not None
        group = child.process.pid
        child.stop()
        assert any("ending it by force" in text for _name, text in said)
        eventually(lambda: not [process for process in psutil.process_iter() if _group(process) == group])


def _group(process: psutil.Process) -> int:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return 0
