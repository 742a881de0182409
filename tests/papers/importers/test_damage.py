"""Cut and mutated inputs: no importer raises, whatever the bytes, and what it gives can be stored."""

import contextlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.importers import FORMATS, UnreadableFormat, format_named, read_records, recognise
from papers.importers.base import decompressed
from papers.records import Rejected, WorkRecord

PAYLOADS = Path(__file__).parents[2] / "payloads"
SEEDS = {
    "openalex": (PAYLOADS / "openalex" / "works_list.json").read_bytes(),
    "crossref": (PAYLOADS / "crossref" / "work.json").read_bytes(),
    "s2": (PAYLOADS / "s2" / "batch.json").read_bytes(),
    "orcid": (PAYLOADS / "orcid" / "record.json").read_bytes(),
    "orcid-xml": (PAYLOADS / "orcid" / "work.xml").read_bytes(),
}


def read(key, content):
    chosen = format_named(key.removesuffix("-xml"))
    assert chosen is not None
    results = list(read_records(chosen, decompressed(BytesIO(content))))
    for result in results:
        assert isinstance(result, WorkRecord | Rejected)
        if isinstance(result, Rejected):
            assert result.reason
            assert len(result.excerpt) <= 500
            assert len(result.record_id) <= 300
        else:
            assert result.title
            assert 0 < len(result.record_id) <= 300
        repr(result).encode("utf-8")  # half a character would not go into the database
    return results


@pytest.mark.parametrize("key", SEEDS)
@given(share=st.floats(0, 1))
def test_a_cut_input_is_read_up_to_the_cut(key, share):
    seed = SEEDS[key]
    cut = seed[: int(len(seed) * share)]
    results = read(key, cut)
    if b"}" in cut.rstrip() and len(cut.rstrip()) < len(seed.rstrip()):
        assert results
        assert isinstance(results[-1], Rejected)


@pytest.mark.parametrize("key", SEEDS)
@given(changes=st.lists(st.tuples(st.integers(0, 100_000), st.binary(max_size=6)), min_size=1, max_size=12))
def test_a_mutated_input_is_survived(key, changes):
    content = bytearray(SEEDS[key])
    for place, replacement in changes:
        start = place % len(content)
        content[start : start + len(replacement)] = replacement
    read(key, bytes(content))


@pytest.mark.parametrize("key", SEEDS)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_survived(key, content):
    read(key, content)


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_recognised_or_refused(content):
    with contextlib.suppress(UnreadableFormat):
        assert recognise(content) in FORMATS


@pytest.mark.parametrize("key", SEEDS)
@given(share=st.floats(0.2, 1))
def test_a_cut_head_is_recognised_or_refused_and_never_taken_for_another_format(key, share):
    seed = SEEDS[key]
    try:
        chosen = recognise(seed[: int(len(seed) * share)])
    except UnreadableFormat:
        return
    assert chosen.key == key.removesuffix("-xml")
