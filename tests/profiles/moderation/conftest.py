"""Ada claims, Grace and Vera moderate, Emmy moderates too but writes with Ada, Mallory pretends."""

from __future__ import annotations

import pytest
from django.utils import timezone

from profiles.models.choices import ClaimStatus, Method
from profiles.moderation.decisions import approve_claim
from profiles.standings import refresh_standings
from tests.factories.moderation import moderator
from tests.factories.people import NAMES, account, claim_by, evidence_for, page_of

NAMES.update(vera="Vera Holt", mallory="Mallory Quillmere")


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch):
    """One decision in twenty is drawn for a second look, by its number: no test is to depend on which number it happens to get."""
    monkeypatch.setattr("profiles.moderation.acts.is_drawn", lambda _number: False)


@pytest.fixture
def grace(db):
    return moderator("grace")


@pytest.fixture
def vera(db):
    return moderator("vera")


@pytest.fixture
def ada(db):
    return account("ada")


@pytest.fixture
def page(db):
    return page_of("ada")


@pytest.fixture
def claim(ada, page):
    """Ada's claim as it waits, with a token on her homepage: enough for level 2 together with her address."""
    waiting = claim_by(ada, page, ClaimStatus.REVIEW)
    evidence_for(waiting, Method.TOKEN, "https://example.org/~ada")
    refresh_standings([page.pk])
    return waiting


@pytest.fixture
def emmy(page):
    """She moderates, owns her page, and has a work together with Ada."""
    user = moderator("emmy")
    theirs = page_of("emmy", 1, together_with=page)
    claim_by(user, theirs, ClaimStatus.GRANTED, granted_at=timezone.now(), decided_at=timezone.now(), submitted_at=timezone.now())
    return user


@pytest.fixture
def owned(page, claim, grace):
    """Ada's page, hers by Grace's decision."""
    return approve_claim(claim=claim, moderator=grace)


@pytest.fixture
def challenge(owned, page):
    """Somebody else says that the page is theirs, with a document."""
    other = account("mallory")
    made = claim_by(other, page, ClaimStatus.REVIEW, challenges=owned)
    evidence_for(made, Method.TOKEN, "https://example.org/~m")
    evidence_for(made, Method.DOCUMENT, "e" * 64)
    other.profile.display_name = "A. Quillmere"
    other.profile.save()
    return made
