"""The font that a page asks for early, and pages where npm has not installed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string

from config.templatetags import site


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    _forget_what_is_written_once()
    yield
    _forget_what_is_written_once()


def _forget_what_is_written_once() -> None:
    site.text_face.cache_clear()
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]  # Django's own engine
        loader.reset()


def test_a_page_preloads_the_font_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "find", lambda path: f"/somewhere/{path}")
    page = render_to_string("404.html")
    assert f'<link rel="preload" href="/static/{site.LATIN_FACE}" as="font"' in page


@pytest.mark.parametrize("missing", ["not found", "not collected"])
def test_a_page_does_without_where_it_is_not(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> str:
        raise ValueError(path)

    if missing == "not collected":
        monkeypatch.setattr(site, "static", refuse)
    monkeypatch.setattr(finders, "find", lambda _: None)
    page: Any = render_to_string("404.html")
    assert "preload" not in page
    assert "There is no such page" in page
