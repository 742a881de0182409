"""What neutral lines may say beyond the data folder's form: references, whose count, code without a link, kinds of venue."""

from __future__ import annotations

import io
import json
from datetime import date

from papers.importers.neutral import NEUTRAL
from papers.records import ReferenceRecord, WorkRecord


def read(**fields) -> WorkRecord:
    line = {"id": "fictional:loops", "title": "Loop invariants", "authorships": [{"display_name": "Ada Quillmere"}], **fields}
    (record,) = NEUTRAL.parse(io.BytesIO(json.dumps(line).encode()))
    assert isinstance(record, WorkRecord)
    return record


def test_a_count_says_whose_it_is_and_when_it_was_taken():
    record = read(cited_by_count=4, cited_by_source="fictional", cited_by_as_of="2026-11-01")
    assert (record.cited_by_count, record.cited_by_source, record.cited_by_as_of) == (4, "fictional", date(2026, 11, 1))


def test_a_count_without_a_source_is_google_scholars():
    record = read(cited_by_count=4)
    assert (record.cited_by_source, record.cited_by_as_of) == ("google-scholar", None)


def test_no_count_has_no_source():
    record = read(cited_by_source="fictional", cited_by_as_of="2026-11-01")
    assert (record.cited_by_count, record.cited_by_source, record.cited_by_as_of) == (None, "", None)


def test_references_are_normalised_and_told_once():
    record = read(references=[{"doi": "https://doi.org/10.5555/X.1"}, {"doi": "10.5555/x.1"}, {"arxiv": "2401.00001v2"}, {"shelf": "7"}])
    assert record.references == (ReferenceRecord("doi", "10.5555/x.1"), ReferenceRecord("arxiv", "2401.00001"))


def test_code_may_be_known_of_without_a_link():
    assert read(has_code=True).has_code
    assert not read().has_code


def test_a_venue_may_say_what_kind_it_is():
    def kind_of(venue, **fields):
        found = read(venue={"display_name": "Somewhere", **venue}, **fields).venue
        assert found is not None
        return found.kind

    assert kind_of({"kind": "repository"}) == "repository"
    assert kind_of({"kind": "journal"}, type="review") == "journal"
    assert kind_of({}, type="journal-article") == "journal"
    assert kind_of({"kind": "barn"}) == "conference"


def test_somebody_behind_a_cut_list_has_no_position():
    people = [{"position": 0, "display_name": "Ada Quillmere"}, {"position": None, "display_name": "Grace Farrowgate"}]
    record = read(authorships=people, authors_truncated=True)
    assert [person.position for person in record.authorships] == [0, None]
    assert record.authors_truncated


def test_the_page_that_a_source_keeps_for_a_person_is_an_identifier():
    (person,) = read(authorships=[{"display_name": "Ada Quillmere", "ids": {"page": "Seed/ada-quillmere"}}]).authorships
    assert person.ids == {"page": "seed/ada-quillmere"}


def test_categories_of_arxiv_are_topics_with_their_names():
    record = read(arxiv_categories=[{"id": "cs.LG", "name": "Machine Learning"}, {"id": "math.CO"}], keywords=["symmetry"])
    assert [(topic.scheme, topic.identifier, topic.name) for topic in record.topics] == [
        ("keyword", "", "symmetry"),
        ("arxiv", "cs.LG", "Machine Learning"),
        ("arxiv", "math.CO", "math.CO"),
    ]
