"""Locks on files, which the kernel gives back however their holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """A lock on one file, shared or exclusive. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def try_shared(self) -> bool:
        """Take the lock beside other sharers. False when somebody holds it for themselves."""
        return self._take(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock for ourselves, or turn a shared one into that. False when somebody else holds it.

        Turning is not atomic: when it fails the shared lock may be gone, so it is given back.
        """
        return self._take(fcntl.LOCK_EX)

    def share(self, seconds: float) -> bool:
        """Wait up to so many seconds for a shared lock."""
        deadline = time.monotonic() + seconds
        while not self.try_shared():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, kind: int) -> bool:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True


def is_held(path: Path) -> bool:
    """Whether anybody holds a lock on the file right now."""
    lock = FileLock(path)
    free = lock.try_exclusive()
    lock.release()
    return not free
