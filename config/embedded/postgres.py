"""The embedded PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded.binaries import major_version, postgres_folder
from config.embedded.errors import EmbeddedServerError
from config.embedded.server import Server, process_command, server_environment

SUPERUSER = "collegium"
DATABASE = "collegium"
FIRST_VERSION_WITH_BUILTIN_LOCALES = 17
MEGABYTE = 1024 * 1024


class Postgres(Server):
    """A cluster of the instance's own, reached through its socket by the owner of the run folder only."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": ends connections, writes a checkpoint

    @property
    def url(self) -> str:
        """The ``DATABASE_URL`` of the site's database."""
        return f"postgres://{SUPERUSER}@{quote(str(self.instance.run), safe='')}:5432/{DATABASE}"

    def prepare(self) -> None:
        """See ``Server``. Making a cluster takes one to three seconds."""
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._clear_stale_pid_file()

    def command(self) -> list[str]:
        """See ``Server``."""
        program = postgres_folder(self.instance.account) / "postgres"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.instance.run),
            "unix_socket_permissions": "0700",
            **tuning(_memory_bytes()),
            **(CARELESS if self.instance.name.startswith("test") else {}),
        }
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(program), "-D", str(self.folder), *flags]

    def answers(self) -> bool:
        """See ``Server``."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def ready(self) -> None:
        """Make the site's database where it is missing."""
        with self._connect("postgres") as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if found is None:
                try:
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
                except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    return  # another process was quicker

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self.instance.run), port=5432, user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5)

    def _initialise(self) -> None:
        """Run initdb in a folder beside, so that a cluster is there whole or not at all."""
        programs = postgres_folder(self.instance.account)
        unfinished = self.folder.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.instance.give_to_account(unfinished)
        command = [
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--auth-local=trust",  # the socket's folder is closed to everybody else
            "--auth-host=reject",
            "--no-instructions",
            *locale_options(major_version(programs)),
        ]
        account = self.instance.account
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=unfinished,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env=server_environment(),
        )
        if done.returncode:
            raise EmbeddedServerError(f"initdb could not make {self.folder}: {(done.stderr or done.stdout).strip()}")
        unfinished.rename(self.folder)

    def _check_version(self) -> None:
        made_by = int((self.folder / "PG_VERSION").read_text().strip().split(".")[0])
        programs = postgres_folder(self.instance.account)
        ours = major_version(programs)
        if made_by != ours:
            raise EmbeddedServerError(
                f"{self.folder} was made by PostgreSQL {made_by}, and {programs} is PostgreSQL {ours}. Make a backup "
                "with the old version (make backup), move the folder away, and restore (make restore FILE=...)."
            )

    def _clear_stale_pid_file(self) -> None:
        """Stop a server that nobody keeps any more, and remove the pid file of one that is gone.

        PostgreSQL takes any living process of ours with the old number for a running server; we look at what
        that process is. We hold the keeper's lock here, so no other keeper's server is met.
        """
        pid_file = self.folder / "postmaster.pid"
        deadline = time.monotonic() + 30
        while (pid := _first_number(pid_file)) is not None:
            if str(self.folder) not in process_command(pid):
                pid_file.unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"A PostgreSQL that nobody keeps (process {pid}) does not stop. End it by hand.")
            try:
                os.kill(pid, self.stop_signal)
            except ProcessLookupError:
                continue
            time.sleep(0.2)


CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""For tests only: what a crash would lose is thrown away anyhow."""


def tuning(memory: int) -> dict[str, str]:
    """Settings for one machine that PostgreSQL shares with the site, given its memory in bytes."""
    shared = min(max(memory // 8, 64 * MEGABYTE), 1024 * MEGABYTE)
    return {
        "shared_buffers": f"{shared // MEGABYTE}MB",
        "effective_cache_size": f"{max(memory // 2, 256 * MEGABYTE) // MEGABYTE}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * MEGABYTE), 256 * MEGABYTE) // MEGABYTE}MB",
        "max_connections": "100",
        "random_page_cost": "1.1",
        "jit": "off",  # pages run short queries: compiling costs more than it saves
        "wal_level": "minimal",  # no replicas: bulk loads into new tables write no log
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "log_min_messages": "warning",
        "log_min_duration_statement": "2000",
        "timezone": "UTC",
    }


def locale_options(version: int) -> list[str]:
    """The initdb options for a code-point order in which letters of every script count as letters.

    pg_trgm silently drops letters outside ASCII under the plain C locale.
    """
    character_type = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
    if version < FIRST_VERSION_WITH_BUILTIN_LOCALES:
        return ["--locale=C", f"--lc-ctype={character_type}"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={character_type}"]


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _first_number(path: Path) -> int | None:
    """The process id in a pid file; None when there is no file or none in it."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return None
    except ValueError:
        path.unlink(missing_ok=True)
        return None
