"""The page of one's own blocks, mutes, reports and measures; and what one can do about a researcher's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from collaboration.models import Block, Measure, Mute, Report
from collaboration.safety.measures import WORDS
from papers.models import Author
from papers.models.bases import page_slug
from profiles.models import Claim, User
from profiles.models.choices import HOLDING


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """Somebody whom one blocked; ``page`` where they own one, else they are named by when."""

    number: int
    page: Author | None
    since: Any


def safety_page(user: User) -> dict[str, Any]:
    """What ``collaboration/safety.html`` reads. Five queries."""
    blocks = list(Block.objects.filter(blocker=user).order_by("-pk")[:200])
    pages = _pages_of([block.blocked_id for block in blocks])
    reports = Report.objects.filter(reporter=user).select_related("author", "appeal").order_by("-pk")[:100]
    measures = Measure.objects.filter(person=user).select_related("appeal").order_by("-pk")[:50]
    return {
        "blocks": [BlockedLine(block.pk, pages.get(block.blocked_id), block.since) for block in blocks],
        "mutes": list(Mute.objects.filter(muter=user, author__isnull=False).select_related("author").order_by("-pk")[:200]),
        "reports": [(report, hasattr(report, "appeal")) for report in reports],
        "measures": [(measure, WORDS[measure.kind], hasattr(measure, "appeal")) for measure in measures],
    }


def about_page(author: Author, user: User) -> dict[str, Any]:
    """What ``collaboration/keep_off.html`` reads: whether the page is muted, and its owner blocked. Three queries."""
    held = Claim.objects.filter(author=author, status__in=HOLDING).select_related("profile").first()
    owner = held.profile.user_id if held is not None else None
    return {
        "author": author,
        "slug": page_slug(author.display_name),
        "has_owner": owner is not None,
        "is_own": owner == user.pk,
        "is_muted": Mute.objects.filter(muter=user, author=author).exists(),
        "is_blocked": owner is not None and Block.objects.filter(blocker=user, blocked=owner).exists(),
    }


def keep_off_panel(_request: HttpRequest, author: Author) -> Mapping[str, Any]:
    """The link to muting, blocking and reporting. No query."""
    return {"url": reverse("collaboration:keep-off", args=[author.pk, page_slug(author.display_name)])}


def _pages_of(users: Sequence[int]) -> dict[int, Author]:
    held = Claim.objects.filter(profile__user__in=users, status__in=HOLDING).select_related("author", "profile")
    return {claim.profile.user_id: claim.author for claim in held}
