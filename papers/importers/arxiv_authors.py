"""arXiv's author lists, which hold people, collaborations, and words between the two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from papers.records import AuthorshipRecord
from papers.text import clean_affiliation, clean_name

_ORGANISATION = re.compile(r"\b(?:collaborations?|consortium|consortia|team|group|network|working group)\s*$", re.IGNORECASE)
_ON_BEHALF = re.compile(
    r",?\s*\(?\b(?:(?:for|representing)\s+the\s+|on behalf of\s+(?:the\s+)?|for\s+(?=\S.*(?:collaborations?|consortium|team|group)\b))",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(r"(?:for|on behalf of)\s+(?:the\s+)?.*(?:collaborations?|consortium|team|group)$", re.IGNORECASE)
_LEADING = re.compile(r"^(?:for\s+)?(?:on behalf of\s+)?the\s+(?=.*(?:collaborations?|consortium|team|group)\s*$)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[:;,.\s]*(?:and|et al\.?)?[:;,.\s]*", re.IGNORECASE)
_LONGEST_HEADING = 5  # collaborations that may stand before the ":"
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "v"})
_NOTES_AT_END = re.compile(r"\(\s*\((\w{1,3})\)(.*)\)\s*$", re.DOTALL)
_NOTE = re.compile(r"\((\w{1,3})\)\s*")


@dataclass(frozen=True, slots=True)
class _Author:
    name: str
    given: str = ""
    family: str = ""
    places: tuple[str, ...] = ()


def authorships_of_names(authors: Iterable[tuple[str, list[str]]]) -> tuple[AuthorshipRecord, ...]:
    """Authorships of names as they are read ("Ada Lovelace"), each with its affiliations."""
    return _authorships([_Author(clean_name(name), places=_places(places)) for name, places in authors])


def authorships_of_parts(authors: Iterable[tuple[str, str, str, list[str]]]) -> tuple[AuthorshipRecord, ...]:
    """Authorships of family names, given names, suffixes and affiliations."""
    found = []
    for family, given, suffix, places in authors:
        name = " ".join(part for part in (clean_name(given), clean_name(family), clean_name(suffix)) if part)
        found.append(_Author(name, clean_name(given), clean_name(family), _places(places)))
    return _authorships(found)


def authorships_of_text(text: str) -> tuple[AuthorshipRecord, ...]:
    """Authorships of one line: "A. One (1), B. Two (Uni X) and C. Three ((1) Uni Y)"."""
    notes: dict[str, str] = {}
    if end := _NOTES_AT_END.search(text):
        pieces = _NOTE.split(f"({end.group(1)}){end.group(2)}")
        notes = {key: value.strip(" ,;") for key, value in zip(pieces[1::2], pieces[2::2], strict=False)}
        text = text[: end.start()]
    found: list[_Author] = []
    for piece in _split_outside_brackets(text):
        name, _, rest = piece.partition("(")
        marks = [mark.strip() for mark in re.split(r"[,;]\s*|\s+and\s+", rest.rpartition(")")[0].replace(")(", ",")) if mark.strip()]
        places = [notes[mark] for mark in marks if mark in notes] or ([] if notes and not rest else [rest.rpartition(")")[0]])
        found.append(_Author(clean_name(" ".join(name.split())), places=_places(places)))
    return _authorships(found)


def _split_outside_brackets(text: str) -> Iterator[str]:
    """Names between commas and "and" that stand in no bracket; a suffix stays with its name."""
    depth = 0
    start = 0
    pieces: list[str] = []
    for found in re.finditer(r"[()]|,\s*(?:and\s+)?|\s+and\s+", text):
        if found.group() in "()":
            depth = max(0, depth + (1 if found.group() == "(" else -1))
        elif depth == 0:
            pieces.append(text[start : found.start()])
            start = found.end()
    pieces.append(text[start:])
    whole = ""
    for piece in (piece.strip() for piece in pieces):
        if piece.partition("(")[0].strip().lower() in _SUFFIXES and whole:
            whole = f"{whole}, {piece}"
            continue
        if whole:
            yield whole
        whole = piece
    if whole:
        yield whole


def _places(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place for place in map(clean_affiliation, places) if place and not _NO_PLACE.match(place)))


def _authorships(authors: list[_Author]) -> tuple[AuthorshipRecord, ...]:
    """Authorships in order. A lone ":" ends the collaborations at the beginning; "for the X Collaboration" is split off."""
    colon = next((place for place, author in enumerate(authors[:_LONGEST_HEADING]) if author.name == ":" or author.name.endswith(" :")), -1)
    if not any(_ORGANISATION.search(author.name.rstrip(" :")) for author in authors[: colon + 1]):
        colon = -1
    found: list[AuthorshipRecord] = []
    for place, author in enumerate(authors):
        if _SEPARATOR.fullmatch(author.name):
            continue
        found += _people(author, before_colon=place < colon)
    return tuple(replace(authorship, position=position) for position, authorship in enumerate(found))


def _people(author: _Author, *, before_colon: bool) -> Iterator[AuthorshipRecord]:
    """The person or organisation of an entry, or both where one speaks for the other."""
    name = author.name.rstrip(" :")
    behalf = _ON_BEHALF.search(name)
    if behalf and behalf.start() > 0:
        yield AuthorshipRecord(name=name[: behalf.start()], position=None, affiliations=author.places)
        yield AuthorshipRecord(name=name[behalf.end() :].strip(" )"), position=None, is_organisation=True)
        return
    organisation = before_colon or bool(_ORGANISATION.search(name))
    yield AuthorshipRecord(
        name=_LEADING.sub("", name[behalf.end() :] if behalf else name) if organisation else name,
        position=None,
        given_name="" if organisation else author.given,
        family_name="" if organisation else author.family,
        affiliations=author.places,
        is_organisation=organisation,
    )
