"""Small registries through which upper apps reach down without being imported from below.

An app fills them in ``AppConfig.ready``. Each registry keeps its entries sorted by ``order`` and key, so that
what a page shows never depends on the order in which apps load.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise


class Keyed(Protocol):
    """What a registry holds: anything with a key that names it and an order that places it."""

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...


EntryT = TypeVar("EntryT", bound=Keyed)
QuerySetT = TypeVar("QuerySetT", bound="QuerySet[Any]")


class Registry(Generic[EntryT]):
    """Entries by key, iterated by (order, key)."""

    def __init__(self) -> None:
        self._entries: dict[str, EntryT] = {}

    def register(self, entry: EntryT) -> EntryT:
        """Add an entry. Raises ``ValueError`` for a key that another entry already has."""
        present = self._entries.get(entry.key)
        if present is not None and present != entry:
            raise ValueError(f"the key {entry.key!r} is already registered")
        self._entries[entry.key] = entry
        return entry

    def get(self, key: str) -> EntryT | None:
        """The entry of that key, or None."""
        return self._entries.get(key)

    def __iter__(self) -> Iterator[EntryT]:
        return iter(sorted(self._entries.values(), key=lambda entry: (entry.order, entry.key)))

    def __contains__(self, key: str) -> bool:
        return key in self._entries


@dataclass(frozen=True)
class Panel:
    """A part of a page that its own app draws.

    ``page`` names the page ("researcher", "paper", "topic", "institution", "home", "search"); ``slot`` the place on it
    ("head" of the document, "header", "snapshot", "actions", "rail", "main", "work", "feed"). ``load(request, subject)`` returns the context of
    ``template``, or None to leave the panel out; it may run a fixed number of queries only.
    """

    key: str
    page: str
    slot: str
    template: str
    load: Callable[[HttpRequest, Any], Mapping[str, Any] | None]
    order: int = 100


@dataclass(frozen=True)
class RefreshKind:
    """Something that is recomputed from dirty rows.

    ``refresh(ids)`` recomputes and stores the objects with those ids, in ascending order, in one bounded piece of
    work (well within the lease of a claim, ten minutes) and returns how many it found; an id whose object is gone is
    skipped quietly. It runs in the transaction that clears the rows, may run twice for one mark, and must leave the
    same result then. ``queue`` names the Celery queue, ``batch`` how many rows a worker claims at once, ``workers``
    how many may be at this kind at the same time. ``everything()`` gives the ids of all objects, for a
    recomputation after a change of definition; None where there is no such list. ``after`` names kinds whose results
    this one rests on: what they recompute is marked for this one in the same transaction. ``ready()`` says whether work on
    this kind may begin now, in one short query; rows wait until it does.
    """

    key: str
    refresh: Callable[[list[int]], int]
    queue: str = "default"
    batch: int = 200
    order: int = 100
    workers: int = 2
    everything: Callable[[], Iterable[int]] | None = None
    after: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None


@dataclass(frozen=True)
class KeptPages:
    """Author pages that people have to do with, so that no rule takes a work from them or leads them elsewhere.

    ``among(ids)`` names those of these authors, by row key, in one query.
    """

    key: str
    among: Callable[[Collection[int]], Iterable[int]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Support:
    """One author page's support for another: a weight above 0 as of its latest event, both by row key."""

    source: int
    target: int
    weight: float
    latest_at: datetime


@dataclass(frozen=True)
class SupportSource:
    """Where trust between people comes from. ``between(ids)`` gives the support given by these author pages, and by nobody else;
    ``everybody()`` the row keys of all pages that give any. Both in a fixed number of queries.
    """

    key: str
    between: Callable[[Sequence[int]], Iterable[Support]]
    everybody: Callable[[], Iterable[int]]
    order: int = 100


@dataclass(frozen=True)
class VisibilityFilter:
    """Narrows what a viewer may see of one model: ``apply(queryset, user)`` returns the narrowed queryset."""

    key: str
    model: str
    apply: Callable[[Any, Any], Any]
    order: int = 100


NOINDEX = "noindex"
WITHHOLD_FIGURES = "withhold-figures"


@dataclass(frozen=True)
class PageWishes:
    """What the people behind the pages of one model ask of the site.

    ``listed(queryset)`` leaves out the pages that search engines are not to list. ``of(ids)`` names the wishes of those
    pages that have any (``NOINDEX``, ``WITHHOLD_FIGURES``), in one query.
    """

    key: str
    model: str
    listed: Callable[[Any], Any]
    of: Callable[[Collection[int]], Mapping[int, frozenset[str]]]
    order: int = 100


@dataclass(frozen=True)
class PersonalPart:
    """A part of what belongs to one account: it can be taken along, and goes with the account.

    ``collect(user)`` yields flat rows with the same keys each, plain values only, read in pieces. ``erase(user)`` removes
    what does not go by itself with the account's row (foreign keys that cascade need no word here); it runs in the transaction
    that deletes the account, before that row goes, may be told twice, and leaves files to ``transaction.on_commit``.
    """

    key: str
    title: str | Promise
    collect: Callable[[Any], Iterator[Mapping[str, Any]]]
    erase: Callable[[Any], None] | None = None
    order: int = 100


@dataclass(frozen=True)
class MergeParticipant:
    """Something outside of the record that hangs on author pages and goes along when two pages become one: follows, invitations.

    All three run in the caller's transaction and take row keys. ``preview(given_up, survivor)`` tells what would go along, in sentences.
    ``merge(given_up, survivor)`` moves it and returns what ``undo`` needs to put every row back: numbers, codes and dates only, never a
    person's words. ``undo(inverse)`` puts back the rows that nobody has changed since, and leaves the others as they are: who has unfollowed
    meanwhile stays so. What cannot be in one place twice stays with the page that is given up.
    A split that is taken back calls ``merge`` for what came to hang on the new page meanwhile. ``among(ids)`` names those of these pages that
    anything hangs on, in a fixed number of queries: rules merge thousands of pages at once, and ask for these only (without it for all).
    """

    key: str
    preview: Callable[[int, int], Iterable[str | Promise]]
    merge: Callable[[int, int], Mapping[str, Any]]
    undo: Callable[[Mapping[str, Any]], None]
    order: int = 100
    among: Callable[[Collection[int]], Iterable[int]] | None = None


@dataclass(frozen=True)
class PeopleFacet:
    """A way to narrow a search for people that an upper app knows: claimed, open to collaborate.

    ``key`` is the parameter in the address ("open=1"). ``narrow(authors, viewer)`` returns the author pages among ``authors`` that it is true of
    as far as ``viewer`` may know; it runs no query, and what it asks is served by an index from the few to whom it applies.
    """

    key: str
    label: str | Promise
    narrow: Callable[[Any, Any], Any]
    order: int = 100


@dataclass(frozen=True)
class AccountColumn:
    """Something that every page says about the account that is logged in, read in the query that finds the account.

    It stands on ``request.user`` under ``key``, and on no account that was found another way. ``expression()`` is a subquery over an index,
    for that one account, about the table of accounts.
    """

    key: str
    expression: Callable[[], Any]
    order: int = 100


panels: Registry[Panel] = Registry()
refresh_kinds: Registry[RefreshKind] = Registry()
visibility_filters: Registry[VisibilityFilter] = Registry()
page_wishes: Registry[PageWishes] = Registry()
personal_parts: Registry[PersonalPart] = Registry()
support_sources: Registry[SupportSource] = Registry()
account_columns: Registry[AccountColumn] = Registry()
people_facets: Registry[PeopleFacet] = Registry()
merge_participants: Registry[MergeParticipant] = Registry()
kept_pages: Registry[KeptPages] = Registry()


def load_panels(page: str, request: HttpRequest, subject: object) -> dict[str, list[tuple[Panel, Mapping[str, Any]]]]:
    """The panels of a page with their contexts, grouped by slot. Costs what the panels' loaders cost."""
    slots: dict[str, list[tuple[Panel, Mapping[str, Any]]]] = {}
    for panel in panels:
        if panel.page != page:
            continue
        context = panel.load(request, subject)
        if context is not None:
            slots.setdefault(panel.slot, []).append((panel, context))
    return slots


def listed_for_search_engines(rows: QuerySetT) -> QuerySetT:
    """``rows`` without the pages whose people asked to be kept out of search engines. Costs no query of its own."""
    for entry in page_wishes:
        if entry.model == rows.model._meta.label:
            rows = entry.listed(rows)
    return rows


def wishes_of(model: str, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """What the people behind these pages of a model ("papers.Author") ask for. A query for each registered entry, none for no ids."""
    found: dict[int, frozenset[str]] = {}
    for entry in page_wishes:
        if entry.model == model and ids:
            for key, wishes in entry.of(ids).items():
                found[key] = found.get(key, frozenset()) | wishes
    return found
