"""What the keeper and the lease ask of a server, whichever it is."""

from __future__ import annotations

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from config.embedded.places import Instance
from config.embedded.privileges import die_with_parent


class Server(ABC):
    """One server of an instance. It listens on a Unix socket in the instance's run folder and nowhere else."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    seconds_to_stop: ClassVar[float] = 20.0

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    @property
    def folder(self) -> Path:
        """Where this server keeps its data."""
        return self.instance.state / self.name

    @property
    def log(self) -> Path:
        """What this server and its keeper have to say."""
        return self.instance.state / f"{self.name}.log"

    @property
    @abstractmethod
    def url(self) -> str:
        """The address that the site uses."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder where there is none and clear away what a killed server left behind."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line of the server process, in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server answers a question now. Costs one connection."""

    def ready(self) -> None:  # noqa: B027 - only PostgreSQL has something left to do
        """Called by each lease once the server answers."""

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process as a child that ends when this process does."""
        account = self.instance.account
        return subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            cwd=self.instance.state,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env=server_environment(),
            preexec_fn=die_with_parent(self.stop_signal),  # noqa: PLW1509 - the keeper has one thread
        )

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop the process in order, and by force when it takes too long."""
        if process.poll() is None:
            process.send_signal(self.stop_signal)
        try:
            process.wait(self.seconds_to_stop)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT if self.name == "postgres" else signal.SIGKILL)
            process.wait()


def server_environment() -> dict[str, str]:
    """The environment for a server: ours without what would change where it connects or what it speaks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "DYLD_"))}
    return kept | {"LANG": "C", "LC_ALL": "C"}


def process_command(pid: int) -> str:
    """The command line of a process, or "" when there is none of that id."""
    try:
        said = subprocess.run(
            ["ps", "-o", "command=", "-ww", "-p", str(pid)],  # noqa: S607 - wherever the machine keeps it
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except FileNotFoundError:  # a small container without procps
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    return said.stdout.strip()
