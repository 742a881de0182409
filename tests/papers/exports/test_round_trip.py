"""What we write, our own importers read as it was."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papers.exports import bibtex, ris
from papers.importers.bibtex import BIBTEX
from papers.importers.ris import RIS
from papers.records import AuthorshipRecord, TopicRecord, VenueRecord, WorkRecord
from papers.text import clean_text

FORMATS = {"bibtex": (bibtex.write, BIBTEX), "ris": (ris.write, RIS)}


def read_back(name, *records):
    write, read = FORMATS[name]
    return list(read.parse(BytesIO("".join(write(records)).encode())))


def record(title="On engines", people=("Ada Byron", "Ludwig van Beethoven"), **said):
    authorships = tuple(AuthorshipRecord(person, place) for place, person in enumerate(people))
    return WorkRecord(
        **{"source": "collegium", "record_id": "x", "title": title, "type": "article", "year": 1843, **said}, authorships=authorships
    )


@pytest.mark.parametrize("name", FORMATS)
def test_every_field_comes_back(name):
    venue = VenueRecord("Journal of Engines & Looms", issn=("1234-5679",), volume="3", issue="2", pages="10–21")
    written = record(
        title="A 50% gain & $x_1^2$ for BERT_2 #1",
        month=3,
        venue=venue,
        ids={"doi": "10.1234/a_b", "arxiv": "2401.00001"},
        abstract="It costs 5% of $O(n^2)$ and A_1.",
        landing_urls=("https://example.org/a_b?x=1%20&y=2",),
        topics=(TopicRecord("Engines"), TopicRecord("Looms & cards")),
        language="en",
    )

    [read] = read_back(name, written)

    assert read.title == written.title
    assert read.abstract == written.abstract
    assert (read.year, read.month, read.type) == (1843, 3, "article")
    assert read.ids == written.ids
    assert [one.name for one in read.authorships] == ["Ada Byron", "Ludwig van Beethoven"]
    assert (read.venue.name, read.venue.volume, read.venue.issue) == (venue.name, "3", "2")
    assert read.venue.pages.replace("-", "–").replace("––", "–") == "10–21"
    assert read.venue.issn == venue.issn
    assert "https://example.org/a_b?x=1%20&y=2" in read.landing_urls
    assert [topic.name for topic in read.topics] == ["Engines", "Looms & cards"]
    assert read.language == "en"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["article", "proceedings-article", "book", "book-chapter", "dissertation", "report"])
def test_the_kind_of_work_comes_back(name, kind):
    [read] = read_back(name, record(type=kind, venue=VenueRecord("Somewhere")))

    assert read.type == kind


@pytest.mark.parametrize("name", FORMATS)
def test_a_preprint_and_a_retraction_come_back(name):
    [read] = read_back(name, record(type="preprint", ids={"arxiv": "2401.00001"}, is_retracted=True))

    assert read.type == "preprint"
    assert name == "ris" or read.is_retracted  # the notes of RIS files say too many things to be read so


@pytest.mark.parametrize("name", FORMATS)
def test_many_works_come_back_as_many(name):
    assert [read.title for read in read_back(name, record("One"), record("Two"), record("Three"))] == ["One", "Two", "Three"]


WORDS = st.text(alphabet="abzABZéüßøŁ論文Жя019 -:;,.!?()&%#_^~{}[]@/<>+=*'|\"\\$", min_size=1, max_size=60)


@pytest.mark.parametrize("name", FORMATS)
@given(title=WORDS)
@example(title="A -- b")
@example(title="Rust & {braces} \\ and a tail\\")
@example(title="100% of #1 at a_b^c~d")
@example(title="0}}#~ as no BibTeX balances it")
@example(title="\\=A is no accent")
@example(title="0_~ and {a~} of x_{\\}")
def test_any_clean_title_comes_back(name, title):
    clean = clean_text(title, markup="html")
    if not any(character.isalnum() for character in clean):
        return
    [read] = read_back(name, record(clean))

    assert plain(read.title) == plain(clean)


def plain(text: str) -> str:
    """Letters and digits: what formulas and quotation marks are typeset with may change its spelling."""
    return "".join(character for character in text if character.isalnum()).casefold()
