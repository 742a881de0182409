"""What a researcher's page shows of the claim that holds it, and what a reader can do about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from papers.models import Author
from papers.models.bases import page_slug
from profiles.levels import RecordFacts, record_level, sentence
from profiles.models import Claim, User
from profiles.models.choices import HOLDING, OPEN, ClaimStatus, Level, Method
from profiles.querysets.standing_of_page import standing_of_page


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """The claim that holds a page. ``pieces`` is the evidence that counts: each method, subject, own (an institution's)."""

    claim_id: int
    user_id: int
    is_disputed: bool
    level: Level
    pieces: Sequence[Mapping[str, Any]]

    @property
    def orcid(self) -> str:
        """The iD that its owner signed in with, or ""."""
        return next((str(piece["subject"]) for piece in self.pieces if piece["method"] == Method.ORCID), "")

    def state_text(self) -> str:
        """Such as "Claimed, ORCID confirmed and E-mail domain confirmed: uni.edu"."""
        said = list(dict.fromkeys(text for piece in self.pieces if (text := _confirmed(piece))))
        return _("Claimed, %(evidence)s") % {"evidence": get_text_list(said, _("and"))} if said else _("Claimed")


def shown_claim(author: Author) -> ShownClaim | None:
    """The claim that holds this author's page, or None. One query for each author object, however often it is asked."""
    row = standing_of_page(author).claim
    return ShownClaim(row.id, row.user_id, row.status == ClaimStatus.DISPUTED, Level(row.level or 0), row.pieces or ()) if row else None


def claim_panel(request: HttpRequest, author: Author) -> Mapping[str, Any]:
    """What stands under "Take part" about claiming. One query, unless the header has asked already; signed in one more."""
    held = shown_claim(author)
    user = request.user if isinstance(request.user, User) else None
    slug = page_slug(author.display_name)
    start_url = reverse("profiles:claim-start", args=[author.pk, slug])
    level, words = level_of(author, held)
    return {
        "state": _state(held, user),
        "own": _own_claim(author, user) if user is not None else None,
        "is_disputed": held is not None and held.is_disputed,
        "claim_url": reverse("profiles:claim", args=[held.claim_id]) if held is not None else "",
        "start_url": start_url,
        "login_url": f"{reverse('account_login')}?next={quote(start_url)}",
        "page": author.pk,
        "slug": slug,
        "history_url": reverse("profiles:history", args=[author.pk, slug]),
        "level": level.label,
        "sentence": words,
    }


def own_page_panel(request: HttpRequest, _subject: object) -> Mapping[str, Any] | None:
    """On the first page of somebody who owns no page: how to come to one, or how far their claim is. None for owners and visitors. One query signed in."""
    if not isinstance(request.user, User):
        return None
    mine = Claim.objects.filter(profile__user=request.user, status__in=[*OPEN, *HOLDING]).select_related("author").order_by("-pk")[:4]
    if any(claim.status in HOLDING for claim in mine):
        return None
    return {"claim": mine[0] if mine else None}


def level_of(author: Author, held: ShownClaim | None) -> tuple[Level, Promise]:
    """The level of a page with its sentence; that of the record where nobody owns it. No query where the author came with figures."""
    if held is not None:
        return held.level, sentence(held.level, is_claimed=True)
    figures = author.__dict__.get("figures") or author._state.fields_cache.get("figures")  # noqa: SLF001 - whether it came along, without asking
    works = figures.works_count if figures is not None else 0
    level = record_level(RecordFacts(works, author.confidence, has_source_id=False, has_publisher_orcid=False))
    return level, sentence(level, is_claimed=False)


def _state(held: ShownClaim | None, user: User | None) -> str:
    if held is None:
        return "free"
    return "mine" if user is not None and held.user_id == user.pk else "taken"


def _own_claim(author: Author, user: User) -> Claim | None:
    """The reader's claim on this page that is under way, or else the one by which they own any page. One query."""
    mine = Claim.objects.filter(Q(status__in=HOLDING) | Q(status__in=OPEN, author=author), profile__user=user).select_related("author")
    found = sorted(mine, key=lambda claim: claim.author_id != author.pk)
    return found[0] if found else None


def _confirmed(piece: Mapping[str, Any]) -> str:
    """Words before badges: what one piece says in the header."""
    match piece["method"]:
        case Method.ORCID:
            return _("ORCID confirmed")
        case Method.EMAIL if piece["own"]:
            return _("e-mail domain confirmed: %(domain)s") % {"domain": piece["subject"]}
        case Method.TOKEN:
            return _("web page confirmed")
        case Method.VOUCH:
            return _("co-authors vouch")
        case Method.DOCUMENT:
            return _("document reviewed")
        case _:
            return ""
