"""The benchmarks' own reckoning: rows and bars, records that stand in for real ones, the pictures' file format."""

from __future__ import annotations

import base64
import gzip
import json
import struct
import zlib

from papers.importers import recognise
from papers.records import WorkRecord
from tests.benchmarks import imports
from tests.benchmarks.rows import Skipped, as_json, as_line, at_least, at_most, ratio_at_most
from tests.live.shots import png_with_palette


def test_a_bar_holds_up_to_the_very_figure():
    assert at_most("page.html", 60, "kB", 60).holds
    assert at_most("page.html", 60.1, "kB", 60).holds is False
    assert at_least("import", 1000, "works/s", 1000).holds
    assert at_least("import", 999, "works/s", 1000).holds is False
    assert ratio_at_most("page", 20, "ms", 2, "bare page", 10).holds
    assert ratio_at_most("page", 20.1, "ms", 2, "bare page", 10).holds is False


def test_a_figure_without_a_bar_is_only_watched():
    assert at_most("import.figures", 140, "s").holds is None
    assert ratio_at_most("page.home", 50, "ms", None, "bare page", 7).holds is None


def test_a_row_in_json_has_every_field_that_other_programs_read():
    row = json.loads(as_json(ratio_at_most("page.researcher", 12.5, "ms", 2, "bare page", 10)))
    assert row == {
        "name": "page.researcher",
        "value": 12.5,
        "unit": "ms",
        "reference": "bare page",
        "reference_value": 10,
        "ratio": 1.25,
        "bar": "ratio ≤ 2",
        "holds": True,
    }


def test_what_was_not_measured_says_why():
    skipped = Skipped("page.assets", "no Chromium")
    assert json.loads(as_json(skipped)) == {"name": "page.assets", "skipped": "no Chromium"}
    assert "no Chromium" in as_line(skipped)


def test_the_demo_records_many_times_over_stand_in_as_different_works_of_different_people(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "COPIES_OF_DEMO", 3)
    path, name = imports.records_file(tmp_path, None)
    assert name == "demo records, 3 times"
    with gzip.open(path, "rb") as lines:
        chosen = recognise(lines.read(65536))
        lines.seek(0)
        records = list(chosen.parse(lines))
    assert all(isinstance(record, WorkRecord) for record in records)
    assert len(records) == len({record.record_id for record in records}) == 3 * 128
    tians = {person.name for record in records for person in record.authorships if person.name.startswith("Yuandong Tian")}
    assert len(tians) == 3
    assert not any(person.ids for record in records for person in record.authorships)


def test_a_picture_is_a_png_with_a_palette():
    pixels = bytes([0, 1, 1, 0, 0, 1])
    png = png_with_palette({"width": 3, "height": 2, "palette": [255, 255, 255, 0, 0, 0], "pixels": base64.b64encode(pixels).decode()})
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = {}, 8
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        content = png[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", png, place + 8 + length)[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (3, 2, 8, 3, 0, 0, 0)
    assert chunks[b"PLTE"] == b"\xff\xff\xff\0\0\0"
    assert zlib.decompress(chunks[b"IDAT"]) == b"\0" + pixels[:3] + b"\0" + pixels[3:]
