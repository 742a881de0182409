"""Where the embedded servers keep their data, sockets and logs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.embedded.errors import EmbeddedServerError
from config.embedded.privileges import Account, server_account

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_PATH = 103  # macOS; Linux allows 107
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432")


@dataclass(frozen=True)
class Instance:
    """One set of servers: "main" holds what the site knows, "test" what the tests play with.

    ``state`` is the folder with the data and logs, ``run`` the short one with sockets and locks, ``account`` who
    the servers run as when we are root.
    """

    name: str
    state: Path
    run: Path
    account: Account | None

    def prepare(self) -> None:
        """Make both folders, for the servers' account only. Raises ``EmbeddedServerError`` where they are another's."""
        _make_passable(self.state.parent)
        if self.account is not None and not self.account.can_reach(self.state.parent):
            raise EmbeddedServerError(
                f"The account {self.account.name!r}, which runs the servers, cannot enter {self.state.parent}. "
                "Set COLLEGIUM_STATE to a folder that it can enter."
            )
        for folder in (self.state, self.run):
            folder.mkdir(mode=0o700, exist_ok=True)
            self.give_to_account(folder)
            owner = folder.lstat().st_uid
            expected = self.account.uid if self.account else os.geteuid()
            if folder.is_symlink() or owner != expected:
                raise EmbeddedServerError(
                    f"{folder} belongs to another account (user id {owner}). Use the account that started Collegium "
                    "here before, or set COLLEGIUM_STATE to a folder of your own."
                )

    def give_to_account(self, path: Path) -> None:
        """Hand a path that we made as root to the servers' account; nothing to do otherwise."""
        if self.account is not None and path.lstat().st_uid == 0:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def lock(self, server: str, purpose: str) -> Path:
        """The file that is locked by the users ("users") or the keeper ("keeper") of a server."""
        return self.run / f"{server}.{purpose}.lock"


def state_root(account: Account | None) -> Path:
    """The folder above every instance: ``var/servers`` of the project, or one that the servers' account can reach."""
    chosen = os.environ.get("COLLEGIUM_STATE")
    if chosen:
        return Path(chosen).absolute()
    inside = PROJECT / "var" / "servers"
    if account is None or account.can_reach(inside):
        return inside
    return Path("/var/lib/collegium") / _digest(PROJECT)


@cache
def instance(name: str) -> Instance:
    """The instance of that name for this clone. Touches no file but to look at rights."""
    account = server_account()
    state = state_root(account) / name
    run = state / "run"
    if len(str(run)) + LONGEST_SOCKET_NAME > LONGEST_SOCKET_PATH:
        run = Path(tempfile.gettempdir()) / f"collegium-{os.geteuid()}-{_digest(state)}"
        if len(str(run)) + LONGEST_SOCKET_NAME > LONGEST_SOCKET_PATH:
            run = Path("/tmp") / run.name  # noqa: S108 - prepare() refuses a folder that is not ours
    return Instance(name, state, run, account)


def _make_passable(folder: Path) -> None:
    """Make a folder and those above it that are missing; others may pass through them, whatever our umask says."""
    if not folder.exists():
        _make_passable(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
