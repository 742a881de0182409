"""Documents on the disk: outside of everything that is served, under names that say nothing, readable by the site alone."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

FOLDER: Final = "documents"
_NAME: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep(content: Iterator[bytes]) -> str:
    """The name under which the content is kept from now on. It is there as a whole, or not at all."""
    name = secrets.token_hex(32)
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    try:
        with part.open("xb") as file:
            part.chmod(0o600)
            for piece in content:
                file.write(piece)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return name


def opened(name: str) -> BinaryIO:
    """The file of that name. Raises ``FileNotFoundError``, ``ValueError`` for what is no name of ours."""
    return _path(name).open("rb")


def remove(name: str) -> None:
    """Delete the file; quiet where it is gone."""
    _path(name).unlink(missing_ok=True)


def remove_strays(known: Collection[str], *, older_than: float) -> int:
    """Delete files that no document names and that are older than so many seconds; returns how many. Left by a process that was killed."""
    folder = Path(settings.PRIVATE_ROOT) / FOLDER
    gone = 0
    for path in folder.glob("*/*") if folder.is_dir() else ():
        if path.stem not in known and path.stat().st_mtime < time.time() - older_than:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError("no name of a document")
    return Path(settings.PRIVATE_ROOT) / FOLDER / name[:2] / name
