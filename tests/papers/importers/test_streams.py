"""Input from files and pipes: gzip is taken off, damage ends the input and is told, memory stays bounded."""

import gzip
import io
import json
import os
import threading
import tracemalloc

import pytest

from papers.importers import open_stream, read_records
from papers.importers.base import HEAD_BYTES, decompressed
from papers.importers.openalex import OPENALEX
from papers.records import Rejected, WorkRecord


def lines(count, weight=0):
    """Works, one a line, each with ``weight`` characters that no field of ours takes."""
    fat = {"ngrams_url": "x" * weight} if weight else {}
    works = (
        {"id": f"https://openalex.org/W{number}", "title": f"Work {number}", "type": "article", **fat} for number in range(1, count + 1)
    )
    return b"".join(json.dumps(work).encode() + b"\n" for work in works)


@pytest.mark.parametrize("size", [0, 1, 2, 100, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, 1_000_000])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_is_read_as_it_is(tmp_path, size, pack):
    content = os.urandom(size).replace(b"\x1f\x8b", b"xx")
    path = tmp_path / "input"
    path.write_bytes(pack(content))
    with open_stream(path) as stream:
        assert stream.head == content[:HEAD_BYTES]
        assert stream.read() == content
        assert stream.damage == ""


def test_a_pipe_that_gives_a_byte_at_a_time_is_read(monkeypatch):
    content = gzip.compress(lines(50))
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for place in range(len(content)):
                pipe.write(content[place : place + 1])

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(pipe))
        with open_stream("-") as stream:
            assert stream.read() == lines(50)
    writer.join()


def test_several_gzip_members_are_one_input():
    assert decompressed(io.BytesIO(gzip.compress(b"one ") + gzip.compress(b"two"))).read() == b"one two"


def test_a_cut_gzip_file_gives_what_could_be_read_and_says_that_it_was_cut():
    content = gzip.compress(lines(5000), mtime=0)
    stream = decompressed(io.BytesIO(content[: len(content) // 2]))
    *results, before, last = read_records(OPENALEX, stream)
    assert len(results) > 1000
    assert all(isinstance(result, WorkRecord) for result in results)
    assert isinstance(before, Rejected | WorkRecord)
    assert isinstance(last, Rejected)
    assert last.reason == "The compressed input ends too early: it was cut off."
    assert last.ordinal == len(results) + 2


def test_a_damaged_gzip_file_gives_what_could_be_read_and_says_so():
    content = bytearray(gzip.compress(lines(5000), mtime=0))
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    first, *_, last = read_records(OPENALEX, decompressed(io.BytesIO(bytes(content))))
    assert isinstance(first, WorkRecord)
    assert isinstance(last, Rejected)


def test_a_file_that_only_begins_like_gzip_is_no_crash():
    stream = decompressed(io.BytesIO(b"\x1f\x8bnot gzip at all"))
    assert stream.read() == b""
    assert stream.damage == "The compressed input is damaged from here on."


def test_a_long_file_needs_little_memory():
    packed = gzip.compress(lines(2_000, weight=20_000), compresslevel=1)
    tracemalloc.start()
    count = sum(1 for _ in read_records(OPENALEX, decompressed(io.BytesIO(packed))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2_000
    assert peak < 8 * 1024 * 1024


def test_a_long_answer_on_one_line_needs_little_memory():
    works = b",".join(lines(2_000, weight=20_000).splitlines())
    answer = b'{"meta": {"count": 1}, "results": [' + works + b"]}"
    tracemalloc.start()
    found = sum(1 for result in OPENALEX.parse(io.BytesIO(answer)) if isinstance(result, WorkRecord))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 2_000
    assert peak < 8 * 1024 * 1024
