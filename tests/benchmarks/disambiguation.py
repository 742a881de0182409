"""How quickly mentions become persons, from the file to clusters, at one, two and four times the size; memory; later mentions."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from papers.disambiguation import Index, Mention, disambiguate
from papers.disambiguation.works_file import read_mentions
from tests.benchmarks.rows import Measured, Skipped, at_least, at_most

FILES = ("works_ml.jsonl.gz", "works_acl.jsonl.gz")
PARTS = 4
PORTION = 500  # works that arrive at once


def measure(records: Path | None) -> Iterator[Measured]:
    """Rows in CPU seconds of one process: each size in a process of its own, so that memory is its own too."""
    if records is None or not all((records / name).is_file() for name in FILES):
        yield Skipped("disambiguation", "needs real records (COLLEGIUM_DATA)")
        return
    rates = []
    for part in (1, 2, 4):
        mentions, seconds, megabytes = _apart(_batch, records, part)
        rates.append(mentions / seconds)
        yield at_least(f"mentions/s at {part} quarters", mentions / seconds, "/s", 4_000)
        if part == PARTS:
            yield at_most(f"memory, {mentions} mentions", megabytes, "MB", 1_000)
    yield at_least("speed at 4 against 1", rates[-1] / rates[0], "times", 0.5)
    later, seconds, _ = _apart(_later, records, PARTS)
    yield at_least("later mentions/s", later / seconds, "/s", 1_000)


def _apart(task: object, records: Path, part: int) -> tuple[int, float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: tuple[int, float, float] = pool.apply(task, (records, part))  # type: ignore[arg-type]
    return found


def _read(records: Path, part: int) -> Iterator[Mention]:
    """The mentions of every work whose place, counted in fours, is below the part."""
    place, last = 0, ""
    for name in FILES:
        for mention in read_mentions(records / name):
            if mention.work.key != last:
                place, last = place + 1, mention.work.key
            if place % PARTS < part:
                yield mention


def _warm(records: Path) -> None:
    """Have everything compiled before the clock starts."""
    few = [mention for mention, _ in zip(_read(records, 1), range(500), strict=False)]
    disambiguate(few)


def _batch(records: Path, part: int) -> tuple[int, float, float]:
    _warm(records)
    started = time.process_time()
    found = disambiguate(_read(records, part))
    seconds = time.process_time() - started
    return sum(len(one.mentions) for one in found.clusters), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _later(records: Path, part: int) -> tuple[int, float, float]:
    """The last fifth of the works arrives after the others, in portions."""
    mentions = list(_read(records, part))
    works = list(dict.fromkeys(mention.work.key for mention in mentions))
    early = set(works[: len(works) * 4 // 5])
    known = [mention for mention in mentions if mention.work.key in early]
    names = {key: str(place) for key, place in disambiguate(known).places().items()}
    index = Index(known, names)
    later: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.work.key not in early:
            later.setdefault(mention.work.key, []).append(mention)
    arriving = list(later.values())
    started = time.process_time()
    for at in range(0, len(arriving), PORTION):
        index.assign(mention for work in arriving[at : at + PORTION] for mention in work)
    return sum(map(len, arriving)), time.process_time() - started, 0.0
