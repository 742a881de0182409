"""What was found for an owner, as they see it before anything is written: each record with the places that could be theirs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from papers.names import PersonName, compatible, parse_name
from papers.records import AuthorshipRecord, ParseResult, Rejected, WorkRecord

MOST_FOUND: Final = 200  # records in one addition
NAMES_SHOWN: Final = 60  # of a long list the first so many, and all that fit
NOBODY: Final = -1  # "none of these is me"


def found_records(results: Iterable[ParseResult], known: Sequence[PersonName]) -> list[dict[str, Any]]:
    """Each result as plain values: key, title, year, venue, names (place, name, fits) and which place is taken for the owner's.

    ``mine`` is the only place whose name fits one of ``known``; None where several do or none does, so that they are asked.
    A rejected one has a reason instead.
    """
    return [_rejected(one) if isinstance(one, Rejected) else _record(one, known) for one in results]


def key_of(record: WorkRecord) -> str:
    """What names a record in an addition."""
    return f"{record.source}:{record.record_id}"


def chosen_among(found: Iterable[Mapping[str, Any]], wanted: Mapping[str, int]) -> dict[str, int]:
    """The choices that can be meant: records that were found, places that stand on them, and not NOBODY."""
    places = {one["key"]: {name["place"] for name in one["names"]} for one in found if not one.get("reason")}
    return {key: place for key, place in wanted.items() if place in places.get(key, ())}


def goes_together(name: str, known: Iterable[PersonName]) -> bool:
    """Whether a published name and one of these can be one person's."""
    stated = parse_name(name)
    return any(compatible(stated, one) for one in known)


def _record(record: WorkRecord, known: Sequence[PersonName]) -> dict[str, Any]:
    names = [_name(place, one, known) for place, one in enumerate(record.authorships)]
    fitting = [name["place"] for name in names if name["fits"]]
    return {
        "key": key_of(record),
        "title": record.title[:1000],
        "year": record.year,
        "venue": (record.venue.name if record.venue else "")[:200],
        "names": [name for name in names if name["fits"] or name["place"] < NAMES_SHOWN],
        "more": max(0, len(names) - NAMES_SHOWN),
        "mine": fitting[0] if len(fitting) == 1 else None,
        "fitting": len(fitting),
    }


def _name(place: int, one: AuthorshipRecord, known: Sequence[PersonName]) -> dict[str, Any]:
    return {"place": place, "name": one.name[:300], "fits": not one.is_organisation and goes_together(one.name, known)}


def _rejected(one: Rejected) -> dict[str, Any]:
    return {
        "key": f"rejected:{one.ordinal}",
        "title": one.record_id[:300],
        "names": [],
        "reason": one.reason[:500],
        "excerpt": one.excerpt[:300],
    }
