"""Files that only their owner may read, in the private store: written whole or not at all, found by an unguessable name."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Final

from django.conf import settings

FOLDER: Final = "exports"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{43}\.zip")


def new_name() -> str:
    """A name that nobody can guess: 256 bits."""
    return f"{secrets.token_urlsafe(32)}.zip"


def place_of(name: str) -> Path:
    """Where the archive of that name lies. Raises ``ValueError`` for what is no name of ours, so that no row leads elsewhere."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a name in the private store")
    return folder() / name


def folder() -> Path:
    """The folder of the archives, made for us alone where it is not there yet."""
    found = Path(settings.PRIVATE_ROOT) / FOLDER
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def remove(name: str) -> None:
    """Delete an archive and what a killed writer left of it. Quiet where there is none."""
    place = place_of(name)
    place.unlink(missing_ok=True)
    for half in place.parent.glob(f"{place.stem}.*.part"):
        half.unlink(missing_ok=True)
