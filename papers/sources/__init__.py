"""Services that Collegium asks for records over HTTP, with manners. Reading only: nothing here writes to a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from papers.importers.loose import mapping, mappings, whole_number
from papers.records import ParseResult
from papers.sources import arxiv, crossref, openalex, orcid, semanticscholar
from papers.sources.answers import AnswerCache
from papers.sources.base import Page, Place, Question, Service, Source
from papers.sources.manners import Guest, NotThere, SourceError

SOURCES: Final[Mapping[str, Source]] = {module.SOURCE.key: module.SOURCE for module in (openalex, arxiv, crossref, semanticscholar, orcid)}

# A batch of the import holds at most this many items, so a place that far back is always one that was written.
_KEPT_ITEMS: Final = 2000

SaveCursor = Callable[[Mapping[str, Any]], None]


def understand(request: Mapping[str, Any]) -> tuple[Source, Question, str, int | None]:
    """The source, the question, its value and the limit that a request names.

    ``request`` holds "from", exactly one question of that source, and perhaps "limit". Raises ``SourceError``.
    """
    source = SOURCES.get(str(request.get("from", "")))
    if source is None:
        raise SourceError(f"Name one of {', '.join(SOURCES)} to import from.")
    asked = [(question, str(request[question.key])) for question in source.questions if request.get(question.key)]
    if len(asked) != 1:
        choices = ", ".join(question.key for question in source.questions)
        raise SourceError(f"Ask {source.label} for exactly one of: {choices}.")
    foreign = request.keys() - {"from", "limit"} - {question.key for question in source.questions}
    if foreign:
        raise SourceError(f"{source.label} cannot be asked for {', '.join(sorted(foreign))}.")
    question, stated = asked[0]
    value = question.normalise(stated)
    if not value:
        raise SourceError(f"{source.label}: “{stated[:100]}” is not what {question.key} takes (for example {question.example}).")
    return source, question, value, whole_number(request.get("limit"), least=1)


def read_source(
    request: Mapping[str, Any],
    *,
    cursor: Mapping[str, Any] | None = None,
    save_cursor: SaveCursor = lambda _cursor: None,
    already: int = 0,
) -> Iterator[ParseResult]:
    """What a service gives for a request, from where an earlier reading stopped.

    ``save_cursor`` is told the places of the last pages with the number of items before each; what it was told last
    is the ``cursor`` of the next reading, which goes on behind the first ``already`` items. A place that the service
    has forgotten makes it start anew, passing over those items. Raises ``SourceError`` (a ``ValueError``).
    """
    source, question, value, limit = understand(request)
    service = reach(source)
    reading = _Reading(already, limit, save_cursor)
    place = reading.go_on_from(mapping(cursor))
    try:
        yield from reading.results(source.pages(service, question.key, value, place))
    except NotThere:
        if not place:
            raise SourceError(f"{source.label} has nothing under {question.key} {value}.") from None
        reading.start_anew()
        yield from reading.results(source.pages(service, question.key, value, {}))


class _Reading:
    """How far a reading has come: which items were given, and the last places with the number of items before each."""

    def __init__(self, already: int, limit: int | None, save_cursor: SaveCursor) -> None:
        self._already = already
        self._limit = limit
        self._save_cursor = save_cursor
        self._count = 0
        self._places: list[tuple[int, Place]] = []

    def go_on_from(self, cursor: Mapping[str, Any]) -> Place:
        """The last saved place that does not lie behind what was written; {} where there is none."""
        saved = [(whole_number(place.get("items")) or 0, mapping(place.get("place"))) for place in mappings(cursor.get("places"))]
        self._places = sorted((place for place in saved if place[0] <= self._already), key=lambda place: place[0])
        self._count, place = self._places[-1] if self._places else (0, {})
        return place

    def start_anew(self) -> None:
        """From the beginning, passing over all that was given before."""
        self._already = max(self._already, self._count)
        self._count = 0
        self._places = []

    def results(self, pages: Iterator[Page]) -> Iterator[ParseResult]:
        """The results that were not given before, up to the limit; saves the place behind each page."""
        for page in pages:
            for result in page.results:
                if self._limit is not None and self._count >= self._limit:
                    return
                self._count += 1
                if self._count > self._already:
                    yield result
            if page.following is None:
                return
            self._remember(page.following)

    def _remember(self, place: Place) -> None:
        self._places = [known for known in self._places if known[0] > self._count - _KEPT_ITEMS]
        self._places.append((self._count, place))
        self._save_cursor({"places": [{"items": items, "place": dict(place)} for items, place in self._places]})


def reach(source: Source) -> Service:
    """How to reach a source, by the settings: address, key, contact, cache and pauses."""
    cache = settings.SERVICE_CACHE
    folder = Path(cache["folder"])
    contact = settings.CONTACT_EMAIL
    guest = Guest(
        service=source.label,
        contact=contact,
        pause=settings.SERVICE_PAUSES.get(source.key, source.pause),
        cache=AnswerCache(folder / "answers", fresh_seconds=cache["fresh_hours"] * 3600, most_bytes=cache["most_megabytes"] * 1024 * 1024),
        turns=folder / "turns",
    )
    return Service(settings.SERVICE_ADDRESSES[source.key], contact, settings.SERVICE_KEYS.get(source.key, ""), guest)


__all__ = ["SOURCES", "Page", "Question", "Source", "SourceError", "reach", "read_source", "understand"]
