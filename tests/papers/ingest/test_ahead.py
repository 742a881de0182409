"""The next batch is fetched while the present one is committed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from papers.ingest.ahead import Upcoming


def _numbers(threads: list[str], *, last: int = 3) -> Iterator[int]:
    for number in range(1, last + 1):
        threads.append(threading.current_thread().name)
        yield number


def test_what_was_asked_for_early_comes_in_order_and_from_a_second_thread() -> None:
    threads: list[str] = []
    with Upcoming(_numbers(threads), in_background=True) as upcoming:
        taken = []
        for number in upcoming:
            taken.append(number)
            upcoming.fetch()
            upcoming.fetch()
    assert taken == [1, 2, 3]
    assert threads[0] == threading.current_thread().name
    assert threading.current_thread().name not in threads[1:]


def test_nothing_is_fetched_early_where_the_source_asks_the_database() -> None:
    threads: list[str] = []
    with Upcoming(_numbers(threads), in_background=False) as upcoming:
        for _ in upcoming:
            upcoming.fetch()
    assert set(threads) == {threading.current_thread().name}


def test_a_source_that_breaks_off_says_so_when_its_turn_comes() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("The process that reads the input broke off.")

    with Upcoming(broken(), in_background=True) as upcoming:
        taken = iter(upcoming)
        assert next(taken) == 1
        upcoming.fetch()
        with pytest.raises(OSError, match="broke off"):
            next(taken)
