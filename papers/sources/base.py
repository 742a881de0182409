"""What a source is: a service that can be asked for works, page by page, and where to go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from papers.importers.base import Format
from papers.records import ParseResult
from papers.sources.manners import Guest, SourceError

Place = Mapping[str, Any]  # where to go on: what the service needs, as JSON holds it; {} is the beginning


@dataclass(frozen=True)
class Page:
    """One answer. ``following`` is the place after it, None at the end; ``total`` how many works there are, if told."""

    results: tuple[ParseResult, ...]
    following: Place | None = None
    total: int | None = None


@dataclass(frozen=True)
class Question:
    """One way of asking a service: ``--author A5048491430``.

    ``normalise`` gives the value as the service wants it, or "" where it is none.
    """

    key: str
    asks_for: str  # "the works of an author", for help and the admin
    example: str
    normalise: Callable[[str], str]


@dataclass(frozen=True)
class Service:
    """How to reach a service: its address, our key for it if we have one, and the guest who asks."""

    address: str
    contact: str
    key: str
    guest: Guest

    def ask(self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer to a request below the service's address."""
        return self.guest.ask(f"{self.address.rstrip('/')}{path}", params, headers)


Pages = Callable[[Service, str, str, Place], Iterator[Page]]


@dataclass(frozen=True)
class Source:
    """A service that Collegium can ask.

    ``pages(service, question, value, place)`` yields the pages from ``place`` on, lazily: a page is asked for when it
    is wanted. ``pause`` is the least time in seconds between two requests.
    """

    key: str
    label: str
    questions: tuple[Question, ...]
    pages: Pages
    pause: float

    def question(self, key: str) -> Question | None:
        """The question of that key, or None."""
        return next((question for question in self.questions if question.key == key), None)


def read_json(body: bytes, label: str) -> Mapping[str, Any]:
    """The object that a service answered with. Raises ``SourceError`` where it is anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping):
        raise SourceError(f"{label} answered with something that is no record.")
    return document


def parse_body(chosen: Format[Any], body: bytes) -> tuple[ParseResult, ...]:
    """The results of the format's parser on one answer."""
    return tuple(chosen.parse(BytesIO(body)))


def words(value: str) -> str:
    """``value`` with its white space folded; "" where nothing stands in it or it is longer than 500 characters."""
    text = " ".join(value.split())
    return text if len(text) <= 500 else ""  # noqa: PLR2004 - as the docstring says
