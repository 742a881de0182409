"""arXiv's answers, in each of its formats, become one record for each preprint."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.importers import recognise
from papers.importers.arxiv import parse
from papers.importers.arxiv_authors import authorships_of_parts, authorships_of_text
from papers.importers.base import open_stream, read_records
from papers.records import Rejected, WorkRecord

PAYLOADS = Path(__file__).parents[2] / "payloads" / "arxiv"
# Works and rejected items: grep -c "<entry>" and grep -c "<record>" of each file; the entry of id_abc is arXiv's error.
COUNTS = {
    "arxiv_atom/id_0000.0000_s0.xml": ("arxiv", 0, 0),
    "arxiv_atom/id_0808.05394_1707.08567_s0.xml": ("arxiv", 1, 0),
    "arxiv_atom/id_1605.08386_s0.xml": ("arxiv", 1, 0),
    "arxiv_atom/id_abc_s0.xml": ("arxiv", 0, 1),
    "arxiv_atom/id_astro-ph_0601001_s0.xml": ("arxiv", 1, 0),
    "arxiv_atom/q_testing_s0.xml": ("arxiv", 10, 0),
    "arxiv_oai/arxiv_0901_2443.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/arxiv_multi_20230125.xml": ("arxiv-oai", 3, 0),
    "arxiv_oai/hepcrawl_record.xml": ("arxiv-oai", 12, 0),
    "arxiv_oai/hepcrawl_record0.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/hepcrawl_record2.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/hepcrawl_record4.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/hepcrawl_record6.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/hepcrawl_record8.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/oai_ArXiv.org_hep-th_0408048.xml": ("arxiv-oai", 1, 0),
}


def read(path: Path) -> tuple[list[WorkRecord], list[Rejected]]:
    with open_stream(path) as stream:
        results = list(read_records(recognise(stream.head), stream))
    return [r for r in results if isinstance(r, WorkRecord)], [r for r in results if isinstance(r, Rejected)]


def by_id(path: Path, arxiv: str) -> WorkRecord:
    return next(record for record in read(path)[0] if record.record_id == arxiv)


@pytest.mark.parametrize("name", COUNTS)
def test_the_samples(records: Path, name: str) -> None:
    key, works, rejected = COUNTS[name]
    with open_stream(records / "samples" / name) as stream:
        assert recognise(stream.head).key == key
    found, refused = read(records / "samples" / name)

    assert (len(found), len(refused)) == (works, rejected)
    assert all(record.source == "arxiv" and record.type == "preprint" and record.year and record.topics for record in found)


def test_no_sample_is_forgotten(records: Path) -> None:
    names = {f"{folder}/{path.name}" for folder in ("arxiv_atom", "arxiv_oai") for path in (records / "samples" / folder).glob("*.xml")}

    assert names == set(COUNTS)


def test_an_atom_entry(records: Path) -> None:
    record = by_id(records / "samples/arxiv_atom/q_testing_s0.xml", "2405.13786")

    assert [author.name for author in record.authorships] == ["Aurora Ramírez", "Mario Berrios", "José Raúl Romero", "Robert Feldt"]
    assert dict(record.ids) == {"arxiv": "2405.13786", "doi": "10.1109/icstw58534.2023.00023"}
    assert [(topic.scheme, topic.identifier, topic.name) for topic in record.topics] == [
        ("arxiv", "cs.SE", "Software Engineering"),
        ("arxiv", "cs.AI", "Artificial Intelligence"),
    ]
    assert (record.year, record.month, record.day) == (2024, 5, 22)
    assert record.landing_urls == ("https://arxiv.org/abs/2405.13786",)
    assert record.venue is not None
    assert record.venue.kind == "repository"


def test_what_arxiv_says_instead_of_an_entry_is_a_reason(records: Path) -> None:
    _, (rejected,) = read(records / "samples/arxiv_atom/id_abc_s0.xml")

    assert rejected.reason == "arXiv answered with an error: incorrect id format for abc."


def test_affiliations_and_old_ids(records: Path) -> None:
    (record,), _ = read(records / "samples/arxiv_atom/id_astro-ph_0601001_s0.xml")

    assert record.record_id == "astro-ph/0601001"
    assert record.authorships[0].affiliations == ("Ohio State",)
    assert "$1^{+1.39}$" not in record.abstract
    assert "3–5 day periods" in record.abstract


def test_dublin_core(records: Path) -> None:
    record = by_id(records / "samples/arxiv_oai/arxiv_multi_20230125.xml", "1412.1417")

    assert record.authorships[2].name == "Aaron D. Lauda"
    assert (record.authorships[2].given_name, record.authorships[2].family_name) == ("Aaron D.", "Lauda")
    assert [topic.identifier for topic in record.topics] == ["math.QA", "math.RT"]
    assert dict(record.ids) == {"arxiv": "1412.1417", "doi": "10.1112/jlms.12001"}
    assert record.abstract.startswith("We identify the trace")
    assert (record.year, record.month, record.day, record.updated) == (2014, 12, 3, date(2023, 1, 25))


def test_collaborations(records: Path) -> None:
    path = records / "samples/arxiv_oai/hepcrawl_record.xml"
    organisations = {record.record_id: [author.name for author in record.authorships if author.is_organisation] for record in read(path)[0]}

    assert organisations["1601.03238"] == ["Planck Collaboration"]
    assert organisations["1512.07978"] == ["IceCube Collaboration"]
    assert organisations["1603.05976"] == ["Keck Array", "BICEP2 Collaborations"]
    assert organisations["1606.06775"] == ["DES Collaboration"]
    assert organisations["1606.07538"] == ["Super-Kamiokande Collaboration"]
    assert organisations["1606.04259"] == []
    assert [author.name for author in by_id(path, "1512.07978").authorships] == ["Teresa Maria Montaruli", "IceCube Collaboration"]


def test_the_raw_format_withdrawals_and_deletions() -> None:
    (withdrawn, fine), (deleted, odd) = read(PAYLOADS / "oai_raw.xml")

    assert withdrawn.title == r"On the $\ell_1$-norm of Hölder functions"
    assert [(author.name, author.affiliations, author.is_organisation) for author in withdrawn.authorships] == [
        ("Ada One", ("Uni A, Paris",), False),
        ("Benoît Two, Jr.", ("Uni A, Paris", "Lab B"), False),
        ("Example Collaboration", (), True),
    ]
    assert withdrawn.is_retracted
    assert withdrawn.retraction_note.startswith("This paper has been withdrawn")
    assert withdrawn.ids["doi"] == "10.1000/xyz"
    assert withdrawn.code_urls == ("https://github.com/ada/one",)
    assert (withdrawn.year, withdrawn.month, withdrawn.day) == (2024, 1, 1)
    assert withdrawn.licence == "http://creativecommons.org/licenses/by/4.0/"
    assert not fine.is_retracted, "the drugs were withdrawn, not the paper"
    assert deleted.reason == "arXiv has deleted this record."
    assert deleted.record_id == "oai:arXiv.org:2401.00002"
    assert "'marc'" in odd.reason


def test_broken_xml_keeps_what_stood_before_the_damage() -> None:
    content = (PAYLOADS / "oai_raw.xml").read_bytes()
    results = list(parse(io.BytesIO(content[: content.index(b"2401.00004")])))

    assert isinstance(results[0], WorkRecord)
    assert isinstance(results[-1], Rejected)
    assert "broken from here on" in results[-1].reason


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    attack = (
        f'<!DOCTYPE feed [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "zzzz">]><feed xmlns="http://www.w3.org/2005/Atom">'
        "<entry><id>http://arxiv.org/abs/2401.00001v1</id><title>A &x; &y; title</title></entry></feed>"
    )

    for result in parse(io.BytesIO(attack.encode())):
        assert "hidden" not in str(result)


def test_three_thousand_authors() -> None:
    assert len(authorships_of_parts([("Lovelace", f"A{place}.", "", []) for place in range(3000)])) == 3000


@given(st.text(alphabet="ABab .,()12;:and&\\'{}", max_size=60))
def test_any_line_of_authors_is_read(text: str) -> None:
    authorships = authorships_of_text(text)

    assert [authorship.position for authorship in authorships] == list(range(len(authorships)))
    assert all(authorship.name for authorship in authorships)


@given(st.binary(max_size=120))
def test_whatever_the_bytes_are_nothing_is_raised(content: bytes) -> None:
    list(parse(io.BytesIO(content)))
    list(parse(io.BytesIO(b"<feed><entry>" + content + b"</entry></feed>")))
