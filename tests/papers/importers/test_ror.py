"""ROR's records become organisations with all their names, domains and successors."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from papers.importers import recognise
from papers.importers.base import open_stream, read_records
from papers.importers.ror import ROR, RorName, RorRecord, RorRelationship
from papers.records import Rejected

PAYLOAD = Path(__file__).parents[2] / "payloads" / "ror" / "organisations.jsonl"


def read(content: bytes) -> list[RorRecord | Rejected]:
    return list(ROR.parse(io.BytesIO(content)))


def test_an_organisation() -> None:
    first = read(PAYLOAD.read_bytes())[0]

    assert first == RorRecord(
        ror="05gq02987",
        name="Example University",
        names=(
            RorName("EU", ("acronym",)),
            RorName("Example University", ("ror_display", "label"), "en"),
            RorName("Beispieluniversität", ("alias",), "de"),
        ),
        country_code="DE",
        city="Berlin",
        latitude=52.5,
        longitude=13.4,
        types=("education", "funder"),
        status="active",
        established=1810,
        domains=("example.edu",),
        website="https://www.example.edu/en",
        wikipedia="https://en.wikipedia.org/wiki/Example",
        ids={"isni": "0000000123480690", "grid": "grid.1.2"},
        relationships=(RorRelationship("successor", "00pjdza24", "New Example"),),
        updated=date(2026, 2, 24),
    )
    assert (first.acronyms, first.website_domain, first.successors) == (("EU",), "example.edu", ("00pjdza24",))


def test_what_is_no_record_of_schema_2_is_rejected_one_by_one() -> None:
    reasons = [result.reason for result in read(PAYLOAD.read_bytes())[1:] if isinstance(result, Rejected)]

    assert reasons[:3] == ["It is a record of ROR's schema 1; schema 2 is read.", "It has no ROR id.", "It has no name."]
    assert "not valid JSON" in reasons[3] or "cut off" in reasons[3]


def test_an_array_is_read_like_lines() -> None:
    lines = [json.loads(line) for line in PAYLOAD.read_text("utf-8").splitlines()[:4]]

    assert [type(result) for result in read(json.dumps(lines, indent=1).encode())] == [RorRecord, Rejected, Rejected, Rejected]


def test_the_sample(records: Path) -> None:
    with open_stream(records / "samples/ror/example_record_v2_1.json") as stream:
        assert recognise(stream.head) is ROR
        (record,) = read_records(ROR, stream)

    assert isinstance(record, RorRecord)
    assert (record.ror, record.name, record.country_code, record.city) == ("00pjdza24", "University of California System", "US", "Oakland")


def test_all_organisations_of_the_data_folder(records: Path, accept: bool) -> None:
    # zcat institutions_ror.jsonl.gz | wc -l; | grep -o '"status":"[a-z]*"' | sort | uniq -c
    with open_stream(records / "institutions_ror.jsonl.gz") as stream:
        assert recognise(stream.head) is ROR
        results = islice(read_records(ROR, stream), None if accept else 2000)
        found = Counter(result.status if isinstance(result, RorRecord) else result.reason for result in results)

    assert set(found) <= {"active", "inactive", "withdrawn"}
    assert not accept or found == {"active": 34_105, "inactive": 700, "withdrawn": 185}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
KEYS = ["names", "locations", "types", "status", "established", "domains", "links", "external_ids", "relationships", "admin", "name"]


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_whatever_the_fields_hold_there_is_one_result(fields: dict[str, Any]) -> None:
    assert len(read(json.dumps({"id": "https://ror.org/00pjdza24"} | fields).encode())) == 1
