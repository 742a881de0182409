"""What every importer shares: the description of a format, and reading input from a file or a pipe.

A parser takes a binary stream and yields one ``ParseResult`` for each item. It raises nothing for bad input: an item
that cannot become a record is a ``Rejected``, and damage that ends the input early is a last ``Rejected``.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Generic, Literal, TypeVar, cast

from papers.records import Rejected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES: Final = 64 * 1024  # what a recogniser is given
EXCERPT_CHARACTERS: Final = 500
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BUFFER_BYTES: Final = 256 * 1024

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Format(Generic[ResultT]):
    """A format that Collegium reads.

    ``parse`` yields results from a stream whose bytes are decompressed already; ``recognises`` tells from the first
    64 kB, decompressed, whether they are of this format and must be quick and raise nothing. ``holds`` says which
    import takes its records: "works" give ``ParseResult``, "institutions" what the ROR import stores.
    """

    key: str
    label: str
    parse: Callable[[BinaryIO], Iterator[ResultT | Rejected]]
    recognises: Callable[[bytes], bool]
    holds: Literal["works", "institutions"] = "works"


class UnreadableFormat(ValueError):  # noqa: N818 - the name says what is wrong with the input
    """The input is of a format that we do not read. ``name`` is the format's name, the message a whole sentence."""

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(advice)
        self.name = name


class InputStream(io.BufferedReader):
    """A decompressed input with its first bytes at hand, from a file or from a pipe, in bounded memory.

    ``head`` holds up to 64 kB that ``read`` gives again. Damage of the compression ends the stream like its end and
    is told in ``damage``, so that what came before it can still be used. Look at ``damage`` after the last read.
    """

    def __init__(self, raw: _Replayed) -> None:
        super().__init__(raw, _BUFFER_BYTES)
        self._replayed = raw

    @property
    def head(self) -> bytes:
        return self._replayed.head

    @property
    def damage(self) -> str:
        """What broke the compressed input, as a sentence, or "" where nothing did (so far)."""
        return self._replayed.damage


class _Replayed(io.RawIOBase):
    """Raw reads of a source whose first bytes were taken already; turns damage into an end."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self.damage = ""
        head = bytearray()
        while len(head) < HEAD_BYTES and (more := self._read_source(HEAD_BYTES - len(head))):
            head += more
        self.head = bytes(head)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self.head[self._given : self._given + len(view)]
        if piece:
            self._given += len(piece)
        else:
            piece = self._read_source(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _read_source(self, size: int) -> bytes:
        if self.damage:
            return b""
        try:
            return _read_some(self._source, size)  # a longer read would lose what came before the damage
        except EOFError:
            self.damage = "The compressed input ends too early: it was cut off."
        except (zlib.error, gzip.BadGzipFile):
            self.damage = "The compressed input is damaged from here on."
        return b""


class _Pushback(io.RawIOBase):
    """A source that cannot seek, with bytes put back before it. Short reads are passed on, as a pipe gives them."""

    def __init__(self, start: bytes, source: BinaryIO) -> None:
        super().__init__()
        self._start = start
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._start[: len(view)]
        if piece:
            self._start = self._start[len(piece) :]
        else:
            piece = _read_some(self._source, len(view))
        view[: len(piece)] = piece
        return len(piece)


@contextlib.contextmanager
def open_stream(path: str | Path) -> Iterator[InputStream]:
    """The file, or standard input for "-", decompressed where its first bytes say gzip. Closes what it opened.

    Raises ``OSError`` where the file cannot be opened or read.
    """
    if str(path) == "-":
        yield decompressed(sys.stdin.buffer)
        return
    with Path(path).open("rb") as source:
        yield decompressed(source)


def decompressed(source: BinaryIO) -> InputStream:
    """The bytes of ``source``, with gzip taken off where it begins with gzip's magic bytes."""
    start = b""
    while len(start) < len(_GZIP_MAGIC) and (more := _read_some(source, len(_GZIP_MAGIC) - len(start))):
        start += more
    whole = cast("BinaryIO", io.BufferedReader(_Pushback(start, source), _BUFFER_BYTES))
    if start == _GZIP_MAGIC:
        whole = cast("BinaryIO", gzip.GzipFile(fileobj=whole, mode="rb"))
    return InputStream(_Replayed(whole))


def _read_some(source: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes without waiting for more than one read gives."""
    read1 = getattr(source, "read1", None)
    return cast("bytes", read1(size) if read1 else source.read(size)) or b""


def read_records(chosen: Format[ResultT], stream: BinaryIO) -> Iterator[ResultT | Rejected]:
    """Everything that the format's parser finds, then one ``Rejected`` where the compressed input was damaged."""
    ordinal = 0
    for result in chosen.parse(stream):
        ordinal += 1
        yield result
    damage = getattr(stream, "damage", "")
    if damage:
        yield Rejected(ordinal=ordinal + 1, record_id="", reason=damage)


def excerpt(value: object) -> str:
    """``value`` as text for a ``Rejected``: one line, printable, at most 500 characters."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text[: EXCERPT_CHARACTERS * 4]).split())[:EXCERPT_CHARACTERS]


def decode_head(head: bytes) -> str:
    """The head as text, by its byte order mark, else UTF-8 with damage replaced. Without leading white space."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
    elif head.startswith(b"\xef\xbb\xbf"):
        text = head[3:].decode("utf-8", "replace")
    else:
        text = head.decode("utf-8", "replace")
    return text.lstrip("\ufeff \t\r\n")
