"""The items of a JSON input, one at a time: JSON lines, an answer of a service, or several answers in a row.

Memory is bounded by the largest single item, not by the input. Damage stays where it is: a broken item is one
``JsonDamage`` and the next item is read; an input that was cut gives what stood before the cut and a last
``JsonDamage``. Nothing here raises for bad input.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Protocol

CHUNK_CHARACTERS = 256 * 1024
MAX_ITEM_CHARACTERS: Final = 64 * 1024 * 1024  # 3,000 authors with affiliations are about 3 MB

MAX_DAMAGE_IN_A_ROW: Final = 100

Path = tuple[str, ...]

_WHITE_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_SCALAR_END = re.compile(r'[\s,\[\]{}:"]')
_decoder = json.JSONDecoder(parse_constant=lambda _name: None)  # NaN and Infinity are no JSON: unknown


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One item. ``around`` is the document that it stood in, as far as it was read before the item."""

    value: Any
    around: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JsonDamage:
    """A place that is no JSON."""

    reason: str
    text: str


class Readable(Protocol):
    """What gives bytes and lines of bytes when asked: a binary stream, or a part of one."""

    def read(self, size: int = -1, /) -> bytes: ...

    def readline(self, limit: int = -1, /) -> bytes: ...


Found = JsonItem | JsonDamage


class _Cut(Exception):  # noqa: N818 - never leaves this module
    """The input ended inside a value."""


class _TooLong(Exception):  # noqa: N818 - never leaves this module
    """One value is longer than ``MAX_ITEM_CHARACTERS``."""


def json_items(stream: Readable, arrays: Collection[Path]) -> Iterator[Found]:
    """Every item of the input.

    ``arrays`` names the places that hold lists of items, as paths of keys (``("message", "items")``). A document that
    has one of them gives the items of the list; a list gives its members; any other document is itself an item.
    """
    start = stream.readline(CHUNK_CHARACTERS)
    while start and not start.strip():
        start = stream.readline(CHUNK_CHARACTERS)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _documents(stream, [start], arrays, "utf-16")
        return
    second = b"" if not start.endswith(b"\n") else stream.readline(CHUNK_CHARACTERS)
    if _is_lines(start, second):
        yield from _lines(stream, [start, second], arrays)
    else:
        yield from _documents(stream, [start, second], arrays, "utf-8-sig")


def _is_lines(start: bytes, second: bytes) -> bool:
    """Whether the input has one JSON value a line. A broken first line before a second object counts, too."""
    if not start.endswith(b"\n"):
        return False
    try:
        json.loads(start)
    except (ValueError, RecursionError):
        opens_more = start.rstrip().endswith((b"{", b"[", b","))
        return not opens_more and start.lstrip(b"\xef\xbb\xbf").startswith(b"{") and second.startswith(b"{")
    return True


# --- one value a line --------------------------------------------------------------------------------------------


def _lines(stream: Readable, first: list[bytes], arrays: Collection[Path]) -> Iterator[Found]:
    reads = chain(first, iter(lambda: stream.readline(MAX_ITEM_CHARACTERS), b""))
    whole = b""
    for line in reads:
        whole = whole + line if whole else line
        if not line.endswith(b"\n") and len(whole) < MAX_ITEM_CHARACTERS:
            continue  # the second line was read in part only, or this is the last line without its end
        yield from _line(whole, arrays)
        if not whole.endswith(b"\n"):
            _skip_line(stream)
        whole = b""
    if whole:
        yield from _line(whole, arrays)


def _line(line: bytes, arrays: Collection[Path]) -> Iterator[Found]:
    text = line.decode("utf-8", "replace").strip("\ufeff \t\r\n")
    if not text:
        return
    if len(line) >= MAX_ITEM_CHARACTERS:
        yield JsonDamage("is longer than 64 MB", text[:2000])
        return
    try:
        value = _decoder.decode(text)
    except RecursionError:
        yield JsonDamage("is nested too deeply", text[:2000])
    except ValueError as error:
        ended = line.endswith(b"\n")
        reason = f"is not valid JSON ({_where(error)})" if ended else "is cut off: the input ends inside it"
        yield JsonDamage(reason, text[:2000])
    else:
        yield from _members(value, arrays)


def _where(error: ValueError) -> str:
    return f"{error.msg}, character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else "a number is too long"


def _skip_line(stream: Readable) -> None:
    while (more := stream.readline(CHUNK_CHARACTERS)) and not more.endswith(b"\n"):
        pass


def _members(value: Any, arrays: Collection[Path]) -> Iterator[JsonItem]:
    if isinstance(value, list):
        for member in value:
            yield JsonItem(member)
        return
    lists = [found for path in arrays if isinstance(found := _at(value, path), list)]
    if not lists:
        yield JsonItem(value, value if isinstance(value, dict) else {})
    for members in lists:
        for member in members:
            yield JsonItem(member, value)


def _at(value: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


# --- documents over several lines --------------------------------------------------------------------------------


def _documents(stream: Readable, first: list[bytes], arrays: Collection[Path], encoding: str) -> Iterator[Found]:
    reader = _Reader(stream, first, encoding, arrays)
    damaged = 0
    while reader.peek():
        try:
            for found in reader.document():
                yield found
                damaged = damaged + 1 if isinstance(found, JsonDamage) else 0
                if damaged > MAX_DAMAGE_IN_A_ROW:
                    yield JsonDamage("is no JSON for a long stretch, so reading stopped here", reader.rest())
                    return
        except _Cut:
            yield JsonDamage("is cut off: the input ends inside it", reader.rest())
            return
        except _TooLong:
            yield JsonDamage("is longer than 64 MB, so reading stopped here", reader.rest())
            return


class _Reader:
    """A window over the text of the input, moved along as values are read."""

    def __init__(self, stream: Readable, first: list[bytes], encoding: str, arrays: Collection[Path]) -> None:
        self._pieces = chain(first, iter(lambda: stream.read(CHUNK_CHARACTERS), b""))
        self._decode = codecs.getincrementaldecoder(encoding)("replace")
        self._arrays = frozenset(arrays)
        self._prefixes = frozenset(path[:length] for path in arrays for length in range(1, len(path)))
        self._text = ""
        self._at = 0
        self._ended = False

    def document(self) -> Generator[Found, None, None]:
        """The items of the next top-level value."""
        opening = self.peek()
        if opening == "{":
            document: dict[str, Any] = {}
            held = yield from self._object((), document, document)
            if not held:
                yield JsonItem(document, document)
        elif opening == "[":
            yield from self._array({})
        else:
            yield self._item({})

    def peek(self) -> str:
        """The next character that is no white space, without taking it; "" at the end."""
        while True:
            match = _WHITE_SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def rest(self) -> str:
        """The beginning of what was not understood."""
        return self._text[self._at : self._at + 2000]

    def _object(self, path: Path, document: dict[str, Any], into: dict[str, Any]) -> Generator[Found, None, bool]:
        """Reads an object into ``into``; yields the members of lists of items. Returns whether there were such lists."""
        self._at += 1
        held = False
        while (mark := self._expect()) != "}":
            if mark == ",":
                self._at += 1
                continue
            key = self._item({})
            if isinstance(key, JsonDamage) or not isinstance(key.value, str) or self._expect() != ":":
                yield key if isinstance(key, JsonDamage) else JsonDamage("is not valid JSON (a key is missing)", self.rest())
                continue
            self._at += 1
            here = (*path, key.value)
            opening = self._expect()
            if opening == "[" and here in self._arrays:
                held = True
                yield from self._array(document)
            elif opening == "{" and here in self._prefixes:
                inner: dict[str, Any] = {}
                into[key.value] = inner
                inside = yield from self._object(here, document, inner)
                held = held or inside
            else:
                found = self._item({})
                if isinstance(found, JsonDamage):
                    yield found
                else:
                    into[key.value] = found.value
        self._at += 1
        return held

    def _array(self, document: dict[str, Any]) -> Iterator[Found]:
        self._at += 1
        while (mark := self._expect()) != "]":
            if mark == ",":
                self._at += 1
            else:
                yield self._item(document)
        self._at += 1

    def _expect(self) -> str:
        mark = self.peek()
        if not mark:
            raise _Cut
        return mark

    def _item(self, document: dict[str, Any]) -> Found:
        """The value that begins here. Raises ``_Cut`` where the input ends inside it."""
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                end = self._end_of_broken()
                if end:
                    broken = self._text[self._at : min(end, self._at + 2000)]
                    self._at = end
                    return JsonDamage("is not valid JSON", broken)
            else:
                # A number that nothing ends in the window may go on in the next piece, "0" or "0." as "0.5".
                cut = isinstance(value, int | float) and not _SCALAR_END.search(self._text, self._at)
                if not cut or not self._more(keep=True):
                    self._at = end
                    return JsonItem(value, document)
                continue
            if not self._more(keep=True):
                raise _Cut

    def _end_of_broken(self) -> int:
        """Where the value that begins here ends by its brackets; 0 where that lies beyond the window."""
        if self._text[self._at] not in '{["':
            match = _SCALAR_END.search(self._text, self._at)
            end = match.start() if match else len(self._text)
            return max(end, self._at + 1) if match or self._ended else 0
        depth = 0
        for token in _STRUCTURE.finditer(self._text, self._at):
            mark = token.group()
            if mark == '"':
                return 0  # a string that does not end in the window
            if mark in "{[":
                depth += 1
            elif mark in "}]":
                depth -= 1
            if depth <= 0:
                return token.end()
        return 0

    def _more(self, *, keep: bool = False) -> bool:
        """Reads at least as much again as is kept, so that trying anew costs no more than the input is long."""
        kept = self._text[self._at :] if keep else ""
        if len(kept) > MAX_ITEM_CHARACTERS:
            raise _TooLong
        wanted = max(CHUNK_CHARACTERS, len(kept))
        pieces = [kept]
        got = 0
        while got < wanted and not self._ended:
            raw = next(self._pieces, None)
            self._ended = raw is None
            piece = self._decode.decode(raw or b"", final=self._ended)
            pieces.append(piece)
            got += len(piece)
        self._text = "".join(pieces)
        self._at = 0
        return got > 0
