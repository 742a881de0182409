"""Who runs a server: PostgreSQL refuses to run as root, so root steps down to an account without rights."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedServerError

PR_SET_PDEATHSIG = 1
READ, EXECUTE = 4, 1


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine."""

    name: str
    uid: int
    gid: int

    def may(self, path: Path, wanted: int) -> bool:
        """Whether this account has the wanted rights (``READ``, ``EXECUTE`` or both) on the path itself."""
        state = path.stat()
        if state.st_uid == self.uid:
            granted = state.st_mode >> 6
        elif state.st_gid == self.gid:
            granted = state.st_mode >> 3
        else:
            granted = state.st_mode
        return granted & wanted == wanted

    def can_reach(self, path: Path) -> bool:
        """Whether this account can walk from the root of the file system into the folder ``path``."""
        existing = path.absolute()
        while not existing.exists():
            existing = existing.parent
        return all(self.may(folder, EXECUTE) for folder in (existing.resolve(), *existing.resolve().parents))


def server_account() -> Account | None:
    """The account that servers run under when we are root; None when we are not (they run as we do)."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("COLLEGIUM_SERVER_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and this machine has no account {name!r} to step down to. "
            "Name one with COLLEGIUM_SERVER_USER, or run the command as an ordinary user."
        ) from None
    return Account(name, entry.pw_uid, entry.pw_gid)


def die_with_parent(signal_number: signal.Signals) -> Callable[[], None] | None:
    """A ``preexec_fn`` that has Linux send the signal to the child when its parent dies; None elsewhere.

    ``subprocess`` calls it after changing the user, as it must be: a change of user clears the setting.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal_number)

    return ask_the_kernel
