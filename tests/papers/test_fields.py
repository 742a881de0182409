"""Every work that says where it belongs gets a field, with a reason that a person can check."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pytest

from papers.arxiv_categories import CATEGORY_NAMES, CATEGORY_OF_SUBJECT, CURRENT_CATEGORIES
from papers.fields import FieldDecision, FieldMap, load_fields
from papers.records import TopicRecord, VenueRecord

# https://developers.openalex.org/api-reference/fields, all 26 of them.
OPENALEX_FIELDS = """
Agricultural and Biological Sciences|Arts and Humanities|Biochemistry, Genetics and Molecular Biology|Business, Management and Accounting
Chemical Engineering|Chemistry|Computer Science|Decision Sciences|Dentistry|Earth and Planetary Sciences|Economics, Econometrics and Finance
Energy|Engineering|Environmental Science|Health Professions|Immunology and Microbiology|Materials Science|Mathematics|Medicine|Neuroscience
Nursing|Pharmacology, Toxicology and Pharmaceutics|Physics and Astronomy|Psychology|Social Sciences|Veterinary
"""
NEUTRAL_VENUES = [
    "nips",
    "icml",
    "iclr",
    "aistats",
    "colt",
    "acmmm",
    "uai",
    "www",
    "colm",
    "acl",
    "emnlp",
    "naacl",
    "findings",
    "cl",
    "tacl",
]


def arxiv(identifier: str) -> TopicRecord:
    return TopicRecord(name=CATEGORY_NAMES.get(identifier, identifier), scheme="arxiv", identifier=identifier)


def openalex(subfield: str, field: str, score: float = 0.5) -> TopicRecord:
    return TopicRecord(name="a topic", scheme="openalex", subfield=subfield, field=field, score=score)


def test_every_arxiv_category_has_a_field() -> None:
    assert len(CURRENT_CATEGORIES) == 155
    assert set(load_fields().arxiv) == set(CATEGORY_NAMES)


def test_an_arxiv_category_of_tomorrow_goes_to_its_archive() -> None:
    assert load_fields().field_of([arxiv("math.ZZ")], None) == FieldDecision("mathematics", "arXiv category math.ZZ")


def test_every_openalex_field_has_a_field() -> None:
    names = {name for line in OPENALEX_FIELDS.split("\n") for name in line.split("|") if name}

    assert len(names) == 26
    assert set(load_fields().openalex_fields) == names


@pytest.mark.parametrize("key", NEUTRAL_VENUES)
def test_every_venue_of_the_neutral_records_has_a_field(key: str) -> None:
    assert key in load_fields().venues


def test_every_venue_in_the_real_records_leads_to_a_field(records: Path) -> None:
    seen = set()
    for name in ("works_ml.jsonl.gz", "works_acl.jsonl.gz"):
        with gzip.open(records / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                start = line.index('"venue":{"key":"') + 16
                seen.add(line[start : line.index('"', start)])

    assert seen == set(NEUTRAL_VENUES)


def test_every_topic_of_the_openalex_samples_leads_to_a_field(records: Path) -> None:
    topics: list[TopicRecord] = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("subfield"), dict) and isinstance(value.get("field"), dict):
                topics.append(openalex(value["subfield"]["display_name"], value["field"]["display_name"]))
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    for path in (records / "samples" / "openalex").glob("*.json"):
        try:
            collect(json.loads(path.read_text("utf-8")))
        except ValueError:
            continue

    assert len(topics) > 100
    assert all(load_fields().field_of([topic], None) for topic in topics)


@pytest.mark.parametrize(
    "topics, venue, expected",
    [
        (
            [arxiv("cs.CL"), arxiv("cs.LG")],
            VenueRecord("NeurIPS", key="nips"),
            FieldDecision("natural-language-processing", "arXiv category cs.CL"),
        ),
        (
            [TopicRecord("robotics")],
            VenueRecord("x", key="acl", abbreviation="ACL"),
            FieldDecision("natural-language-processing", "venue ACL"),
        ),
        (
            [openalex("Dermatology", "Medicine", 0.2), openalex("Oncology", "Medicine", 0.9)],
            VenueRecord("Nature"),
            FieldDecision("oncology", "OpenAlex subfield Oncology"),
        ),
        (
            [openalex("Condensed Matter Physics", "Physics and Astronomy")],
            VenueRecord("Journal of Physics"),
            FieldDecision("condensed-matter", "OpenAlex subfield Condensed Matter Physics"),
        ),
        ([], VenueRecord("Journal of Physics"), FieldDecision("physics", "venue Journal of Physics")),
        ([], VenueRecord("Physical Review D"), FieldDecision("high-energy-physics", "venue Physical Review D")),
        (
            [TopicRecord("Deep Learning"), TopicRecord("robotics"), TopicRecord("bandits")],
            None,
            FieldDecision("machine-learning", "keyword Deep Learning"),
        ),
        ([TopicRecord("Medicine", scheme="s2")], None, FieldDecision("medicine", "Semantic Scholar field Medicine")),
        ([TopicRecord("something new")], VenueRecord("Zeitschrift"), None),
        ([], None, None),
    ],
)
def test_what_decides(topics: list[TopicRecord], venue: VenueRecord | None, expected: FieldDecision | None) -> None:
    assert load_fields().field_of(topics, venue) == expected


def test_a_title_is_asked_last() -> None:
    assert load_fields().field_of([], None, title="Advances in Speech Recognition") == FieldDecision(
        "speech-and-audio", "title: speech recognition"
    )


def test_the_fields_are_a_list_to_read() -> None:
    fields = load_fields().fields

    assert 60 <= len(fields) <= 90
    assert [entry.order for entry in fields] == list(range(len(fields)))
    assert len({entry.name for entry in fields}) == len(fields)
    domains = [entry.domain for entry in fields]
    assert len(set(domains)) == 1 + sum(a != b for a, b in itertools.pairwise(domains)), "each domain stands together"


def test_one_thing_in_two_fields_is_refused() -> None:
    block = {"name": "A", "domain": "D", "arxiv": ["cs.AI"]}

    with pytest.raises(ValueError, match=r"cs\.AI"):
        FieldMap({"version": 1, "field": [{"key": "a", **block}, {"key": "b", **block}]})


def test_subjects_of_dublin_core_lead_back_to_categories() -> None:
    assert CATEGORY_OF_SUBJECT["mathematics - logic"] == "math.LO"
    assert CATEGORY_OF_SUBJECT["nuclear experiment"] == "nucl-ex"
    assert CATEGORY_OF_SUBJECT["computer science - machine learning"] == "cs.LG"
