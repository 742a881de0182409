"""Asking the API the way a program does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client) -> Ask:
    """``ask("works/", year=2020)``: the answer's JSON, which must be a 200."""

    def asked(path: str, **parameters: Any) -> Any:
        response = client.get(path if path.startswith("http") else f"/api/v1/{path}", parameters or None)
        assert response.status_code == 200, response.content
        return response.json()

    return asked


@pytest.fixture
def titles(ask: Ask) -> Ask:
    """The titles that a list of works answers."""
    return lambda path="works/", **parameters: [work["title"] for work in ask(path, **parameters)["results"]]
