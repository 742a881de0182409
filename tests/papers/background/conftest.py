"""A small library in which each test shelves the works it is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.lib.registries import RefreshKind, refresh_kinds
from papers.models import (
    AttributionRule,
    Author,
    Authorship,
    AuthorshipInstitution,
    Field,
    Institution,
    RefreshRequest,
    Topic,
    Work,
    WorkTopic,
)


class Library:
    """Shelves works under people, topics and institutions that are named once and found again by name."""

    def __init__(self) -> None:
        self.people: dict[str, Author] = {}
        self.subjects: dict[str, Topic] = {}
        self.places: dict[str, Institution] = {}
        self.fields: dict[str, Field] = {}

    def author(self, name: str, **more: object) -> Author:
        if name not in self.people:
            self.people[name] = Author.objects.create(display_name=name, sort_name=name, **more)
        return self.people[name]

    def topic(self, name: str) -> Topic:
        if name not in self.subjects:
            self.subjects[name] = Topic.objects.create(name=name, key=name.lower())
        return self.subjects[name]

    def institution(self, name: str) -> Institution:
        if name not in self.places:
            self.places[name] = Institution.objects.create(name=name, name_key=name.lower())
        return self.places[name]

    def field(self, name: str) -> Field:
        if name not in self.fields:
            self.fields[name] = Field.objects.get_or_create(key=name.lower(), defaults={"name": name})[0]
        return self.fields[name]

    def work(
        self,
        authors: Sequence[str],
        *,
        year: int | None = 2026,
        topics: Sequence[str] = (),
        at: Mapping[str, Sequence[str]] | None = None,
        field: str | None = None,
        cited: int | None = None,
        source: str = "openalex",
        as_of: date | None = None,
        author_count: int | None = None,
        **more: object,
    ) -> Work:
        """A work by these people; ``at`` gives the institutions that it names for each."""
        work = Work.objects.create(
            title=f"A work of {year} by {', '.join(authors[:3])}",
            title_key="a work",
            year=year,
            field=self.field(field) if field else None,
            cited_by_count=cited,
            cited_by_source=source if cited is not None else "",
            cited_by_as_of=as_of,
            author_count=len(authors) if author_count is None else author_count,
            sources=[source],
            **more,
        )
        signed = Authorship.objects.bulk_create(
            Authorship(work=work, position=place, raw_name=name, author=self.author(name), rule=AttributionRule.SOURCE_ID, source=source)
            for place, name in enumerate(authors)
        )
        WorkTopic.objects.bulk_create(WorkTopic(work=work, topic=self.topic(name), source=source) for name in topics)
        AuthorshipInstitution.objects.bulk_create(
            AuthorshipInstitution(authorship=authorship, institution=self.institution(place))
            for authorship in signed
            for place in (at or {}).get(authorship.raw_name, ())
        )
        return work


@dataclass
class Computation:
    """A registered kind whose computing only notes what it was asked for, unless a test says otherwise."""

    key: str = "test-kind"
    rounds: list[list[int]] = field(default_factory=list)
    act: Callable[[list[int]], object] = list

    def refresh(self, ids: list[int]) -> int:
        self.rounds.append(ids)
        self.act(ids)
        return len(ids)

    @property
    def computed(self) -> list[int]:
        return [number for ids in self.rounds for number in ids]


@pytest.fixture
def computation(monkeypatch) -> Computation:
    """A refresh kind of this test's own."""
    made = Computation()
    monkeypatch.setitem(refresh_kinds._entries, made.key, RefreshKind(made.key, made.refresh, batch=10))
    return made


@pytest.fixture
def in_thread() -> Iterator[Callable[..., Future]]:
    """Runs a function in a thread with a connection of its own, closed afterwards."""

    def run(function, *given, **named):
        try:
            return function(*given, **named)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        yield lambda function, *given, **named: pool.submit(run, function, *given, **named)


@pytest.fixture
def environment() -> dict[str, str]:
    """What a process of ours needs to work on this test's database."""
    database = connection.settings_dict
    place = f"{quote(str(database['HOST']), safe='')}:{database['PORT']}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD'] or ''}@{place}/{database['NAME']}",
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
    }


def let_leases_run_out() -> None:
    """Time passes, and the leases of workers that are gone end."""
    RefreshRequest.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def leases_run_out() -> Callable[[], None]:
    return let_leases_run_out


@pytest.fixture
def library() -> Library:
    """An empty library. The test itself asks for the database."""
    return Library()
