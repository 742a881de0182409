"""References in each format, as reference managers read them."""

from __future__ import annotations

import json

import pytest

from papers.exports import bibtex, csl, ris
from papers.exports.common import key_stem, keys, page_range
from papers.exports.names import split_name
from papers.records import AuthorshipRecord, TopicRecord, VenueRecord, WorkRecord


def record(**said):
    people = said.pop("people", ["Ada Byron", "Charles Babbage"])
    authorships = tuple(
        person if isinstance(person, AuthorshipRecord) else AuthorshipRecord(person, place) for place, person in enumerate(people)
    )
    return WorkRecord(
        **{"source": "collegium", "record_id": "x", "title": "On engines", "type": "article", "year": 1843, **said}, authorships=authorships
    )


FULL = record(
    title="A 50% gain & $x_1^2$ for {BERT}_2",
    month=3,
    day=5,
    venue=VenueRecord("Journal of Engines & Looms", abbreviation="JEL", issn=("1234-5679",), volume="3", issue="2", pages="10\u201321"),
    ids={"doi": "10.1234/a_b", "arxiv": "2401.00001"},
    landing_urls=("https://example.org/a_b?x=1%20&y={2}",),
    topics=(TopicRecord("Engines"), TopicRecord("Looms, Jacquard")),
    abstract="First line.\nSecond line costs $5 and 10%.",
)


@pytest.mark.parametrize(
    "name, parts",
    [
        ("Ada Byron", ("Byron", "Ada", "")),
        ("Ludwig van Beethoven", ("van Beethoven", "Ludwig", "")),
        ("Maria de la Cruz", ("de la Cruz", "Maria", "")),
        ("Byron, Ada", ("Byron", "Ada", "")),
        ("Martin Luther King Jr.", ("King", "Martin Luther", "Jr.")),
        ("Martin Luther King, Jr.", ("King", "Martin Luther", "Jr.")),
        ("King, Jr., Martin Luther", ("King", "Martin Luther", "Jr.")),
        ("Plato", ("Plato", "", "")),
        ("李娜", ("李娜", "", "")),
        ("Van Nguyen", ("Nguyen", "Van", "")),
    ],
)
def test_names_come_apart_where_references_part_them(name, parts):
    assert split_name(name) == parts


def test_a_key_says_who_when_and_what():
    assert key_stem(record(people=["Jürgen van der Müller"], title="The $k$-means algorithm")) == "vandermuller1843means"
    assert key_stem(record(people=[], title="论文", year=None)) == "lunwen"
    assert key_stem(record(people=[], title="$x$", year=None)) == "work"


def test_keys_are_never_given_twice():
    key_of = keys()

    given = [key_of(record()) for _ in range(30)]

    assert given[:3] == ["byron1843engines", "byron1843enginesa", "byron1843enginesb"]
    assert given[27] == "byron1843enginesaa"
    assert len(set(given)) == 30


@pytest.mark.parametrize(
    "pages, split",
    [("1-10", ("1", "10")), ("1--10", ("1", "10")), ("e12", ("e12", "")), ("12:1\u201312:9", ("12:1", "12:9")), ("", ("", ""))],
)
def test_page_ranges(pages, split):
    assert page_range(pages) == split


def test_bibtex_escapes_everything_but_formulas():
    written = "".join(bibtex.write([FULL]))

    assert written.startswith("@article{byron1843gain,\n")
    assert r"title = {{A 50\% gain \& $x_1^2$ for \{BERT\}\_2}}," in written
    assert "author = {Byron, Ada and Babbage, Charles}," in written
    assert r"journal = {Journal of Engines \& Looms}," in written
    assert "pages = {10--21}," in written
    assert "month = mar," in written
    assert "doi = {10.1234/a_b}," in written
    assert "eprint = {2401.00001}," in written
    assert "url = {https://example.org/a_b?x=1%20&y=%7B2%7D}," in written
    assert r"abstract = {First line. Second line costs \$5 and 10\%.}," in written
    assert "keywords = {Engines, Looms Jacquard}," in written


def test_bibtex_braces_always_balance():
    written = "".join(bibtex.write([record(title=r"Odd $\{ x$ and } and {")]))

    depth = 0
    for character in written.replace(r"\{", "").replace(r"\}", ""):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


def test_bibtex_names_organisations_and_cut_lists():
    group = AuthorshipRecord("The Engine and Loom Collaboration", 0, is_organisation=True)
    written = "".join(bibtex.write([record(people=[group, "Simon and Sons Ltd"], authors_truncated=True)]))

    assert "author = {{The Engine and Loom Collaboration} and Ltd, {Simon and Sons} and others}," in written


@pytest.mark.parametrize(
    "kind, entry, container",
    [
        ("proceedings-article", "@inproceedings", "booktitle"),
        ("book-chapter", "@incollection", "booktitle"),
        ("dissertation", "@phdthesis", "school"),
        ("dataset", "@misc", "howpublished"),
    ],
)
def test_bibtex_has_an_entry_for_each_kind_of_work(kind, entry, container):
    written = "".join(bibtex.write([record(type=kind, venue=VenueRecord("Somewhere"))]))

    assert written.startswith(entry)
    assert f"{container} = {{Somewhere}}," in written


def test_ris_gives_one_tag_a_line():
    lines = "".join(ris.write([FULL])).split("\r\n")

    assert lines[0] == "TY  - JOUR"
    assert "AU  - Byron, Ada" in lines
    assert "DA  - 1843/03/05/" in lines
    assert "SP  - 10" in lines
    assert "EP  - 21" in lines
    assert "AB  - First line. Second line costs $5 and 10%." in lines
    assert [line for line in lines if line.startswith("KW")] == ["KW  - Engines", "KW  - Looms, Jacquard"]
    assert lines[-3:] == ["ER  - ", "", ""]


def test_csl_json_is_an_array_that_citation_processors_read():
    [item] = json.loads("".join(csl.write([FULL])))

    assert item["type"] == "article-journal"
    assert item["author"] == [{"family": "Byron", "given": "Ada"}, {"family": "Babbage", "given": "Charles"}]
    assert item["issued"] == {"date-parts": [[1843, 3, 5]]}
    assert item["page"] == "10-21"
    assert item["DOI"] == "10.1234/a_b"
    assert "ISBN" not in item  # what is not known is not said


def test_csl_json_of_none_one_and_many_is_json():
    for count in (0, 1, 3):
        assert len(json.loads("".join(csl.write([record()] * count)))) == count


def test_a_retracted_work_says_so_in_every_format():
    retracted = record(is_retracted=True, retraction_note="Fabricated engines.")

    assert "note = {Retracted: Fabricated engines.}," in "".join(bibtex.write([retracted]))
    assert "N1  - Retracted: Fabricated engines.\r\n" in "".join(ris.write([retracted]))
    assert json.loads("".join(csl.write([retracted])))[0]["note"] == "Retracted: Fabricated engines."


def test_a_work_of_nobody_and_no_year_is_written_too():
    bare = record(people=[], year=None, title="论文")

    assert "@article{lunwen,\n  title = {{论文}},\n}" in "".join(bibtex.write([bare]))
    assert "AU" not in "".join(ris.write([bare]))
    assert "issued" not in json.loads("".join(csl.write([bare])))[0]
