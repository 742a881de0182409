"""Items of JSON inputs: every shape gives the same items, and damage stays where it is."""

import json
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.importers import json_items as module
from papers.importers.json_items import JsonDamage, JsonItem, json_items

LISTS = (("results",), ("message", "items"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
items = st.lists(st.dictionaries(st.text(max_size=8), values, max_size=4), min_size=1, max_size=6)


def read(content):
    return list(json_items(BytesIO(content), LISTS))


def plain(content):
    found = read(content)
    assert all(isinstance(one, JsonItem) for one in found), found
    return [one.value for one in found]


def shapes(works):
    """The same items in every shape in which services and files give them."""
    yield "lines", "".join(json.dumps(work) + "\n" for work in works)
    yield "lines without the last end", "\n".join(json.dumps(work) for work in works)
    yield "lines of Windows", "\r\n".join(json.dumps(work) for work in works)
    yield "lines with gaps", "\n\n".join(json.dumps(work) for work in works) + "\n\n"
    yield "list", json.dumps(works)
    yield "list over lines", json.dumps(works, indent=2)
    yield "list, one a line", "[\n" + ",\n".join(json.dumps(work) for work in works) + "\n]\n"
    yield "answer", json.dumps({"meta": {"count": 1}, "results": works, "group_by": []})
    yield "answer over lines", json.dumps({"meta": {"count": 1}, "results": works}, indent=2)
    yield "answer in an envelope", json.dumps({"status": "ok", "message": {"facets": {}, "items": works}}, indent=1)
    yield (
        "answer with letters as they are",
        json.dumps({"results": works}, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    )


@pytest.mark.parametrize("chunk", [16, 256 * 1024])
@settings(max_examples=20)
@given(works=items)
def test_every_shape_gives_the_same_items(chunk, works):
    usual = module.CHUNK_CHARACTERS
    module.CHUNK_CHARACTERS = chunk
    try:
        for name, text in shapes(works):
            if name.endswith("as they are") and "\\ud" in json.dumps(works):
                continue  # half a character cannot be written in UTF-8
            if any(key in work for work in works for key in ("results", "message")):
                continue
            assert plain(text.encode()) == works, name
    finally:
        module.CHUNK_CHARACTERS = usual


@pytest.mark.parametrize("number", [0.0, 0.5, -1.25e-7, 12.0, 1e300])
def test_a_number_may_be_cut_anywhere(number, monkeypatch):
    for chunk in range(1, 24):
        monkeypatch.setattr(module, "CHUNK_CHARACTERS", chunk)
        for name, text in shapes([{"a": number}, {"b": number}]):
            assert plain(text.encode()) == [{"a": number}, {"b": number}], (name, chunk)


@given(works=items)
def test_answers_in_a_row_are_read_one_after_the_other(works):
    one = json.dumps({"results": works}, indent=1).encode()
    assert plain(one + b"\n" + one) == works * 2


def test_a_byte_order_mark_is_no_obstacle():
    assert plain(b'\xef\xbb\xbf{"a": 1}') == [{"a": 1}]
    assert plain('{"a": "ü"}'.encode("utf-16")) == [{"a": "ü"}]


def test_a_single_document_is_an_item_with_its_lists_left_alone():
    assert plain(b'{"id": 1,\n "data": [1, 2]}') == [{"id": 1, "data": [1, 2]}]


def test_an_empty_list_of_items_has_no_items():
    assert read(b'{"results": []}') == []
    assert read(b"[]") == []
    assert read(b"") == []
    assert read(b" \n \n") == []


def test_an_item_knows_the_document_around_it():
    for indent in (None, 1):
        (found,) = read(json.dumps({"who": {"name": "Ada"}, "results": [{"a": 1}]}, indent=indent).encode())
        assert found.around["who"] == {"name": "Ada"}


@pytest.mark.parametrize(
    "broken", ['{"id": 2, "title": }', '{"id": 2 "title": "x"}', '{"id": 02}', '{"id": nul}', '{"a": [1, 2}', "{'id': 2}"]
)
def test_a_broken_line_is_told_and_the_next_is_read(broken):
    first, damage, last = read(f'{{"id": 1}}\n{broken}\n{{"id": 3}}\n'.encode())
    assert (first.value, last.value) == ({"id": 1}, {"id": 3})
    assert isinstance(damage, JsonDamage)
    assert "JSON" in damage.reason


def test_a_broken_first_line_is_told_and_the_next_is_read():
    damage, item = read(b'{"id": 1, oops\n{"id": 2}\n')
    assert isinstance(damage, JsonDamage)
    assert item.value == {"id": 2}


@pytest.mark.parametrize("broken", ['{"id": 2, "title": }', '{"id": nul, "t": "a }"}', "nul", '{"a": {"b": 01}}'])
def test_a_broken_item_of_an_answer_is_told_and_the_next_is_read(broken):
    first, damage, last = read(f'{{"results": [\n{{"id": 1}},\n{broken},\n{{"id": 3}}]}}'.encode())
    assert (first.value, last.value) == ({"id": 1}, {"id": 3})
    assert damage.reason == "is not valid JSON"


def test_a_cut_answer_gives_what_stood_before_the_cut():
    whole = json.dumps({"results": [{"id": number} for number in range(10)]}).encode()
    *found, last = read(whole[:60])
    assert [one.value["id"] for one in found] == list(range(len(found)))
    assert len(found) >= 4
    assert last.reason == "is cut off: the input ends inside it"


def test_a_cut_last_line_is_told():
    first, cut = read(b'{"id": 1}\n{"id": 2, "ti')
    assert first.value == {"id": 1}
    assert cut.reason == "is cut off: the input ends inside it"


def test_no_number_is_no_value_and_no_crash():
    assert plain(b'{"a": NaN, "b": -Infinity}') == [{"a": None, "b": None}]
    assert isinstance(read(b'{"a": ' + b"9" * 5000 + b"}\n")[0], JsonDamage)
    assert isinstance(read(b"[" * 100_000)[0], JsonDamage)
    assert isinstance(read(b'{"a":' * 50_000)[0], JsonDamage)


def test_an_endless_line_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "MAX_ITEM_CHARACTERS", 1000)
    found = read(b'{"id": 1}\n{"id": "' + b"x" * 5000 + b'"}\n{"id": 3}\n')
    assert [one.value["id"] if isinstance(one, JsonItem) else one.reason for one in found] == [1, "is longer than 64 MB", 3]


def test_a_stretch_of_rubbish_ends_the_reading():
    found = read(b"rubbish " * 10_000)
    assert len(found) < 200
    assert found[-1].reason == "is no JSON for a long stretch, so reading stopped here"


@given(content=st.binary(max_size=400))
def test_any_bytes_are_survived(content):
    for one in read(content):
        assert isinstance(one, JsonItem | JsonDamage)
