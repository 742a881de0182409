"""The neutral JSON lines come through as they were meant, oddities and all, and nothing that is broken stops the rest."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.countries import COUNTRY_NAMES, country_code
from papers.importers.base import open_stream, read_records
from papers.importers.neutral import NEUTRAL
from papers.records import InstitutionRecord, Rejected, TopicRecord, WorkRecord

# Lines by "zcat FILE | wc -l"; authorships by "zcat FILE | grep -o '"author_position"' | wc -l" (one author of works_ml
# has no name at all and is left out).
FILES = [
    ("works_ml.jsonl.gz", 39_819, 163_963 - 1),
    ("works_acl.jsonl.gz", 24_782, 87_598),
    ("disambiguation_dev_works.jsonl.gz", 10_291, 46_537),
]


def work(**changes: Any) -> dict[str, Any]:
    return {"id": "openreview:abcDEF12", "title": "A Title", "publication_year": 2020, "authorships": []} | changes


def read(*works: Any) -> list[WorkRecord | Rejected]:
    lines = b"".join(each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in works)
    return list(NEUTRAL.parse(io.BytesIO(lines)))


def read_one(**changes: Any) -> WorkRecord:
    (record,) = read(work(**changes))
    assert isinstance(record, WorkRecord), record
    return record


@pytest.mark.parametrize("name, works, authorships", FILES)
def test_every_real_record_is_read(records: Path, name: str, works: int, authorships: int, accept: bool) -> None:
    limit = None if accept or works < 20_000 else 4_000
    counted = people = 0
    begun = time.process_time()
    with open_stream(records / name) as stream:
        assert NEUTRAL.recognises(stream.head)
        for record in read_records(NEUTRAL, stream):
            assert isinstance(record, WorkRecord), record
            counted += 1
            people += len(record.authorships)
            if counted == limit:
                break
    if limit is None:
        assert (counted, people) == (works, authorships)
    assert counted / (time.process_time() - begun) > 1000, "works a second of processor time"


def test_all_of_a_record() -> None:
    record = read_one(
        id="acl:2020.acl-main.563",
        ids={"acl": "2020.acl-main.563", "doi": "https://doi.org/10.18653/V1/2020.acl-main.563"},
        title=r"Fast $k$-means for {\'E}ric",
        abstract="We ﬁnd \\emph{good} things.",
        type="journal-article",
        publication_month="October-November",
        venue={
            "key": "cl",
            "abbreviation": "CL",
            "display_name": "Computational Linguistics",
            "volume_title": "Computational Linguistics, Volume 21, Number 4",
        },
        pages="1–27",
        keywords=["Deep learning", "deep learning", "coupons；auctions"],
        topics=["[Content] Vision and Language"],
        urls=[
            {"type": "landing_page", "url": "https://a.org/1"},
            {"type": "pdf", "url": "https://a.org/1.pdf"},
            {"type": "video", "url": "https://v.org/1"},
            {"type": "project", "url": "https://github.com/a/b"},
            {"type": "project", "url": "javascript:alert(1)"},
        ],
        code_urls=["https://github.com/c/d"],
        cited_by_count=113,
        affiliations_unaligned=["NEC Labs America"],
        is_retracted=True,
        retraction_note="It was wrong.",
    )

    assert (record.source, record.record_id) == ("acl", "acl:2020.acl-main.563")
    assert record.title == "Fast $k$-means for Éric"
    assert record.abstract == "We find good things."
    assert record.type == "article"
    assert dict(record.ids) == {"acl": "2020.acl-main.563", "doi": "10.18653/v1/2020.acl-main.563"}
    assert (record.year, record.month, record.day) == (2020, 10, None)
    assert record.venue is not None
    assert (record.venue.key, record.venue.kind, record.venue.volume, record.venue.issue, record.venue.pages) == (
        "cl",
        "journal",
        "21",
        "4",
        "1–27",
    )
    assert [topic.name for topic in record.topics] == ["Deep learning", "coupons", "auctions", "Vision and Language"]
    assert record.topics[-1] == TopicRecord("Vision and Language", scheme="venue-area", identifier="[Content] Vision and Language")
    assert record.landing_urls == ("https://a.org/1",)
    assert record.pdf_urls == ("https://a.org/1.pdf",)
    assert record.code_urls == ("https://github.com/c/d", "https://github.com/a/b")
    assert (record.cited_by_count, record.cited_by_source) == (113, "google-scholar")
    assert record.affiliations_unaligned == ("NEC Labs America",)
    assert (record.is_retracted, record.retraction_note) == (True, "It was wrong.")


@pytest.mark.parametrize(
    "month, expected",
    [("July", 7), ("May–June", 5), ("May 2 - May 7", 5), ("Septemer", 9), ("October-November", 10), (4, 4), ("Spring", None), (13, None)],
)
def test_months(month: object, expected: int | None) -> None:
    assert read_one(publication_month=month).month == expected


def test_an_author_with_everything() -> None:
    (author,) = read_one(
        authorships=[
            {
                "position": 0,
                "display_name": "Hal DaumÃ© III*",
                "given_name": "Hal",
                "family_name": "Daumé III",
                "ids": {
                    "openreview": "~Hal_Daumé_III1",
                    "orcid": "https://orcid.org/0000-0002-1825-0097",
                    "dblp": "77/2856",
                    "unknown": "x",
                },
                "raw_affiliation_strings": ["Universit\\u00e9 de Strasbourg", ""],
                "institutions": [{"display_name": "Université de Strasbourg", "country": "France", "department": "LSIIT"}],
                "affiliation_domains": ["unistra.fr"],
                "homepage_url": "https://example.org/~hal",
                "name_in_other_script": "哈尔",
            }
        ]
    ).authorships

    assert author.name == "Hal Daumé III"
    assert (author.given_name, author.family_name, author.name_in_other_script) == ("Hal", "Daumé III", "哈尔")
    assert dict(author.ids) == {"openreview": "~Hal_Daumé_III1", "orcid": "0000-0002-1825-0097", "dblp": "77/2856"}
    assert author.affiliations == ("Université de Strasbourg",)
    assert author.institutions == (InstitutionRecord("Université de Strasbourg", country_code="FR", homepage="https://unistra.fr"),)
    assert author.homepage == "https://example.org/~hal"


@pytest.mark.parametrize("name", ["HAN LIU", "bell hooks", "Madonna", "Jianfeng (Jeff) Gao", "Autume, Sebastian Ruder, Lingpeng Kong"])
def test_names_stay_as_the_source_has_them(name: str) -> None:
    assert read_one(authorships=[{"position": 0, "display_name": name}]).authorships[0].name == name


def test_the_same_name_twice_is_two_authorships() -> None:
    authorships = read_one(
        authorships=[{"position": 0, "display_name": "Yang Liu"}, {"position": 1, "display_name": "Yang Liu"}]
    ).authorships

    assert [(author.position, author.name) for author in authorships] == [(0, "Yang Liu"), (1, "Yang Liu")]


def test_an_author_without_a_name_leaves_a_gap() -> None:
    people = [{"position": 0, "display_name": "A B"}, {"position": 1, "display_name": None}, {"position": 2, "display_name": "C D"}]

    assert [author.position for author in read_one(authorships=people).authorships] == [0, 2]


def test_a_work_without_year_authors_or_abstract_is_a_work() -> None:
    record = read_one(publication_year=None, abstract=None, authorships=[], venue=None)

    assert (record.year, record.abstract, record.authorships, record.venue, record.cited_by_count) == (None, "", (), None, None)


def test_three_thousand_authors() -> None:
    people = [{"position": place, "display_name": f"Ada Lovelace{place}"} for place in range(3000)]

    assert len(read_one(authorships=people).authorships) == 3000


def test_broken_lines_are_rejected_one_by_one() -> None:
    results = read(
        work(),
        b'{"id": "acl:X1", "title": \n',
        b"\xff\xfe\n",
        [1],
        work(title=""),
        work(id="noprefix"),
        work(authorships=5),
        b"\n",
        work(id="acl:P01-1001"),
    )

    assert [type(result).__name__ for result in results] == ["WorkRecord", *["Rejected"] * 6, "WorkRecord"]
    reasons = [result.reason for result in results if isinstance(result, Rejected)]
    assert "not valid JSON" in reasons[0]
    assert reasons[1] == "The line is not UTF-8."
    assert reasons[3] == "It has no title."
    assert [result.ordinal for result in results if isinstance(result, Rejected)] == [2, 3, 4, 5, 6, 7]
    rejected = results[1]
    assert isinstance(rejected, Rejected)
    assert rejected.record_id == "acl:X1"


def test_a_line_that_was_cut_says_so() -> None:
    (result,) = read(b'{"id": "acl:X1", "title": "A Ti')

    assert isinstance(result, Rejected)
    assert "cut off" in result.reason


def test_recognition() -> None:
    assert NEUTRAL.recognises(json.dumps(work()).encode() + b"\n")
    assert not NEUTRAL.recognises(json.dumps(work(id="https://openalex.org/W1")).encode())
    assert not NEUTRAL.recognises(b'{"id": "https://ror.org/00pjdza24", "names": []}')
    assert not NEUTRAL.recognises(b"")


@pytest.mark.parametrize(
    "name, code",
    [
        ("United States", "US"),
        ("Russian Federation", "RU"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("South Korea", "KR"),
        ("Kingdom of Saudi Arabia", "SA"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Côte d'Ivoire", "CI"),
        ("us", "US"),
        ("Unknown", ""),
        ("", ""),
    ],
)
def test_countries(name: str, code: str) -> None:
    assert country_code(name) == code


def test_every_country_name_leads_to_its_code() -> None:
    assert all(country_code(name) == code for code, name in COUNTRY_NAMES.items())
    assert len(COUNTRY_NAMES) == 250  # ISO 3166-1 and Kosovo


def test_every_country_in_the_real_records_has_a_code(records: Path) -> None:
    unknown = set()
    with open_stream(records / "disambiguation_dev_works.jsonl.gz") as stream:
        for line in stream:
            for authorship in json.loads(line)["authorships"]:
                unknown |= {
                    place["country"] for place in authorship["institutions"] if "country" in place and not country_code(place["country"])
                }

    assert unknown <= {"Unknown"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
KEYS = [
    "id",
    "ids",
    "title",
    "abstract",
    "type",
    "publication_year",
    "publication_month",
    "venue",
    "authorships",
    "keywords",
    "topics",
    "urls",
    "code_urls",
    "cited_by_count",
    "pages",
    "source",
]


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6).map(lambda changes: work() | changes), max_size=4))
def test_whatever_the_fields_hold_each_line_has_one_result(works: list[dict[str, Any]]) -> None:
    assert len(read(*works)) == len(works)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_nothing_is_raised(content: bytes) -> None:
    list(NEUTRAL.parse(io.BytesIO(content)))
    NEUTRAL.recognises(content)
