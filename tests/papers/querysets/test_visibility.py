"""What a registered filter hides stays hidden by whatever statement it is read: the ORM's, or one in plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from config.lib.registries import VisibilityFilter, visibility_filters
from papers.models import Author, AuthorFigures
from papers.querysets.author_page import author_for_page
from papers.querysets.visibility import narrowing
from papers.querysets.works import author_record
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.reading import text_of
from tests.factories.work import computed

NOBODY = AnonymousUser()

Register = Callable[[str, Callable[[Any, Any], Any]], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Filters for the length of a test."""
    monkeypatch.setattr(visibility_filters, "_entries", {})

    def registered(model: str, apply: Callable[[Any, Any], Any]) -> None:
        visibility_filters.register(VisibilityFilter(f"test-{model}", model, apply))

    return registered


def test_no_filter_costs_nothing(register: Register, db: None) -> None:
    assert narrowing(Author, "author.id", NOBODY) == ("", ())


def test_a_filter_that_shows_nothing(register: Register, db: None) -> None:
    ada = AuthorFactory()
    WorkFactory(by=[ada])
    register("papers.Work", lambda rows, _viewer: rows.none())

    assert author_record(ada.pk, NOBODY) == []


def test_a_hidden_author_is_not_found_and_not_named_beside_others(register: Register, client: Client, db: None) -> None:
    ada, grace = AuthorFactory(display_name="Ada Quillmere"), AuthorFactory(display_name="Grace Farrowgate")
    for _ in range(3):
        WorkFactory(by=[ada, grace], year=2026)
    computed(ada, grace)
    assert "Grace Farrowgate" in [row["name"] for row in AuthorFigures.objects.get(author=ada).collaborators]
    register("papers.Author", lambda rows, viewer: rows if viewer == "Grace" else rows.exclude(pk=grace.pk))

    seen = author_for_page(ada.pk, NOBODY)

    assert seen is not None
    assert seen.collaborators == {}
    assert client.get(grace.get_absolute_url()).status_code == 404
    own: Any = author_for_page(ada.pk, "Grace")  # type: ignore[arg-type]  # a viewer is whatever the filter compares
    assert own.collaborators == {grace.pk: "Grace Farrowgate"}


def test_a_hidden_work_is_not_listed_and_not_counted(register: Register, client: Client, db: None) -> None:
    ada = AuthorFactory()
    WorkFactory(by=[ada], title="What everybody may read")
    secret = WorkFactory(by=[ada], title="What nobody may read")
    register("papers.Work", lambda rows, _viewer: rows.exclude(pk=secret.pk))

    page = text_of(client.get(ada.get_absolute_url()))

    assert "What everybody may read" in page
    assert "What nobody may read" not in page
    assert len(author_record(ada.pk, NOBODY)) == 1
