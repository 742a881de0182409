"""Cutting a batch so that one piece of work stays bounded, whatever the objects in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def in_pieces(objects: Iterable[T], *, weight: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """The objects in order, in runs that weigh at most ``most`` each; one that weighs more comes alone."""
    piece: list[T] = []
    weighs = 0
    for one in objects:
        weighs += weight(one)
        if piece and weighs > most:
            yield piece
            piece, weighs = [], weight(one)
        piece.append(one)
    if piece:
        yield piece
