"""Mentions of a file of works in the neutral format (docs/importing.md), read as it is and without a database."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from papers.disambiguation.mentions import Mention, Work


def read_mentions(path: Path, *, with_ids: bool = True, progress: Callable[[int], object] | None = None) -> Iterator[Mention]:
    """Every named position of every work of the file (``.gz`` is decompressed). Positions count from 0 where none is given.

    ``with_ids`` false leaves out what sources assert about who is who. Raises ``OSError`` where the file cannot be read and ``ValueError``, with
    the number of the line, where one is no JSON object.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if progress is not None:
                progress(len(line))
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} is not JSON: {error}") from None
            if not _is_work(record):
                raise ValueError(f"line {number} is no work: it has no id")
            yield from mentions_of(record, with_ids=with_ids)


def _is_work(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("id"), str)


def mentions_of(record: dict[str, Any], *, with_ids: bool = True) -> list[Mention]:
    """The mentions of one work record. Authors without a name are left out."""
    authorships = [entry for entry in record.get("authorships") or () if isinstance(entry, dict) and entry.get("display_name")]
    venue = record.get("venue") or {}
    work = Work(
        key=record["id"],
        title=record.get("title") or "",
        abstract=record.get("abstract") or "",
        keywords=_texts(record.get("keywords")),
        topics=_texts(record.get("topics")),
        venue=str(venue.get("key") or venue.get("display_name") or ""),
        year=record.get("publication_year"),
        authors=tuple(entry["display_name"] for entry in authorships),
        affiliations=_texts(record.get("affiliations_unaligned")),
    )
    return [_mention(work, place, entry, with_ids=with_ids) for place, entry in enumerate(authorships)]


def _mention(work: Work, place: int, entry: dict[str, Any], *, with_ids: bool) -> Mention:
    position = entry.get("position")
    ids = entry.get("ids") if with_ids else None
    return Mention(
        work=work,
        position=position if isinstance(position, int) else place,
        name=entry["display_name"],
        affiliations=_texts(entry.get("raw_affiliation_strings")) + _texts(entry.get("institutions")),
        institutions=_texts(entry.get("affiliation_domains")),
        source_ids=tuple(sorted((scheme, str(value)) for scheme, value in ids.items() if value)) if ids else (),
    )


def _texts(values: Any) -> tuple[str, ...]:
    """Strings, and the names of objects, of a list that may hold either."""
    found = []
    for value in values or ():
        text = value if isinstance(value, str) else value.get("display_name") if isinstance(value, dict) else None
        if text:
            found.append(text)
    return tuple(found)
