"""OpenAlex: what becomes of each field of a work."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from papers.importers.openalex import OPENALEX, abstract_of
from papers.records import InstitutionRecord, ReferenceRecord, Rejected, TopicRecord, VenueRecord

PAYLOAD = Path(__file__).parents[2] / "payloads" / "openalex" / "works_list.json"


WRONG: tuple[Any, ...] = (None, "text", 5, [], {}, [None, 1, "x", {}, []], True)


def parse(*works):
    return list(OPENALEX.parse(BytesIO("\n".join(json.dumps(work) for work in works).encode())))


def work(**fields):
    return {"id": "https://openalex.org/W1", "title": "A title", "type": "article", "authorships": [], **fields}


@pytest.fixture(scope="module")
def results():
    return list(OPENALEX.parse(BytesIO(PAYLOAD.read_bytes())))


def test_a_list_answer_gives_its_works_and_says_what_it_leaves_out(results):
    notes, notice, untitled = results
    assert (notes.record_id, notice.record_id) == ("W1000000001", "W1000000002")
    assert untitled == Rejected(3, "W1000000003", "It has no title.", untitled.excerpt)


def test_title_abstract_and_date_are_readable(results):
    notes = results[0]
    assert notes.title == "Notes on the Analytical Engine & its $n$ cards"
    assert notes.abstract == "The analytical engine weaves algebraic patterns."
    assert (notes.year, notes.month, notes.day) == (2021, 3, 4)
    assert notes.language == "en"


def test_the_first_of_january_is_a_year_only(results):
    assert (results[1].year, results[1].month, results[1].day) == (2022, None, None)


def test_identifiers_are_in_their_normal_form(results):
    assert results[0].ids == {
        "openalex": "W1000000001",
        "doi": "10.5555/ada.1",
        "arxiv": "2103.00001",
        "pmid": "12345678",
        "pmcid": "PMC7654321",
    }


def test_people_keep_their_place_though_somebody_is_nameless(results):
    ada, grace = results[0].authorships
    assert (ada.name, ada.position, ada.is_corresponding) == ("A. A. Lovelace", 0, True)
    assert ada.ids == {"openalex": "A5000000001", "orcid": "0000-0002-1825-0097"}
    assert not ada.orcid_authenticated
    assert ada.affiliations == ("Dept. of Engines, University of Engines, London",)
    assert ada.institutions == (
        InstitutionRecord(name="University of Engines", ror="05gq02987", country_code="GB", ids={"openalex": "I1"}),
        InstitutionRecord(name="Unregistered Society", ids={"openalex": "I2"}),
    )
    assert (grace.name, grace.position, grace.affiliations) == ("Grace Hopper", 2, ("Navy Yard",))


def test_a_conference_paper_is_told_from_a_journal_article(results):
    assert results[0].type == "proceedings-article"
    assert results[0].venue == VenueRecord(name="Conference on Engines", kind="conference", issn=("2434-561X",), volume="7", pages="11-19")
    assert parse(work(primary_location={"source": {"display_name": "J", "type": "journal"}}))[0].type == "article"


def test_addresses_are_web_addresses(results):
    assert results[0].landing_urls == ("https://doi.org/10.5555/Ada.1", "http://arxiv.org/abs/2103.00001")
    assert results[0].pdf_urls == ("https://arxiv.org/pdf/2103.00001",)
    assert results[0].licence == "cc-by"


def test_counts_say_whose_and_when(results):
    assert (results[0].cited_by_count, results[0].cited_by_source, results[0].cited_by_as_of) == (42, "openalex", date(2025, 6, 11))
    uncounted = parse(work(cited_by_count=None, updated_date="2025-06-11"))[0]
    assert (uncounted.cited_by_count, uncounted.cited_by_source, uncounted.cited_by_as_of) == (None, "", None)


def test_topics_come_with_what_stands_above_them(results):
    topic, keyword = results[0].topics
    assert topic == TopicRecord(
        "Neural Networks and Applications", "openalex", "T10320", 0.98, "Artificial Intelligence", "Computer Science", "Physical Sciences"
    )
    assert keyword == TopicRecord("Engine", "keyword", score=0.5)


def test_old_records_have_concepts_instead_of_topics():
    old = parse(work(concepts=[{"display_name": "Physics", "score": 0.9}, {"display_name": "Cake", "score": 0.1}]))[0]
    assert [topic.name for topic in old.topics] == ["Physics"]


def test_references_are_works_of_openalex(results):
    assert results[0].references == (ReferenceRecord("openalex", "W1000000009"),)


def test_a_notice_of_retraction_is_not_what_was_retracted(results):
    assert (results[1].type, results[1].is_retracted) == ("erratum", False)
    assert parse(work(is_retracted=True))[0].is_retracted


@pytest.mark.parametrize(
    "listed,fields,truncated",
    [
        (100, {}, True),
        (100, {"is_authors_truncated": False}, False),
        (100, {"authors_count": 100}, False),
        (100, {"authors_count": 2900}, True),
        (3, {"is_authors_truncated": True}, True),
        (99, {}, False),
        (3000, {}, False),
    ],
)
def test_a_cut_list_of_authors_is_known_to_be_cut(listed, fields, truncated):
    authorships = [{"author": {"display_name": f"Author {place}"}} for place in range(listed)]
    found = parse(work(authorships=authorships, **fields))[0]
    assert found.authors_truncated is truncated
    assert [authorship.position for authorship in found.authorships] == list(range(listed))


@pytest.mark.parametrize(
    "fields,reason",
    [
        ({"id": "https://openalex.org/A1"}, "It is an author of OpenAlex, not a work."),
        ({"id": None}, "It has no OpenAlex id."),
        ({"type": "grant"}, "It is a grant, not a work."),
        ({"is_paratext": True}, "It is a cover, a table of contents or the like (paratext), not a work."),
        ({"title": "  ", "display_name": "<i> </i>"}, "It has no title."),
    ],
)
def test_what_is_no_work_says_why(fields, reason):
    assert parse(work(**fields))[0].reason == reason


@pytest.mark.parametrize(
    "theirs,ours",
    [
        ("journal-article", "article"),
        ("posted-content", "preprint"),
        ("preprint", "preprint"),
        ("letter", "article"),
        ("dissertation", "dissertation"),
        ("peer-review", "peer-review"),
        ("something new", "other"),
        (None, "other"),
        ("monograph", "book"),
    ],
)
def test_types(theirs, ours):
    assert parse(work(type=theirs))[0].type == ours


def test_a_year_that_contradicts_its_date_wins_without_month():
    found = parse(work(publication_year=1999, publication_date="2005-06-07"))[0]
    assert (found.year, found.month, found.day) == (1999, None, None)


def test_an_abstract_is_put_together_whatever_its_index_says():
    assert abstract_of(None) == ""
    assert abstract_of({"a": [1], "b": [0, "x", -4, None, 10**15], "c": "no list"}) == "b a"


def test_nulls_and_wrong_types_everywhere_are_survived():
    for wrong in WRONG:
        keys = (
            "ids",
            "authorships",
            "primary_location",
            "locations",
            "topics",
            "keywords",
            "biblio",
            "publication_date",
            "abstract_inverted_index",
            "referenced_works",
            "cited_by_count",
            "language",
            "doi",
        )
        found = parse(work(**dict.fromkeys(keys, wrong)))
        assert [type(result).__name__ for result in found] == ["WorkRecord"]
