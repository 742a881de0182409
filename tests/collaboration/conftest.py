"""Ada, Grace and Emmy, who own their pages, and a kind of notification for tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collaboration.notifications.kinds import NotificationKind, notification_kinds
from profiles.models import User
from tests.factories.people import owner_of, page_of


@pytest.fixture
def ada(db: None) -> User:
    return owner_of(page_of("ada"), "ada")


@pytest.fixture
def grace(db: None) -> User:
    return owner_of(page_of("grace"), "grace")


@pytest.fixture
def emmy(db: None) -> User:
    return owner_of(page_of("emmy"), "emmy")


@pytest.fixture
def letter_kind() -> Iterator[NotificationKind]:
    """A kind that only tests know: letters, gathered by who wrote them."""
    kind = NotificationKind(
        "letter",
        "Letters",
        line=lambda payload, count: f"{payload['from']} wrote to you" if count == 1 else f"{payload['from']} wrote to you {count} times",
        address=lambda payload: f"/letters/{payload['number']}/",
    )
    yield notification_kinds.register(kind)
    del notification_kinds._entries["letter"]
