"""Reading values of which nothing can be assumed: a service may leave out, null or mistype anything.

Each function takes whatever stood in the record and returns a value of the promised type, empty where there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from papers.importers.base import excerpt
from papers.importers.json_items import JsonDamage, Path, Readable, json_items
from papers.records import ParseResult, Rejected, WorkRecord
from papers.text import clean_affiliation, clean_name, clean_text

EARLIEST_YEAR: Final = 1400
LATEST_YEAR: Final = 2200
MOST_CITATIONS: Final = 2_000_000_000
LONGEST_ADDRESS: Final = 2000
NO_TITLE: Final = "It has no title."

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})?")
_DATE = re.compile(r"\s*(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


class Unfit(Exception):  # noqa: N818 - the item is unfit, nothing went wrong
    """Raised while an item is read: it cannot become a record, for the given reason (a whole sentence)."""

    def __init__(self, reason: str, record_id: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.record_id = record_id


Build = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[WorkRecord]]


def parse_json(stream: Readable, arrays: Iterable[Path], build: Build) -> Iterator[ParseResult]:
    """Records of a JSON input. ``build(item, around)`` gives the records of one item or raises ``Unfit``."""
    ordinal = 0
    for found in json_items(stream, tuple(arrays)):
        ordinal += 1
        if isinstance(found, JsonDamage):
            yield Rejected(ordinal, "", f"The item {found.reason}.", excerpt(found.text))
            continue
        if not isinstance(found.value, Mapping):
            kind = "empty" if found.value is None else "not a record"
            yield Rejected(ordinal, "", f"The item is {kind}.", excerpt(as_json(found.value)))
            continue
        try:
            records = tuple(build(found.value, found.around))
        except Unfit as unfit:
            yield Rejected(ordinal, unfit.record_id[:300], unfit.reason, excerpt(as_json(found.value)))
            continue
        yield from records
        ordinal += max(len(records) - 1, 0)


def as_json(value: object) -> str:
    """``value`` as the JSON that it was read from, for the excerpt of a rejected item."""
    return json.dumps(value, ensure_ascii=False, default=str)


def mapping(value: object) -> Mapping[str, Any]:
    """``value`` where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> list[Any]:
    """``value`` where it is a list, a list of ``value`` where it is a single object or text, else an empty list."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, Mapping) or (isinstance(value, str) and value) else []


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list."""
    return [member for member in sequence(value) if isinstance(member, Mapping)]


def raw(value: object) -> str:
    """``value`` as text without cleaning: strings and numbers only."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def plain(value: object, limit: int = 0) -> str:
    """``value`` as clean text without markup, at most ``limit`` characters where a limit is given."""
    text = clean_text(raw(value), markup="plain")
    return text[:limit].rstrip() if limit else text


def marked_up(value: object, limit: int = 0) -> str:
    """``value`` as clean text, HTML and JATS taken off and mathematics kept as LaTeX."""
    text = clean_text(raw(value), markup="jats")
    return text[:limit].rstrip() if limit else text


def name_of(value: object, limit: int = 300) -> str:
    """``value`` as the name of a person or organisation, at most ``limit`` characters."""
    return clean_name(raw(value))[:limit].rstrip()


def affiliation_of(value: object) -> str:
    """``value`` as a raw affiliation, cleaned, at most 2,000 characters."""
    return clean_affiliation(raw(value)[:4000])[:2000].rstrip()


def flag(value: object) -> bool:
    """Whether ``value`` says true, also where a service writes it as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def whole_number(value: object, *, least: int = 0, most: int = MOST_CITATIONS) -> int | None:
    """``value`` as an integer within the bounds, else None."""
    if isinstance(value, bool):
        return None
    try:
        number = int(value) if isinstance(value, int | float) else int(raw(value).strip() or "x")
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= most else None


def year_of(value: object) -> int | None:
    """A plausible year, also from text such as "2005a", else None."""
    match = re.search(r"(?<!\d)(1[4-9]\d\d|2[01]\d\d)(?!\d)", raw(value))
    return whole_number(match[1], least=EARLIEST_YEAR, most=LATEST_YEAR) if match else None


DateParts = tuple[int | None, int | None, int | None]


def date_parts(year: object, month: object = None, day: object = None) -> DateParts:
    """Year, month and day, each only where it and what stands before it is possible."""
    found_year = whole_number(year, least=EARLIEST_YEAR, most=LATEST_YEAR)
    found_month = whole_number(month, least=1, most=12) if found_year else None
    found_day = whole_number(day, least=1, most=31) if found_year and found_month else None
    if found_year and found_month and found_day:
        try:
            date(found_year, found_month, found_day)
        except ValueError:
            found_day = None
    return found_year, found_month, found_day


def iso_date_parts(value: object) -> DateParts:
    """The parts of "2018-02-13", "2018-02" or "2018" (a time after it is ignored)."""
    match = _DATE.match(raw(value))
    return date_parts(*match.groups()) if match else (None, None, None)


def day_of(value: object) -> date | None:
    """The date at the beginning of an ISO 8601 text, else None."""
    year, month, day = iso_date_parts(value)
    return date(year, month, day) if year and month and day else None


def web_address(value: object) -> str:
    """An http or https address of at most ``LONGEST_ADDRESS`` characters, else ""."""
    text = raw(value).strip()
    if not text or len(text) > LONGEST_ADDRESS or not text.isprintable() or " " in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, in their order."""
    return tuple(dict.fromkeys(value for value in values if value))


def language_code(value: object) -> str:
    """A language tag ("en", "pt-BR"), else ""."""
    text = raw(value).strip()
    return text if _LANGUAGE.fullmatch(text) else ""


def known(ids: Mapping[str, str]) -> dict[str, str]:
    """The identifiers that have a value."""
    return {scheme: value for scheme, value in ids.items() if value}
