"""From a fresh clone to a working environment: ``python3 -m config.bootstrap`` (``make setup``).

Runs on the machine's own Python, with nothing installed. Each step is done again only when what it stands on has
changed; a second run costs a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
TOOLS = ROOT / ".venv-tools"
NODE = ROOT / ".venv-node"
OLDEST_PYTHON = (3, 11)


class SetupError(Exception):
    """Something that the person at the machine has to do first; the message says what."""


def main() -> int:
    """Do what is left to do. Exit status 1 with one plain sentence when it cannot be done."""
    try:
        check_machine()
        step("environment", [ROOT / "requirements-dev.lock", ROOT / "requirements-bootstrap.lock"], install_python_packages)
        step("node", [ROOT / "package-lock.json"], install_node_packages, needed=(ROOT / "package-lock.json").exists())
        styles = sorted((ROOT / "config" / "static").rglob("*.css"))
        step("frontend", [ROOT / "config" / "frontend.py", ROOT / "package-lock.json", *styles], build_front_end)
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return 0


def check_machine() -> None:
    """Raise ``SetupError`` where Python is too old or cannot make virtual environments."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"Collegium needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or later, and this is {sys.version.split()[0]}. "
            "Name another one: make run PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out
        import venv  # noqa: F401 - as above
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python{version}-venv"
        ) from None


def step(name: str, inputs: Iterable[Path], work: Callable[[], bool], *, needed: bool = True) -> None:
    """Do a piece of work unless it was done with the same inputs. It is done again next time when it returns False."""
    stamp = ENVIRONMENT / f".{name}.stamp"
    digest = hashlib.sha256(sys.version.encode())
    for path in inputs:
        digest.update(path.read_bytes() if path.exists() else b"absent")
    if not needed or (stamp.exists() and stamp.read_text() == digest.hexdigest()):
        return
    if work():
        stamp.write_text(digest.hexdigest())


def install_python_packages() -> bool:
    """Make ``.venv`` what requirements-dev.lock says, with uv where its wheel runs, otherwise with pip."""
    say("Installing the Python packages.")
    if not (TOOLS / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", "--clear", TOOLS)
    pip: list[str | Path] = [TOOLS / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    if not runs(ENVIRONMENT / "bin" / "python"):
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT)
    packages = ROOT / "requirements-dev.lock"
    if works(*pip, "install", "--require-hashes", "-r", ROOT / "requirements-bootstrap.lock"):
        uv = TOOLS / "bin" / "uv"
        if works(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", ENVIRONMENT / "bin" / "python", packages):
            return True
        say("uv could not install them; trying pip.")
    run(*pip, "--python", ENVIRONMENT / "bin" / "python", "install", "--require-hashes", "-r", packages)
    return True


def install_node_packages() -> bool:
    """Fetch fonts and test tools with npm: the machine's own, otherwise one from a wheel.

    Returns False where that fails: pages then use the reader's own fonts, and the next run tries again.
    """
    say("Fetching the fonts.")
    environment = dict(os.environ)
    if shutil.which("npm") is None:
        if not (NODE / "bin" / "npm").exists():
            run(sys.executable, "-m", "venv", "--clear", NODE)
            run(NODE / "bin" / "python", "-m", "pip", "--quiet", "install", "--require-hashes", "-r", ROOT / "requirements-node.lock")
        environment["PATH"] = f"{NODE / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    npm = shutil.which("npm", path=environment["PATH"])
    if npm and works(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", environment=environment):
        return True
    say("npm could not fetch them. The site works without: pages use the reader's own fonts. The next run tries again.")
    return False


def build_front_end() -> bool:
    """Build what pages ship to browsers."""
    run(ENVIRONMENT / "bin" / "python", "-m", "config.frontend")
    return (ROOT / "node_modules").is_dir()


def run(*command: str | Path) -> None:
    """Run a command in the project's folder. Raises ``SetupError`` when it fails; it has said why itself."""
    if not works(*command):
        raise SetupError(f"This did not work: {' '.join(map(str, command))}")


def works(*command: str | Path, environment: dict[str, str] | None = None) -> bool:
    """Whether a command ends well in the project's folder. Bytecode is compiled at once: it saves a third of each start."""
    variables = (environment or dict(os.environ)) | {"UV_COMPILE_BYTECODE": "1", "UV_LINK_MODE": "copy"}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=variables, check=False).returncode == 0


def runs(program: Path) -> bool:
    """Whether a Python is there and starts: an environment breaks when the Python under it is replaced."""
    return program.exists() and subprocess.run([program, "-c", ""], check=False, capture_output=True).returncode == 0


def say(text: str) -> None:
    """Write a line for the person who waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
