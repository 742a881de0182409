"""Who may not decide on what: nobody on themselves, on a page of their own, on a co-author, or on whom they vouched for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from profiles.exceptions import NotAllowedError
from profiles.models import Claim, User
from profiles.models.choices import HOLDING
from profiles.querysets.moderation import DECIDE, claims_vouched_for, moderators, pages_claimed_by, pages_shared_with


def ensure_moderator(moderator: User) -> None:
    """Quiet for accounts that may decide on claims. Raises ``NotAllowedError`` for all others."""
    if not moderator.is_active or not moderator.has_perm(DECIDE):
        raise NotAllowedError(_("Only moderators can do this."))


def ensure_may_decide(*, moderator: User, claim: Claim) -> None:
    """Quiet where this moderator may decide on this claim. Raises ``NotAllowedError`` with the reason. At most three queries beside the permissions."""
    ensure_moderator(moderator)
    why = bars(moderator, [claim]).get(claim.pk)
    if why is not None:
        raise NotAllowedError(why)


def ensure_may_decide_on_page(*, moderator: User, author_id: int) -> None:
    """The same for what is about a page and not about a claim. Raises ``NotAllowedError``. At most two queries beside the permissions."""
    ensure_moderator(moderator)
    why = bars_on_pages(moderator, [author_id]).get(author_id)
    if why is not None:
        raise NotAllowedError(why)


def bars(moderator: User, claims: Sequence[Claim]) -> dict[int, str]:
    """Why a moderator may not decide on these claims (``profile`` fetched), by key; those without a reason are left out. Three queries for any number."""
    by_page = bars_on_pages(moderator, {claim.author_id for claim in claims})
    vouched = claims_vouched_for(moderator.pk, [claim.pk for claim in claims])
    found: dict[int, str] = {}
    for claim in claims:
        if claim.profile.user_id == moderator.pk:
            found[claim.pk] = _("This is your own claim, and nobody decides on themselves.")
        elif claim.author_id in by_page:
            found[claim.pk] = by_page[claim.author_id]
        elif claim.pk in vouched:
            found[claim.pk] = _("You vouched for this claim, so somebody else decides on it.")
    return found


def bars_on_pages(moderator: User, author_ids: Iterable[int]) -> dict[int, str]:
    """Why a moderator may not decide on these pages, by key: their own, one they claim, or a co-author's. Two queries for any number."""
    wanted = set(author_ids)
    claimed = list(pages_claimed_by(moderator.pk).values_list("author_id", "status"))
    owned = [author_id for author_id, status in claimed if status in HOLDING]  # at most one, by a constraint
    shared = pages_shared_with(owned[0], wanted) if owned else set()
    return {
        **dict.fromkeys(shared & wanted, _("You have works together with the author of this page, so somebody else decides on it.")),
        **dict.fromkeys(
            {author_id for author_id, _status in claimed} & wanted,
            _("You own this page or have claimed it, so somebody else decides on it."),
        ),
    }


def other_moderators(*without: int | None) -> bool:
    """Whether there is a moderator besides these accounts. One query."""
    return moderators().exclude(pk__in=[key for key in without if key is not None]).exists()


def waiting_sentence(*without: int | None) -> str:
    """What to say of something that waits for a moderator other than these. One query."""
    if other_moderators(*without):
        return _("It waits for another moderator.")
    return _("There is no other moderator, so it waits until one is appointed.")
