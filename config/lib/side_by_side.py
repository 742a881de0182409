"""Work in pieces on several connections at once: most of it is the database's, whose processes need no lock of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

PieceT = TypeVar("PieceT")
ResultT = TypeVar("ResultT")


def side_by_side(work: Callable[[PieceT], ResultT], pieces: Sequence[PieceT], workers: int = 2) -> Iterator[ResultT]:
    """What ``work`` returns for each piece, in their order; so many pieces at a time, each on a connection of its own.

    Within a transaction one after the other, on its connection, as another would not see what it wrote. Raises what ``work`` raises; pieces
    that nobody has begun on are left undone then.
    """
    if connection.in_atomic_block or workers < 2:  # noqa: PLR2004 - one alone needs no thread
        yield from map(work, pieces)
        return
    threads = ThreadPoolExecutor(max_workers=workers)
    try:
        yield from threads.map(lambda piece: _apart(work, piece), pieces)
    finally:
        threads.shutdown(cancel_futures=True)


def _apart(work: Callable[[PieceT], ResultT], piece: PieceT) -> ResultT:
    try:
        return work(piece)
    finally:
        connection.close()  # the thread's own
