"""Every check of the project, one after the other, with one plain line at the end: ``make test`` and ``make accept``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.live.browser import chromium_path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str | Path]


def checks(*, accept: bool) -> list[Check]:
    tests = Check("tests", [PYTHON, "-m", "pytest", "-q", "-n", "auto", *(["--accept"] if accept else [])])
    if accept:
        return [tests]
    return [
        Check("lint", [BIN / "ruff", "check", "--quiet", "."]),
        Check("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
        Check("templates", [BIN / "djlint", "templates", "--lint", "--quiet"]),
        Check("contracts", [BIN / "lint-imports", "--no-cache"]),
        Check("types", [BIN / "mypy"]),
        Check("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", "--settings", "config.settings.test"]),
        tests,
    ]


def run(check: Check) -> bool:
    """Whether a check passes. What it says is shown when it fails; the tests are shown as they go."""
    shown = check.name == "tests"
    started = time.monotonic()
    done = subprocess.run(
        [str(part) for part in check.command],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "ignore::RuntimeWarning"} if check.name == "migrations" else None,
        check=False,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0
    if not passed and done.stdout:
        say(done.stdout.rstrip())
    say(f"{'ok    ' if passed else 'FAILED'} {check.name} ({time.monotonic() - started:.0f} s)")
    return passed


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true")
    accept = parser.parse_args().accept
    started = time.monotonic()
    if accept and not os.environ.get("COLLEGIUM_DATA"):
        say("make accept needs the folder of real records: make accept COLLEGIUM_DATA=folder")
        return 1
    chromium = chromium_path()
    say(f"Browser tests: with {chromium}." if chromium else "Browser tests: left out, as no Chromium was found (CHROMIUM names one).")
    failed = [check.name for check in checks(accept=accept) if not run(check)]
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    took = f"{minutes} min {seconds} s"
    browser = "" if chromium else ", without the browser tests"
    say(f"Failed after {took}: {', '.join(failed)}." if failed else f"Everything passed in {took}{browser}.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
