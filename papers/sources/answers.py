"""Answers of services kept on disk, so that nothing is asked twice in a day and a changed answer is asked for only."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_WRITES_BETWEEN_PRUNINGS = 50


@dataclass(frozen=True)
class Answer:
    """What a service answered. ``kept_at`` is when (seconds since 1970) it last said that this holds."""

    body: bytes
    etag: str = ""
    last_modified: str = ""
    kept_at: float = 0.0


class AnswerCache:
    """Files in one folder, one an answer: a line of JSON about it, then the body, gzip-compressed.

    An answer younger than ``fresh_seconds`` is used as it is; an older one serves to ask whether it still holds. The
    folder is kept below ``most_bytes`` by removing what was kept longest ago. Several processes may share it: files
    are put in place whole, and one that is damaged or gone counts as absent.
    """

    def __init__(self, folder: Path, *, fresh_seconds: float, most_bytes: int, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._fresh_seconds = fresh_seconds
        self._most_bytes = most_bytes
        self._clock = clock
        self._writes = 0

    def find(self, key: str) -> Answer | None:
        """The answer kept under ``key``, fresh or not, or None."""
        try:
            with gzip.open(self._path(key), "rb") as kept:
                about = json.loads(kept.readline())
                body = kept.read()
            return Answer(body, str(about["etag"]), str(about["last_modified"]), float(about["kept_at"]))
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def is_fresh(self, answer: Answer) -> bool:
        """Whether the answer is young enough to be used without asking."""
        return 0 <= self._clock() - answer.kept_at < self._fresh_seconds

    def keep(self, key: str, body: bytes, *, etag: str = "", last_modified: str = "") -> Answer:
        """Keeps an answer. A full or read-only disk is no reason to fail: it is then not kept."""
        answer = Answer(body, etag, last_modified, self._clock())
        about: Mapping[str, object] = {"etag": etag, "last_modified": last_modified, "kept_at": answer.kept_at}
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
                try:
                    with gzip.open(part, "wb", compresslevel=4) as out:
                        out.write(json.dumps(about).encode() + b"\n" + body)
                    part.close()
                    os.replace(part.name, path)  # noqa: PTH105 - one step on every system
                except BaseException:
                    Path(part.name).unlink(missing_ok=True)
                    raise
        except OSError:
            return answer
        self._writes += 1
        if self._writes % _WRITES_BETWEEN_PRUNINGS == 1:
            self.prune()
        return answer

    def prune(self) -> None:
        """Removes the oldest answers until the folder is below its limit. Costs one look at every file in it."""
        found = []
        for path in self._folder.glob("*/*.gz"):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _when, size, path in sorted(found):
            if total <= self._most_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str) -> Path:
        name = sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.gz"
