"""What can go wrong in this app, in words that views, the API and commands can map once."""

from __future__ import annotations

from collections.abc import Sequence


class PapersError(Exception):
    """Anything that this app raises on purpose."""


class UnknownRefreshKindError(PapersError):
    """Nobody registered this kind of refresh."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no refresh kind is called {kind!r}")
        self.kind = kind


class LeaseLostError(PapersError):
    """Rows that a worker had claimed have passed into other hands; what it computed must not be stored."""

    def __init__(self, kind: str, ids: Sequence[int]) -> None:
        super().__init__(f"{len(ids)} rows of {kind!r} are no longer leased to this worker, the first of them {ids[0]}")
        self.kind = kind
        self.ids = list(ids)


class ImportBusyError(PapersError):
    """Another process is at this import."""

    def __init__(self, run: int) -> None:
        super().__init__(f"Another process is at import {run} already.")
        self.run = run


class BlockBusyError(PapersError):
    """Somebody is deciding about a work whose people were to be compared, or has just decided: the block is taken up again later."""

    def __init__(self) -> None:
        super().__init__("somebody is deciding about works of this block; it is compared again later")
