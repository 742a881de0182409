"""Ada has a page that nobody owns, and so has Grace; both have accounts. Mo decides."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from papers.models import Author
from profiles.models import User
from tests.factories.people import account, page_of


@dataclass(frozen=True)
class People:
    """Who takes part in these stories."""

    ada: User
    grace: User
    mo: User
    page: Author
    other_page: Author


@pytest.fixture
def people(db: None) -> People:
    return People(account("ada"), account("grace"), account("mo"), page_of("ada"), page_of("grace"))
