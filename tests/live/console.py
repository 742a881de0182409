"""A process that stays and carries out what tests hand it in a site's environment: starting one for each costs seconds of a core."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO

from tests.live.scratch import PROJECT, CommandFailed
from tests.live.server import stop


class Console:
    """What ``manage.py`` does, without its start."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log

    def command(self, *arguments: str) -> str:
        """Carry out a management command; what it printed. Raises ``CommandFailed``."""
        return self.run(f"from django.core.management import call_command\ncall_command(*{arguments!r})")

    def run(self, code: str) -> str:
        """Run a piece of Python; what it printed. Raises ``CommandFailed``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CommandFailed(f"the console is gone:\n{self._log.read_text(errors='replace')[-3000:]}")
        answer = json.loads(line)
        if answer["error"]:
            raise CommandFailed(f"{code}\nended with an error:\n{answer['printed'][-3000:]}{answer['error'][-3000:]}")
        return str(answer["printed"])


@contextmanager
def console_running(environment: Mapping[str, str], log: Path) -> Iterator[Console]:
    """A console in that environment, stopped at the end."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.live.console"],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    with process:
        try:
            yield Console(process, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            stop(process)


def answer_all(asked: IO[str], answers: IO[str]) -> None:
    """Run each line, a piece of Python in JSON, and answer with what it printed and how it failed."""
    import django

    django.setup()
    for line in asked:
        printed, error = io.StringIO(), ""
        try:
            with redirect_stdout(printed), redirect_stderr(printed):
                exec(json.loads(line), {"__name__": "__main__"})
        except (Exception, SystemExit):  # noqa: BLE001 - told, whatever it is
            error = traceback.format_exc()
        answers.write(json.dumps({"printed": printed.getvalue(), "error": error}) + "\n")
        answers.flush()


if __name__ == "__main__":
    answer_all(sys.stdin, sys.stdout)
