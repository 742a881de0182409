"""Moderators, what they look at, and every row that their decisions can touch."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils import timezone

from papers.models import Author, AuthorIdentifier, Authorship, AuthorshipRefusal
from profiles import models
from profiles.models import Claim, Evidence, Standing, TrailEntry, User
from profiles.models.choices import EvidenceStatus, Method
from profiles.moderation.groups import moderators_group
from profiles.trail import kept, replay
from tests.factories.people import account, evidence_for

TABLES: list[Any] = [
    models.Claim,
    models.ClaimMessage,
    models.Appeal,
    models.Evidence,
    models.EvidenceCheck,
    models.Vouch,
    models.Document,
    models.Review,
    models.Freeze,
    models.Standing,
    models.Profile,
    models.PageChoice,
    models.PublicRequest,
    Authorship,
    AuthorIdentifier,
    AuthorshipRefusal,
]


def dump() -> dict[tuple[str, int], dict[str, Any]]:
    """Every row of every table of identity, and the authorships; without when a level was computed last."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for table in TABLES:
        for row in table.objects.order_by("pk").values():
            row.pop("computed_at", None)
            rows[table._meta.label, row.get("id", row.get("author_id"))] = row
    return rows


def document_for(claim: Claim) -> Evidence:
    """A document that waits for its reviewers."""
    now = timezone.now()
    evidence = evidence_for(claim, Method.DOCUMENT, "f" * 64, EvidenceStatus.CHECKING)
    models.Document.objects.create(
        evidence=evidence, stored_as="x", media_type="application/pdf", size=1, sha256="f" * 64, uploaded_at=now, delete_after=now
    )
    return evidence


def told_by_the_trail_is_true() -> bool:
    """Whether replaying the trail gives, for each row that it tells of, what the row holds."""
    for (label, key), values in replay(list(models.TrailEntry.objects.order_by("pk"))).items():
        row = apps.get_model(label).objects.filter(pk=key).first()
        if values is None:
            assert row is None, (label, key)
        else:
            assert {**kept(row), **values} == kept(row), (label, key)
    return True


def moderator(who: str) -> User:
    """An account on the staff, in the group of moderators."""
    user = account(who, is_staff=True)
    user.groups.add(moderators_group())
    return user


def last(action: str) -> TrailEntry:
    """The newest entry of the trail for that action."""
    return TrailEntry.objects.filter(action=action).latest("pk")


def level_of(page: Author) -> int:
    """The level that stands for the owner of this page."""
    return Standing.objects.get(author=page).level
