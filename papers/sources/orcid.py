"""Works on ORCID records: https://info.orcid.org/documentation/api-tutorials/api-tutorial-read-data-on-a-record/."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from papers import identifiers
from papers.importers.loose import mapping, mappings, raw, whole_number
from papers.importers.orcid import ORCID
from papers.sources.base import Page, Place, Question, Service, Source, parse_body, read_json

PAGE_WORKS: Final = 50  # ORCID gives up to 100 full works at once; contributors make them large
_JSON: Final = {"Accept": "application/json"}


def pages(service: Service, _question: str, value: str, place: Place) -> Iterator[Page]:
    """The works on a person's record with their contributors, fifty at once. There is one question only."""
    record = read_json(service.ask(f"/{value}/record", headers=_JSON), ORCID.label)
    person = {key: record[key] for key in ("orcid-identifier", "person") if key in record}
    groups = mappings(mapping(mapping(record.get("activities-summary")).get("works")).get("group"))
    start = whole_number(place.get("from")) or 0
    for first in range(start, len(groups), PAGE_WORKS):
        some = groups[first : first + PAGE_WORKS]
        full = _full_works(service, value, some)
        document = {**person, "group": [_with_full_work(group, full) for group in some]}
        end = first + PAGE_WORKS
        results = parse_body(ORCID, json.dumps(document).encode())
        yield Page(results, {"from": end} if end < len(groups) else None, len(groups))


def _full_works(service: Service, orcid: str, groups: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The preferred assertion of each group in full, by its put-code; those that ORCID does not give are left out."""
    summaries = [mappings(group.get("work-summary"))[:1] for group in groups]
    codes = [code for first in summaries for summary in first if (code := raw(summary.get("put-code"))).isdecimal()]
    if not codes:
        return {}
    answer = read_json(service.ask(f"/{orcid}/works/{','.join(codes)}", headers=_JSON), ORCID.label)
    works = [mapping(entry.get("work")) for entry in mappings(answer.get("bulk"))]
    return {raw(work.get("put-code")): work for work in works if work}


def _with_full_work(group: Mapping[str, Any], full: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    summaries = mappings(group.get("work-summary"))
    return {**group, "work-summary": [full.get(raw(summary.get("put-code")), summary) for summary in summaries]}


SOURCE: Final = Source(
    key="orcid",
    label="ORCID",
    questions=(Question("orcid", "the works on a person's ORCID record", "0000-0002-1825-0097", identifiers.normalise_orcid),),
    pages=pages,
    pause=0.2,
)
