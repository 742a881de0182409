"""Ada owns her page, Grace has one that nobody claimed, Emmy is a stranger; Mo moderates."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from profiles.models import OutgoingMail, User
from tests.factories.people import PASSWORD, account, owner_of, page_of


@pytest.fixture(autouse=True)
def private_root(settings, tmp_path):
    """A private store of this test's own."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    return settings.PRIVATE_ROOT


@pytest.fixture
def page(db):
    return page_of("ada")


@pytest.fixture
def ada(page) -> User:
    """She owns her page."""
    return owner_of(page)


@pytest.fixture
def unclaimed(db):
    """Grace's page, which nobody has claimed."""
    return page_of("grace")


@pytest.fixture
def emmy(db) -> User:
    return account("emmy")


@pytest.fixture
def mo(db) -> User:
    user = account("mo")
    user.user_permissions.add(Permission.objects.get(codename="decide_claim"))
    return user


@pytest.fixture
def entered() -> Callable[[User], Client]:
    """A browser in which somebody has logged in, and has just shown once more who they are."""

    def enter(user: User, client: Client | None = None) -> Client:
        client = client or Client()
        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.content
        again = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert again.status_code == 302, again.content
        return client

    return enter


@pytest.fixture
def letters(db) -> Callable[[str], list[OutgoingMail]]:
    """The mails written to an address, oldest first."""
    return lambda to: list(OutgoingMail.objects.filter(to__iexact=to).order_by("pk"))


@pytest.fixture
def code_for(letters) -> Callable[[str], str]:
    """The code in the latest mail to an address."""

    def code(to: str) -> str:
        found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", letters(to)[-1].text)
        assert found
        return found.group()

    return code
