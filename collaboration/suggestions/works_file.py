"""Works of a file in the neutral format, read for an evaluation and without a database: people by what the source says, else by name."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from collaboration.suggestions.records import WorkRow

SCHEMES: Final = ("acl", "orcid")
"""Identifiers of persons that stand on all works of whoever has one. Those that a source gives for some years only would split people at the split."""


def read_rows(path: Path) -> Iterator[WorkRow]:
    """Each work with a year and people (``.gz`` is decompressed). Raises ``OSError`` where the file cannot be read and ``ValueError``, with the number of the line,
    where one is no work.
    """
    people: dict[str, int] = {}
    topics: dict[str, int] = {}
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} is not JSON: {error}") from None
            if not isinstance(record, dict) or "title" not in record:
                raise ValueError(f"line {number} is no work: it has no title")
            names = [_person(entry) for entry in record.get("authorships") or ()]
            year = record.get("publication_year")
            if isinstance(year, int) and any(names):
                yield WorkRow(
                    key=number,
                    year=year,
                    people=tuple(dict.fromkeys(people.setdefault(name, len(people) + 1) for name in names if name)),
                    title=record["title"] or "",
                    topics=tuple(topics.setdefault(text.casefold(), len(topics) + 1) for text in _texts(record, "keywords", "topics")),
                    authors=len(names),
                )


def _person(entry: dict[str, Any]) -> str:
    ids = entry.get("ids") or {}
    known = next((f"{scheme}:{ids[scheme]}" for scheme in SCHEMES if ids.get(scheme)), "")
    return known or (entry.get("display_name") or "").strip()


def _texts(record: dict[str, Any], *fields: str) -> Iterator[str]:
    for value in (value for name in fields for value in record.get(name) or ()):
        text = value if isinstance(value, str) else value.get("display_name") if isinstance(value, dict) else None
        if text:
            yield text
