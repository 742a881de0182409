"""ORCID: what becomes of the works on a person's record, and of who asserted them."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from papers.importers.orcid import ORCID
from papers.records import Rejected, VenueRecord, WorkRecord

PAYLOADS = Path(__file__).parents[2] / "payloads" / "orcid"
ADA = "0000-0002-1825-0097"


WRONG: tuple[Any, ...] = (None, "text", 5, [], {}, [None, 1, "x", {}, []], True)


def parse(document):
    return list(ORCID.parse(BytesIO(json.dumps(document).encode())))


def summary(**fields):
    return {"put-code": 1, "title": {"title": {"value": "A title"}}, "type": "journal-article", "path": f"/{ADA}/work/1", **fields}


@pytest.fixture(scope="module")
def record():
    return list(ORCID.parse(BytesIO((PAYLOADS / "record.json").read_bytes())))


@pytest.fixture(scope="module")
def sketch():
    (result,) = ORCID.parse(BytesIO((PAYLOADS / "work.xml").read_bytes()))
    return result


def test_a_group_of_assertions_is_one_work(record):
    notes, untitled = record
    assert isinstance(notes, WorkRecord)
    assert (notes.source, notes.record_id) == ("orcid", "101")
    assert notes.asserted_by == ("Crossref Metadata Search (put-code 101)", "Europe PubMed Central (put-code 102)")
    assert untitled == Rejected(2, "103", "It has no title.", untitled.excerpt)


def test_title_date_and_venue(record):
    notes = record[0]
    assert notes.title == "Notes on the engine: with tables"
    assert (notes.type, notes.year, notes.month, notes.day) == ("article", 1843, 9, None)
    assert notes.venue == VenueRecord("Scientific Memoirs", kind="journal", issn=("2434-561X",))


def test_only_identifiers_of_the_work_itself_are_taken(record):
    assert record[0].ids == {"doi": "10.5555/ada.1", "pmid": "12345678"}


def test_without_contributors_the_person_has_no_known_place(record):
    notes = record[0]
    (ada,) = notes.authorships
    assert (ada.name, ada.given_name, ada.family_name, ada.position, ada.ids) == ("Ada Lovelace", "Ada", "Lovelace", None, {"orcid": ADA})
    assert ada.orcid_authenticated
    assert notes.authors_truncated


def test_what_a_service_put_there_by_itself_is_not_authenticated():
    source = {"source-client-id": {"path": "APP-2"}, "source-name": {"value": "Europe PubMed Central"}}
    record = {
        "orcid-identifier": {"path": ADA},
        "person": {"name": {"given-names": {"value": "Ada"}}},
        "activities-summary": {"works": {"group": [{"work-summary": [summary(source=source)]}]}},
    }
    (work,) = parse(record)
    assert not work.authorships[0].orcid_authenticated


def test_a_full_work_in_xml_has_its_contributors_in_order(sketch):
    luigi, ada = sketch.authorships
    assert (luigi.name, luigi.position, luigi.ids) == ("Luigi Menabrea", 0, {})
    assert (ada.name, ada.position, ada.ids, ada.orcid_authenticated) == ("A. Lovelace", 1, {"orcid": ADA}, True)
    assert not sketch.authors_truncated


def test_a_full_work_in_xml_has_its_fields(sketch):
    assert (sketch.record_id, sketch.title, sketch.type, sketch.year) == ("201", "Sketch of the engine", "proceedings-article", 1842)
    assert (sketch.abstract, sketch.language) == ("A sketch.", "en")
    assert sketch.ids == {"arxiv": "2401.00002"}
    assert sketch.venue == VenueRecord("Conference on Engines", kind="conference")
    assert sketch.landing_urls == ("https://example.org/sketch",)
    assert sketch.asserted_by == ("Ada Lovelace (put-code 201)",)


def test_the_same_work_in_json_and_in_xml_is_the_same_record(sketch):
    work = {
        "put-code": 201,
        "path": f"/{ADA}/work/201",
        "source": {"source-orcid": {"path": ADA}, "source-name": {"value": "Ada Lovelace"}},
        "title": {"title": {"value": "Sketch of the engine"}},
        "journal-title": {"value": "Conference on Engines"},
        "short-description": "A sketch.",
        "type": "conference-paper",
        "publication-date": {"year": {"value": "1842"}},
        "external-ids": {
            "external-id": [{"external-id-type": "arxiv", "external-id-value": "arXiv:2401.00002v3", "external-id-relationship": "self"}]
        },
        "url": {"value": "https://example.org/sketch"},
        "contributors": {
            "contributor": [
                {"credit-name": {"value": "Luigi Menabrea"}, "contributor-attributes": {"contributor-role": "author"}},
                {
                    "contributor-orcid": {"path": ADA},
                    "credit-name": {"value": "A. Lovelace"},
                    "contributor-attributes": {"contributor-role": "author"},
                },
                {"credit-name": {"value": "Richard Taylor"}, "contributor-attributes": {"contributor-role": "editor"}},
            ]
        },
        "language-code": "en",
    }
    assert parse(work) == [sketch]
    assert parse({"bulk": [{"work": work}]}) == [sketch]


def test_a_work_that_orcid_did_not_give_says_so():
    (result,) = parse({"bulk": [{"error": {"developer-message": "404 Not Found: put-code 9"}}]})
    assert result.reason == "ORCID did not give the work: 404 Not Found: put-code 9"


def test_the_holder_is_found_among_contributors_by_the_same_name():
    people = {"contributor": [{"credit-name": {"value": "Ada Lovelace"}}, {"credit-name": {"value": "Grace Hopper"}}]}
    record = {
        "orcid-identifier": {"path": ADA},
        "person": {"name": {"credit-name": {"value": "Ada Lovelace"}}},
        "group": [{"work-summary": [summary(contributors=people)]}],
    }
    (work,) = parse(record)
    assert [(one.name, one.ids) for one in work.authorships] == [("Ada Lovelace", {"orcid": ADA}), ("Grace Hopper", {})]


def test_a_bare_answer_of_works_gives_works_without_authors():
    (work,) = parse({"last-modified-date": None, "group": [{"work-summary": [summary()]}], "path": f"/{ADA}/works"})
    assert (work.authorships, work.authors_truncated) == ((), True)


def test_ids_of_the_sandbox_are_nobodys():
    record = {
        "orcid-identifier": {"path": ADA, "host": "sandbox.orcid.org"},
        "person": {"name": {"credit-name": {"value": "Ada"}}},
        "group": [{"work-summary": [summary()]}],
    }
    (work,) = parse(record)
    assert (work.record_id, work.authorships[0].ids) == ("sandbox:1", {})


def test_xml_that_breaks_off_gives_what_came_before_it():
    whole = (PAYLOADS / "work.xml").read_bytes()
    two = b"<b xmlns:bulk='http://www.orcid.org/ns/bulk'>" + whole.split(b"-->")[1] + whole.split(b"-->")[1][:400]
    work, broken = ORCID.parse(BytesIO(two))
    assert work.record_id == "201"
    assert isinstance(broken, Rejected)
    assert broken.ordinal == 2
    assert broken.reason.startswith("The XML is broken from here on")


def test_entities_of_xml_are_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY file SYSTEM "file:///etc/passwd">]>' + (
        PAYLOADS / "work.xml"
    ).read_bytes().split(b"-->")[1].replace(b"A sketch.", b"&file;&b;")
    for result in ORCID.parse(BytesIO(bomb)):
        assert "root:" not in repr(result)


def test_nulls_and_wrong_types_everywhere_are_survived():
    keys = (
        "source",
        "external-ids",
        "publication-date",
        "journal-title",
        "short-description",
        "contributors",
        "url",
        "language-code",
        "path",
    )
    for wrong in WRONG:
        (work,) = parse({"group": [{"work-summary": [summary(**dict.fromkeys(keys, wrong))]}], "person": wrong, "orcid-identifier": wrong})
        assert isinstance(work, WorkRecord)
