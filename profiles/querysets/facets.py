"""Facets of people in the search: whose page is claimed, and who is open to collaborate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from papers.models import Author
from papers.querysets.visibility import narrowed
from profiles.models import Claim, Profile
from profiles.models.choices import HOLDING, PublicPart

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer


def claimed(authors: QuerySet[Author], _viewer: Viewer) -> QuerySet[Author]:
    """Those whose page has an owner. Costs no query of its own."""
    return authors.filter(pk__in=Claim.objects.filter(status__in=HOLDING).values("author_id"))


def open_to_collaborate(authors: QuerySet[Author], viewer: Viewer) -> QuerySet[Author]:
    """Those whose owner says so today, to this viewer. Costs no query of its own."""
    open_now: QuerySet[Any] = Profile.objects.filter(
        open_until__gte=timezone.localdate(), public_parts__contains=[PublicPart.COLLABORATION], pk=OuterRef("profile")
    )
    held = Claim.objects.filter(Exists(narrowed(open_now, viewer)), status__in=HOLDING)
    return authors.filter(pk__in=held.values("author_id"))
