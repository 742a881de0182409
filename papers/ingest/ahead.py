"""Reading ahead: a file is parsed, fingerprinted and typeset by a second process, while this one writes.

Reading costs about as much as writing, and a machine with two cores can do both at once. What the reader makes comes
in the order of the input, so the outcome does not depend on it. The reader ends with its input, or when nobody takes
what it makes any more.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Generic, Self, TypeVar, cast

from config.lib.mathml import has_markup, render_markup
from papers.importers import format_named
from papers.importers.base import decompressed, read_records
from papers.records import Packed, ParseResult, Rejected, WorkRecord

ItemT = TypeVar("ItemT")

CHUNK = 100  # results handed over at once
ROOT = Path(__file__).resolve().parents[2]
READER = "import sys; from papers.ingest.ahead import serve; serve(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Prepared(Packed):
    """A result with all that can be made of it without a database.

    ``fingerprint`` is sixteen bytes that change whenever anything in the record does. ``title_html`` and
    ``abstract_html`` are "" where there is nothing to typeset.
    """

    result: ParseResult
    fingerprint: bytes = b""
    title_html: str = ""
    abstract_html: str = ""


def typeset(text: str) -> str:
    """The text as HTML with its mathematics as MathML; "" where there is none to set, so that the text itself will do."""
    return str(render_markup(text)) if has_markup(text) else ""


def prepare(result: ParseResult) -> Prepared:
    """What ingest needs of a result. About 0.2 ms for a record, more for one full of mathematics."""
    if isinstance(result, Rejected):
        return Prepared(result)
    return Prepared(result, _fingerprint(result), typeset(result.title), typeset(result.abstract))


def _fingerprint(record: WorkRecord) -> bytes:
    return blake2b(repr(record).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def prepared(results: Iterable[ParseResult]) -> Iterator[Prepared]:
    """Results made ready in this process."""
    return map(prepare, results)


def read_ahead(source: BinaryIO, format_key: str) -> Iterator[tuple[Prepared, int]]:
    """Results of a file made ready by a second process, each with the number of bytes read so far.

    ``source`` must be a real file; it is read from its beginning. Raises ``OSError`` where the reader broke off.
    """
    source.seek(0)
    reader = subprocess.Popen([sys.executable, "-c", READER, format_key], stdin=source, stdout=subprocess.PIPE, cwd=ROOT)
    made = cast("IO[bytes]", reader.stdout)
    try:
        while True:
            try:
                chunk, place = pickle.load(made)  # noqa: S301 - our own process wrote it
            except EOFError:
                break
            for one in chunk:
                yield one, place
        if reader.wait() != 0:
            raise OSError("The process that reads the input broke off.")
    finally:
        made.close()
        reader.wait()


class Upcoming(Generic[ItemT]):
    """An iterator whose next item a second thread fetches from ``fetch`` on, while this one waits for something else.

    A context manager. Without ``in_background`` every item is fetched by this thread when it is asked for.
    """

    def __init__(self, source: Iterator[ItemT], *, in_background: bool) -> None:
        self._source = source
        self._thread = ThreadPoolExecutor(max_workers=1) if in_background else None
        self._coming: Future[ItemT | None] | None = None

    def fetch(self) -> None:
        """Have the next item fetched, if that has not begun."""
        if self._thread is not None and self._coming is None:
            self._coming = self._thread.submit(next, self._source, None)

    def __iter__(self) -> Iterator[ItemT]:
        while (one := self._next()) is not None:
            yield one

    def _next(self) -> ItemT | None:
        coming, self._coming = self._coming, None
        return next(self._source, None) if coming is None else coming.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)


def serve(format_key: str) -> None:
    """Read standard input and write chunks to standard output, until either ends."""
    chosen = format_named(format_key)
    if chosen is None:
        raise SystemExit(f"no format is called {format_key}")
    source, out = sys.stdin.buffer, sys.stdout.buffer
    chunk: list[Prepared] = []
    try:
        for one in prepared(read_records(chosen, decompressed(source))):
            chunk.append(one)
            if len(chunk) == CHUNK:
                pickle.dump((chunk, source.tell()), out, pickle.HIGHEST_PROTOCOL)
                chunk = []
        pickle.dump((chunk, source.tell()), out, pickle.HIGHEST_PROTOCOL)
        out.flush()
    except BrokenPipeError:
        sys.stdout = None  # nobody listens any more, and nobody is told
