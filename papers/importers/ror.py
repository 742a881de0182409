"""ROR's organisation records (schema 2.x): JSON lines, the JSON array of a data dump, or an answer of ROR's API.

https://ror.readme.io/docs/ror-data-structure. A record of schema 1 is rejected by that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from papers import identifiers
from papers.importers.base import Format, excerpt
from papers.importers.json_head import head_record
from papers.importers.json_items import JsonDamage, json_items
from papers.importers.loose import Unfit, day_of, distinct, mapping, mappings, raw, sequence, web_address, whole_number
from papers.records import Rejected
from papers.text import clean_text

_ITEMS: Final = (("items",),)
_STATUSES: Final = frozenset({"active", "inactive", "withdrawn"})


@dataclass(frozen=True, slots=True)
class RorName:
    """A name of an organisation. ``kinds`` holds "ror_display", "label", "alias" and "acronym" as ROR gives them."""

    value: str
    kinds: tuple[str, ...] = ()
    language: str = ""  # ISO 639-1, or "" where ROR does not say


@dataclass(frozen=True, slots=True)
class RorRelationship:
    """What another organisation is to this one: "parent", "child", "related", "predecessor" or "successor"."""

    kind: str
    ror: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RorRecord:
    """One organisation as ROR states it. ``ror`` is the bare nine-character id; country and city are of the first location."""

    ror: str
    name: str
    names: tuple[RorName, ...] = ()
    country_code: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    types: tuple[str, ...] = ()
    status: str = "active"  # "active", "inactive" or "withdrawn"
    established: int | None = None
    domains: tuple[str, ...] = ()  # bare, lower case
    website: str = ""
    wikipedia: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # preferred (else first) by scheme: "grid", "isni", "fundref", "wikidata"
    relationships: tuple[RorRelationship, ...] = ()
    updated: date | None = None

    @property
    def acronyms(self) -> tuple[str, ...]:
        """The acronyms among the names."""
        return tuple(name.value for name in self.names if "acronym" in name.kinds)

    @property
    def website_domain(self) -> str:
        """The host of the website without "www." ("helsinki.fi"), or ""."""
        return (urlsplit(self.website).hostname or "").removeprefix("www.") if self.website else ""

    @property
    def successors(self) -> tuple[str, ...]:
        """The ids of the organisations that this one became."""
        return tuple(relationship.ror for relationship in self.relationships if relationship.kind == "successor")


def parse(stream: BinaryIO) -> Iterator[RorRecord | Rejected]:
    """One result for each organisation. Memory is bounded by the largest record."""
    for ordinal, found in enumerate(json_items(stream, _ITEMS), start=1):
        if isinstance(found, JsonDamage):
            yield Rejected(ordinal, "", f"The item {found.reason}.", excerpt(found.text))
            continue
        try:
            yield ror_record(mapping(found.value))
        except Unfit as unfit:
            yield Rejected(ordinal, unfit.record_id[:300], unfit.reason, excerpt(found.value))


def ror_record(item: Mapping[str, Any]) -> RorRecord:
    """One organisation. Raises ``Unfit`` without ROR id or name, and for records of schema 1."""
    stated = raw(item.get("id"))
    ror = identifiers.normalise_ror(stated)
    if not ror:
        raise Unfit("It has no ROR id.", stated)
    if "names" not in item and "name" in item:
        raise Unfit("It is a record of ROR's schema 1; schema 2 is read.", ror)
    names = tuple(_names(item))
    display = next((name.value for name in names if "ror_display" in name.kinds), names[0].value if names else "")
    if not display:
        raise Unfit("It has no name.", ror)
    place = mapping(next(iter(mappings(item.get("locations"))), {}).get("geonames_details"))
    links = {raw(link.get("type")): web_address(link.get("value")) for link in reversed(mappings(item.get("links")))}
    status = raw(item.get("status")).lower()
    return RorRecord(
        ror=ror,
        name=display,
        names=names,
        country_code=raw(place.get("country_code")).upper()[:2],
        city=clean_text(raw(place.get("name")), markup="plain"),
        latitude=_coordinate(place.get("lat"), 90),
        longitude=_coordinate(place.get("lng"), 180),
        types=distinct(raw(kind).lower() for kind in sequence(item.get("types"))),
        status=status if status in _STATUSES else "active",
        established=whole_number(item.get("established"), least=1, most=2200),
        domains=distinct(raw(domain).strip().lower().removeprefix("www.") for domain in sequence(item.get("domains"))),
        website=links.get("website", ""),
        wikipedia=links.get("wikipedia", ""),
        ids=_external_ids(item),
        relationships=tuple(_relationships(item)),
        updated=day_of(mapping(mapping(item.get("admin")).get("last_modified")).get("date")),
    )


def _names(item: Mapping[str, Any]) -> Iterator[RorName]:
    for name in mappings(item.get("names")):
        value = clean_text(raw(name.get("value")), markup="plain")
        if value:
            yield RorName(value, distinct(raw(kind) for kind in sequence(name.get("types"))), raw(name.get("lang"))[:10])


def _external_ids(item: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for entry in mappings(item.get("external_ids")):
        value = raw(entry.get("preferred")) or next(iter(raw(each) for each in sequence(entry.get("all"))), "")
        scheme = raw(entry.get("type")).lower()
        if scheme and value:
            found[scheme] = value.replace(" ", "") if scheme == "isni" else value
    return found


def _relationships(item: Mapping[str, Any]) -> Iterator[RorRelationship]:
    for entry in mappings(item.get("relationships")):
        ror = identifiers.normalise_ror(raw(entry.get("id")))
        if ror:
            yield RorRelationship(raw(entry.get("type")).lower(), ror, clean_text(raw(entry.get("label")), markup="plain"))


def _coordinate(value: object, most: int) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most else None


def recognises(head: bytes) -> bool:
    """Whether the first record of the head is an organisation of ROR, of whichever schema."""
    record = head_record(head, *_ITEMS)
    return bool(identifiers.normalise_ror(raw(record.get("id")))) and ("names" in record or "name" in record)


ROR: Final[Format[RorRecord]] = Format(key="ror", label="ROR organisations", parse=parse, recognises=recognises, holds="institutions")
