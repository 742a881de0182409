"""What the formats share: places in the literature, notes, citation keys. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from anyascii import anyascii

from papers.exports.names import split_name
from papers.records import WorkRecord

_NOT_KEY = re.compile(r"[^a-z0-9]+")
_FORMULA = re.compile(r"\$[^$]*\$")
_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "on",
        "of",
        "in",
        "for",
        "to",
        "and",
        "or",
        "with",
        "by",
        "from",
        "at",
        "is",
        "are",
        "le",
        "la",
        "les",
        "un",
        "une",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "el",
        "los",
        "las",
    ]
)
_RANGE = re.compile(r"\s*(?:--?|[\u2010-\u2015\u2212])\s*")


def keys() -> Callable[[WorkRecord], str]:
    """A function that gives each record of one export a citation key of its own: "tian2019luck", then "tian2019lucka".

    Keys are lower-case ASCII letters and digits, so that every program takes them.
    """
    given: set[str] = set()
    counts: dict[str, int] = {}

    def key_of(record: WorkRecord) -> str:
        stem = key_stem(record)
        key = stem
        while key in given:
            counts[stem] = counts.get(stem, 0) + 1
            key = stem + _letters(counts[stem])
        given.add(key)
        return key

    return key_of


def key_stem(record: WorkRecord) -> str:
    """First author's family name, year, first telling word of the title."""
    family = _folded(split_name(record.authorships[0].name)[0]) if record.authorships else ""
    words = [_folded(word) for word in _FORMULA.sub(" ", record.title).split()]
    word = next((word for word in words if word and not word.isdigit() and word not in _STOP_WORDS), "")
    return f"{family[:30]}{record.year or ''}{word[:30]}" or "work"


def _folded(text: str) -> str:
    return _NOT_KEY.sub("", anyascii(text).lower())


def _letters(number: int) -> str:
    """1 is "a", 26 "z", 27 "aa"."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters


def page_range(pages: str) -> tuple[str, str]:
    """First and last page: ("1", "10"); the second is "" where one page or an article number stands there."""
    first, *rest = _RANGE.split(pages.strip(), maxsplit=1)
    return first, rest[0] if rest else ""


def address_of(record: WorkRecord) -> str:
    """Where the work can be read: its landing page, else arXiv, else a file."""
    if record.landing_urls:
        return record.landing_urls[0]
    if arxiv := record.ids.get("arxiv"):
        return f"https://arxiv.org/abs/{arxiv}"
    return record.pdf_urls[0] if record.pdf_urls else ""


def note_of(record: WorkRecord) -> str:
    """What a reader of the reference must know: that the work was retracted."""
    if not record.is_retracted:
        return ""
    return f"Retracted: {record.retraction_note}" if record.retraction_note else "Retracted"
