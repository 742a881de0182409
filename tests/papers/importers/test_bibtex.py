"""BibTeX files as people keep them: every entry is a work or a reason, and one broken entry stops nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.importers import recognise
from papers.importers.base import open_stream, read_records
from papers.importers.bibtex import BIBTEX, parse
from papers.importers.bibtex_names import parse_names
from papers.importers.reference_files import decode_text
from papers.records import Rejected, WorkRecord
from papers.text import title_key

PAYLOAD = Path(__file__).parents[2] / "payloads" / "bibtex" / "odd.bib"
# Entries of each file: lines that match ^\s*@type[{(] without comment, string, preamble and xdata, counted with grep.
# Works: those with a line "title =" (counted with a Perl one-liner that splits at such lines), read by eye where it is
# not that simple: biber_crossrefs has two volumes (sup2, sup3) that take their title from the multi-volume book;
# jabref_biblatex-software has versions that take theirs from their software; jabref_utf8-bom has a @collection with a
# booktitle; biber_examples has three @set. The rest has no title, or (bbt 009) no field at all.
COUNTS = {
    "bbt_Better_BibTeX.001.bib": (2, 0),
    "bbt_Better_BibTeX.004.bib": (1, 0),
    "bbt_Better_BibTeX.006.bib": (1, 0),
    "bbt_Better_BibTeX.009.bib": (2, 1),
    "bbt_Better_BibTeX.011.bib": (1, 0),
    "bbt_Literal_names.bib": (1, 0),
    "biber_annotations.bib": (2, 0),
    "biber_crossrefs.bib": (33, 13),
    "biber_dateformats.bib": (30, 4),
    "biber_encoding1.bib": (1, 0),
    "biber_encoding3.bib": (1, 0),
    "biber_examples.bib": (101, 31),
    "biber_names.bib": (0, 38),
    "biber_translit.bib": (17, 0),
    "biber_truncation.bib": (10, 0),
    "bibtexparser_gbk_test.bib": (1, 0),
    "jabref_Chocolate.bib": (15, 0),
    "jabref_bibWithMixedContent.bib": (1, 0),
    "jabref_biblatex-software.bib": (9, 0),
    "jabref_complex.bib": (20, 0),
    "jabref_crossref.bib": (4, 0),
    "jabref_encoding-utf-16BE-with-header.bib": (1, 0),
    "jabref_encoding-windows-1252-with-header.bib": (0, 1),
    "jabref_headerless.bib": (1, 0),
    "jabref_jabref-authors.bib": (212, 0),
    "jabref_utf8-bom.bib": (2, 0),
    "jabref_wrong-header.bib": (1, 0),
    "proceedings_real.bib": (299, 0),
}


def read(content: bytes | str) -> tuple[list[WorkRecord], list[Rejected]]:
    results = list(parse(io.BytesIO(content.encode() if isinstance(content, str) else content)))
    return [r for r in results if isinstance(r, WorkRecord)], [r for r in results if isinstance(r, Rejected)]


def entry(**fields: str) -> WorkRecord:
    written = ",\n".join(f"  {name} = {{{value}}}" for name, value in ({"title": "A Title"} | fields).items())
    (work,), rejected = read(f"@article{{key,\n{written}\n}}\n")
    assert not rejected
    return work


@pytest.fixture(scope="module")
def odd() -> tuple[dict[str, WorkRecord], dict[int, Rejected]]:
    works, rejected = read(PAYLOAD.read_bytes())
    return {work.record_id.rpartition(":")[0]: work for work in works}, {each.ordinal: each for each in rejected}


@pytest.mark.parametrize("name", COUNTS)
def test_the_samples(records: Path, name: str) -> None:
    with open_stream(records / "samples" / "bibtex" / name) as stream:
        assert recognise(stream.head) is BIBTEX
        results = [*read_records(BIBTEX, stream)]

    assert (sum(isinstance(r, WorkRecord) for r in results), sum(isinstance(r, Rejected) for r in results)) == COUNTS[name]


def test_no_sample_is_forgotten(records: Path) -> None:
    names = {path.name for path in (records / "samples" / "bibtex").glob("*.bib")}

    assert names - set(COUNTS) == {"jabref_empty.bib"}  # an empty input, refused by name


def test_real_proceedings_keep_titles_authors_and_years(records: Path) -> None:
    path = records / "samples" / "bibtex" / "proceedings_real.bib"
    works, rejected = read(path.read_bytes())
    text = path.read_text("utf-8")

    assert (len(works), len(rejected)) == (299, 0)
    assert len(re.findall(r"^% \S+:", text, re.MULTILINE)) == 299
    assert all(work.year and 1995 <= work.year <= 2025 and work.authorships and work.venue for work in works)
    assert sum(len(work.authorships) for work in works) == sum(
        len(re.split(r"\s+and\s+", value))
        for value in re.findall(r"^\s*author\s*=\s*\{(.*?)\}\s*,?\s*\n", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    )


@pytest.mark.parametrize(
    "name, title",
    [
        ("biber_encoding1.bib", "Šome title"),
        ("biber_encoding3.bib", "Söme title"),
        ("jabref_encoding-utf-16BE-with-header.bib", "Ü ist ein Umlaut"),
        ("bibtexparser_gbk_test.bib", "Test Title"),
    ],
)
def test_encodings(records: Path, name: str, title: str) -> None:
    (work,), _ = read((records / "samples" / "bibtex" / name).read_bytes())

    assert work.title == title
    if "gbk" in name:
        assert (work.authorships[0].name, work.venue and work.venue.name) == ("凯撒", "测试期刊")


@pytest.mark.parametrize(
    "content, expected",
    [
        ("Grüße".encode(), "Grüße"),
        ("\ufeffGrüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("utf-16-le"), "Grüße"),
        ("Grüße – “x”".encode("cp1252"), "Grüße – “x”"),
        ("标题测试".encode("gbk"), "标题测试"),
        (b"% Encoding: ISO-8859-2\n\xb9koda", "% Encoding: ISO-8859-2\nškoda"),
        (b"\x81\x8d\x90", "\x81\x8d\x90"),
    ],
)
def test_bytes_to_text(content: bytes, expected: str) -> None:
    assert decode_text(content) == expected


def test_an_entry_with_everything(odd: tuple[dict[str, WorkRecord], dict[int, Rejected]]) -> None:
    work = odd[0]["child"]

    assert work.title == r"A LaTeX Title: On $\ell_1$ – 50% of it"
    assert [(author.name, author.family_name, author.is_organisation) for author in work.authorships] == [
        ("Hans Müller", "Müller", False),
        ("Charles de la Vallée Poussin", "de la Vallée Poussin", False),
        ("The Example Group", "", True),
        ("Martin Luther King Jr.", "King", False),
    ]
    assert work.authors_truncated
    assert work.venue is not None
    assert (work.venue.name, work.venue.kind, work.venue.volume, work.venue.pages) == (
        "Proceedings of the Example",
        "conference",
        "27",
        "1–9",
    )
    assert (work.year, work.month) == (2014, 7)
    assert [topic.name for topic in work.topics] == ["Deep Learning", "kernels", "deep learning"]
    assert work.pdf_urls == ("https://proceedings.example.org/1.pdf",)
    assert work.code_urls == ("https://github.com/ada/one",)


def test_broken_entries_are_mended_or_rejected_alone(odd: tuple[dict[str, WorkRecord], dict[int, Rejected]]) -> None:
    works, rejected = odd

    assert title_key(works["broken"].title) == "anunbalancedtitle"
    assert [author.name for author in works["broken"].authorships] == ["Ada One", "Bo Two"]
    assert works["broken"].venue is not None
    assert works["broken"].venue.name == "Advances in Neural Information Processing Systems"
    assert works["parens"].ids == {"doi": "10.1000/abc"}
    assert works["parens"].year == 2016
    assert {each.reason for each in rejected.values()} == {
        "It repeats entry number 6.",
        "It has no title.",
        "It is a set of other entries.",
        "The entry has no fields that could be read.",
    }
    assert len(works) + len(rejected) == 12


def test_preprints_and_retractions(odd: tuple[dict[str, WorkRecord], dict[int, Rejected]]) -> None:
    works, _ = odd

    assert (works["vaswani"].type, dict(works["vaswani"].ids)) == ("preprint", {"arxiv": "1706.03762"})
    assert (works["eprint"].ids["arxiv"], works["eprint"].year, works["eprint"].month, works["eprint"].day) == (
        "hep-th/9711200",
        1997,
        11,
        27,
    )
    assert works["copy"].record_id != works["eprint"].record_id
    assert works["retracted"].is_retracted


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"year": "1985a", "month": "january"}, (1985, 1, None)),
        ({"year": "1995--1996", "month": "14"}, (1995, None, None)),
        ({"date": "2009-03"}, (2009, 3, None)),
        ({"date": "1996-12-10/1996-12-12"}, (1996, 12, 10)),
        ({"date": "1995-1-04"}, (1995, None, None)),
        ({"year": "2016", "month": "20--22 Jun"}, (2016, 6, None)),
        ({"year": "forthcoming"}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_dates(fields: dict[str, str], expected: tuple[int | None, ...]) -> None:
    work = entry(**fields)

    assert (work.year, work.month, work.day) == expected


@pytest.mark.parametrize(
    "written, expected",
    [
        ("Knuth, Donald E.", [("Knuth", "Donald E.", "")]),
        ("Ludwig van Beethoven", [("van Beethoven", "Ludwig", "")]),
        ("von Hicks, III, Michael", [("von Hicks", "Michael", "III")]),
        ("Pimentel, Jr. ,Joseph J.", [("Pimentel", "Joseph J.", "Jr.")]),
        ("{Barnes and Noble} and {{\\'E}cole}", [("Barnes and Noble", "", ""), ("École", "", "")]),
        ("Ian {Iliad Ipswich}", [("Iliad Ipswich", "Ian", "")]),
        ("{\\v S}omeone Smith", [("Smith", "Šomeone", "")]),
        ("id=testid, given=Alfred, family=Adler, prefix=von", [("von Adler", "Alfred", "")]),
        ("Ada One, Bo Two, Cy Three", [("One", "Ada", ""), ("Two", "Bo", ""), ("Three", "Cy", "")]),
        ("nosortothers=false and Simon Sly", [("Sly", "Simon", "")]),
        ("Madonna", [("Madonna", "", "")]),
        ("", []),
    ],
)
def test_names(written: str, expected: list[tuple[str, str, str]]) -> None:
    names, truncated = parse_names(written)

    assert [(name.family, name.given, name.suffix) for name in names] == expected
    assert not truncated


def test_keys_of_two_files_do_not_collide() -> None:
    (one,), _ = read("@article{1,\n title={One}, year=2001}")
    (other,), _ = read("@article{1,\n title={Other}, year=2001}")

    assert one.record_id != other.record_id


def test_recognition() -> None:
    assert BIBTEX.recognises(b"% comment\n\n@Article{key,\n")
    assert not BIBTEX.recognises(b"write to me@example.org, please")
    assert not BIBTEX.recognises(b'{"a": "\n@article{x,"}')
    assert not BIBTEX.recognises(b"")


PIECES = st.sampled_from(
    [
        "@article{k,",
        "@book(",
        "@string{a=",
        "@comment{",
        "title={",
        "author={A and B}",
        "}",
        "{",
        '"',
        "#",
        ",",
        "\n",
        "=",
        "year=2001",
        "crossref={k}",
        "\\'",
        "é",
        "@",
        "%",
        "xdata={k}",
        "\\",
        "$",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_the_file_holds_nothing_is_raised(text: str) -> None:
    read(text)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_nothing_is_raised(content: bytes) -> None:
    read(b"@article{k, title={" + content + b"}}")
    BIBTEX.recognises(content)
