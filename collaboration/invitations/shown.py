"""What a researcher's page says about inviting its person: how, or the plain reason why not yet with the way there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from collaboration.invitations.obstacles import obstacle
from collaboration.invitations.situation import situation_of
from papers.models import Author
from papers.models.bases import page_slug
from profiles.claims.shown import shown_claim
from profiles.models import User


def invite_panel(request: HttpRequest, author: Author) -> Mapping[str, Any]:
    """What stands under "Take part" about inviting. No query signed out beside that of the header, one signed in."""
    held = shown_claim(author)
    address = reverse("collaboration:invite", args=[author.pk, page_slug(author.display_name)])
    told: dict[str, Any] = {"is_claimed": held is not None, "invite_url": address, "state": "signed-out"}
    if not isinstance(request.user, User):
        return told | {"login_url": f"{reverse('account_login')}?next={quote(address)}"}
    if held is not None and held.user_id == request.user.pk:
        return told | {"state": "mine"}
    now = timezone.now()
    found = situation_of(request.user, author.pk, now)
    stands_against = obstacle(found, author.pk, now)
    if stands_against is not None:
        return told | {"state": "not-yet", "reason": str(stands_against), "url": stands_against.url, "url_text": stands_against.url_text}
    return told | {
        "state": "open",
        "has_draft": found.draft is not None,
        "introduce_url": reverse("collaboration:introduce", args=[author.pk, page_slug(author.display_name)]) if found.page else "",
    }
