"""RIS files of many programs: records with repeated tags, several links, no end, no beginning."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.importers import UnreadableFormat, recognise
from papers.importers.base import open_stream, read_records
from papers.importers.ris import RIS, parse
from papers.records import Rejected, WorkRecord

PAYLOAD = Path(__file__).parents[2] / "payloads" / "ris" / "odd.ris"
# Records: grep -c "^ER  -"; works: records with a TI, T1 or CT. RisImporterTest1 goes on after two further TY lines in
# the middle of its only record: three records, of which the last two have no title. The records of example_urls are the
# same work four times. RisImporterCorrupted lacks its TY.
COUNTS = {
    "jabref_RisImporterCorrupted.ris": (1, 0),
    "jabref_RisImporterTest1.ris": (1, 2),
    "jabref_RisImporterTest4a.ris": (1, 0),
    "jabref_RisImporterTest6.ris": (1, 0),
    "jabref_RisImporterTestDOI.ris": (1, 0),
    "jabref_RisImporterTestScopus.ris": (1, 0),
    "rispy_example_basic.ris": (1, 0),
    "rispy_example_empty_tag.ris": (1, 0),
    "rispy_example_full.ris": (2, 0),
    "rispy_example_multiline.ris": (0, 3),
    "rispy_example_urls.ris": (1, 3),
}
REFUSED = {"jabref_IsiImporterTestWOS.isi": "ISI", "rispy_example_wos.ris": "ISI", "jabref_NbibImporterTest.nbib": "NBIB"}


def read(content: bytes | str) -> tuple[list[WorkRecord], list[Rejected]]:
    results = list(parse(io.BytesIO(content.encode() if isinstance(content, str) else content)))
    return [r for r in results if isinstance(r, WorkRecord)], [r for r in results if isinstance(r, Rejected)]


@pytest.mark.parametrize("name", COUNTS)
def test_the_samples(records: Path, name: str) -> None:
    with open_stream(records / "samples" / "ris" / name) as stream:
        assert recognise(stream.head) is RIS
        results = [*read_records(RIS, stream)]

    assert (sum(isinstance(r, WorkRecord) for r in results), sum(isinstance(r, Rejected) for r in results)) == COUNTS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_other_tagged_formats_are_refused_by_name(records: Path, name: str) -> None:
    head = (records / "samples" / "ris" / name).read_bytes()

    with pytest.raises(UnreadableFormat, match=REFUSED[name]):
        recognise(head)


def test_no_sample_is_forgotten(records: Path) -> None:
    assert {path.name for path in (records / "samples" / "ris").iterdir()} == set(COUNTS) | set(REFUSED)


def test_a_record_with_everything() -> None:
    work = read(PAYLOAD.read_bytes())[0][0]

    assert work.title == "A title over two lines with markup & more"
    assert work.type == "proceedings-article"
    assert [(author.name, author.family_name, author.is_organisation) for author in work.authorships] == [
        ("Karl Marx", "Marx", False),
        ("E. Fanning", "Fanning", False),
        ("World Health Organization", "", True),
        ("Astrid Lindgren", "Lindgren", False),
    ]
    assert work.authors_truncated
    assert (work.year, work.month, work.day) == (2013, 4, 18)
    assert dict(work.ids) == {"doi": "10.1000/abc", "arxiv": "2401.00001", "pmid": "26957754", "pmcid": "PMC4756000"}
    assert work.venue is not None
    assert (work.venue.name, work.venue.kind, work.venue.pages) == ("Proceedings of Things", "conference", "10–19")
    assert work.landing_urls == ("http://a.org/1", "https://arxiv.org/abs/2401.00001")
    assert work.pdf_urls == ("http://a.org/3.pdf", "http://a.org/2.pdf")
    assert [topic.name for topic in work.topics] == ["one", "two"]
    assert work.affiliations_unaligned == ("Uni A, Paris",)
    assert (work.cited_by_count, work.cited_by_source, work.language) == (44, "scopus", "en")


def test_missing_ends_and_beginnings() -> None:
    works, (nameless,) = read(PAYLOAD.read_bytes())

    assert [work.title for work in works[1:]] == ["No end of record", "No type"]
    assert works[1].venue is not None
    assert works[1].venue.volume == "2"
    assert (works[2].type, works[2].year) == ("article", None)
    assert (nameless.ordinal, nameless.reason) == (3, "It has no title.")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ending: str) -> None:
    text = ending.join(["TY  - JOUR", "TI  - Grüße", "ER  - ", ""])

    assert [work.title for work in read(text.encode(encoding))[0]] == ["Grüße"]


def test_recognition() -> None:
    assert RIS.recognises(b"\xef\xbb\xbf\r\n\r\nTY  - JOUR\r\nTI  - x\r\n")
    assert not RIS.recognises(b"PMID- 1\nTI  - x\n")
    assert not RIS.recognises(b"TY is short for type - mostly\n")
    assert not RIS.recognises(b"")


PIECES = st.sampled_from(
    [
        "TY  - JOUR\n",
        "TI  - x\n",
        "ER  -\n",
        "ER  - \n",
        "AU  - A, B\n",
        "PY  - 99\n",
        "DO  - \n",
        "UR  - ;\n",
        "junk\n",
        "  - \n",
        "\n",
        "SP  -\n",
        "N1  - Cited By :x\n",
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_each_record_has_one_result(text: str) -> None:
    works, rejected = read(text)

    ordinals = [each.ordinal for each in rejected]
    assert len(set(ordinals)) == len(ordinals)
    assert len({work.record_id for work in works}) == len(works)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_nothing_is_raised(content: bytes) -> None:
    read(content)
    read(b"TY  - JOUR\nTI  - " + content)
    RIS.recognises(content)
