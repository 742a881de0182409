"""BibTeX as people keep it: bytes to entries with plain field values, each entry for itself.

An entry begins where a line begins with ``@type{``; so one broken entry never swallows the next. bibtexparser splits an
entry into its fields; where it gives up (unbalanced braces, mostly), lines that begin with ``name =`` do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bibtexparser.splitter import Splitter

from papers.importers.base import excerpt

logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)  # what it would say, a Rejected says

_BLOCK = re.compile(r"^[ \t\ufeff]*@\s*([A-Za-z]+)\s*([{(])", re.MULTILINE)
_NOT_ENTRIES: Final = frozenset({"comment", "preamble", "string", "xdata"})
_FIELD_LINE = re.compile(r"(?:^|,)[ \t]*\n?[ \t]*([A-Za-z][\w:+-]*)[ \t]*=[ \t]*(?=[{\"\w])", re.MULTILINE)
_STRING = re.compile(r"\s*([^\s=,{}\"#%'()]+)\s*=\s*(.*?)\s*[})]?\s*\Z", re.DOTALL)
_MONTH_NAMES: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_PREDEFINED: Final = {name[:3]: name.title() for name in _MONTH_NAMES}
_DEEPEST_REFERENCE: Final = 5

# What a chapter does not inherit from its book: what is the book's own.
_OWN: Final = frozenset(
    [
        "title",
        "subtitle",
        "titleaddon",
        "author",
        "doi",
        "url",
        "eprint",
        "eprinttype",
        "archiveprefix",
        "abstract",
        "keywords",
        "pages",
        "crossref",
        "xdata",
        "xref",
        "ids",
        "key",
        "label",
        "file",
        "pdf",
        "note",
        "annotation",
        "shorttitle",
        "sorttitle",
        "shortauthor",
        "entryset",
    ]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its type and field names in lower case, its key, and field values with braces and strings resolved."""

    type: str
    key: str
    fields: Mapping[str, str]
    source: str  # as written, for a person who mends it
    ordinal: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A block that is no entry, and why."""

    ordinal: int
    key: str
    reason: str
    source: str


@dataclass(slots=True)
class _Database:
    strings: dict[str, str] = field(default_factory=lambda: dict(_PREDEFINED))
    entries: dict[str, Entry] = field(default_factory=dict)  # by key in lower case, first one counts
    containers: dict[str, Entry] = field(default_factory=dict)  # xdata


def entries(text: str) -> Iterator[Entry | Broken]:
    """Every entry in order, with crossref and xdata resolved, and what could not be read. Raises nothing."""
    blocks = list(_blocks(text.replace("\r\n", "\n").replace("\r", "\n")))
    database = _Database()
    for kind, block in blocks:
        if kind == "string" and (found := _STRING.match(block[_BLOCK.match(block).end() :])):  # type: ignore[union-attr]
            database.strings[found.group(1).lower()] = _value(found.group(2), database.strings)
    read: list[Entry | Broken] = []
    ordinal = 0
    for kind, block in blocks:
        if kind in _NOT_ENTRIES - {"xdata"}:
            continue
        if kind == "xdata":
            container = _entry(kind, block, database, 0)
            if isinstance(container, Entry):
                database.containers.setdefault(container.key.lower(), container)
            continue
        ordinal += 1
        found_entry = _entry(kind, block, database, ordinal)
        read.append(found_entry)
        if isinstance(found_entry, Entry):
            database.entries.setdefault(found_entry.key.lower(), found_entry)
    for item in read:
        yield item if isinstance(item, Broken) else _resolved(item, database, 0)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Type and text of each block, from its "@" to before the next one's."""
    found = list(_BLOCK.finditer(text))
    for place, match in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        yield match.group(1).lower(), text[match.start() : end].strip().lstrip("\ufeff")


def _entry(kind: str, block: str, database: _Database, ordinal: int) -> Entry | Broken:
    opening = _BLOCK.match(block)
    assert opening is not None  # blocks begin with one  # noqa: S101
    if opening.group(2) == "(":
        closing = block.rfind(")")
        block = f"{block[: opening.end() - 1]}{{{block[opening.end() : closing if closing > 0 else None]}}}"
    library = Splitter(block).split()
    parsed = next(iter(library.entries), None)
    key = parsed.key if parsed is not None else block[opening.end() :].partition(",")[0].strip()
    recovered = _recovered(block[opening.end() :]) if parsed is None else ()
    pairs = [*recovered, *((each.key, str(each.value)) for each in (parsed.fields if parsed is not None else ()))]
    fields: dict[str, str] = {}
    for name, raw in pairs:
        value = _value(raw, database.strings)
        if value and name.lower() not in fields:
            fields[name.lower()] = value
    if not fields:
        return Broken(ordinal, key[:300], "The entry has no fields that could be read.", excerpt(block[:4000]))
    return Entry(kind, key.strip(), fields, block, ordinal)


def _recovered(body: str) -> Iterator[tuple[str, str]]:
    """Fields of an entry whose braces do not match: each runs to the next line that begins like a field."""
    starts = list(_FIELD_LINE.finditer(body))
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(body)
        raw = body[start.end() : end].strip().rstrip(",").rstrip()
        if place + 1 == len(starts):
            raw = raw.removesuffix("}").rstrip().rstrip(",")
        if raw.startswith("{"):
            raw = "{" + raw[1:].removesuffix("}").replace("{", "").replace("}", "") + "}" if raw.count("{") != raw.count("}") else raw
        yield start.group(1), raw


def _value(raw: str, strings: Mapping[str, str]) -> str:
    """The text of a field's value: parts in braces or quotes, numbers and names of strings, joined by "#"."""
    return "".join(_part(part.strip(), strings) for part in _parts(raw)).strip()


def _parts(raw: str) -> Iterator[str]:
    """The pieces between "#" signs that stand in no braces or quotes."""
    if "#" not in raw:
        yield raw
        return
    depth = start = 0
    quoted = False
    for place, character in enumerate(raw):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif character == '"' and depth == 0:
            quoted = not quoted
        elif character == "#" and depth == 0 and not quoted:
            yield raw[start:place]
            start = place + 1
    yield raw[start:]


def _part(part: str, strings: Mapping[str, str]) -> str:
    if len(part) > 1 and part[0] + part[-1] in {"{}", '""'}:
        return part[1:-1]
    return strings.get(part.lower(), part)


def _resolved(entry: Entry, database: _Database, depth: int) -> Entry:
    """The entry with what it inherits (BibTeX's crossref; biblatex's appendix B for what a book's title becomes)."""
    fields = dict(entry.fields)
    for name in re.split(r"\s*,\s*", fields.get("xdata", "")):
        if container := database.containers.get(name.lower()):
            fields = {**container.fields, **fields}
    parent = database.entries.get(fields.get("crossref", "").strip().lower())
    if parent is None or parent is entry or depth >= _DEEPEST_REFERENCE:
        return Entry(entry.type, entry.key, fields, entry.source, entry.ordinal)
    inherited = dict(_resolved(parent, database, depth + 1).fields)
    if entry.type.startswith("software") or entry.type == "codefragment":
        fields = {**{name: value for name, value in inherited.items() if name not in {"crossref", "key"}}, **fields}
    else:
        if "title" in inherited:
            title = ": ".join(filter(None, (inherited["title"], inherited.get("subtitle"))))
            inherited.setdefault("booktitle", title)
        own = _OWN - {"author"} if parent.type in {"book", "mvbook"} else _OWN
        fields = {**{name: value for name, value in inherited.items() if name not in own}, **fields}
    return Entry(entry.type, entry.key, fields, entry.source, entry.ordinal)
