"""Following and leaving, and who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.following.targets import Target
from collaboration.following.telling import tell_owner
from collaboration.models import Follow, FollowList, SavedSearch
from collaboration.safety.measures import ensure_not_suspended
from papers.models import Work
from profiles.exceptions import LimitReachedError, NotAllowedError
from profiles.models import Claim, User
from profiles.models.choices import HOLDING

MOST: Final = 5_000
"""Things that one account follows at most: the feed asks about each of them."""
MOST_SEARCHES: Final = 50
"""Searches among them: each costs a question after every import."""
NEW_ACCOUNT: Final = timedelta(days=7)
MOST_OF_A_NEW_ACCOUNT: Final = 100
LONGEST_WORDS: Final = 400
LONGEST_QUERY: Final = 1000


def follow(*, user: User, target: Target) -> bool:
    """Have ``user`` follow ``target``: whether it is new. Twice, or from two places at once, is once.

    The owner of a person's page is told, by name only of those who show what they follow. At most nine statements.

    Raises ``LimitReachedError`` where the account follows as much as it may, ``NotAllowedError`` for one's own page.
    """
    with transaction.atomic():
        before = Follow.objects.filter(follower=user, **{target.kind: target.key}).exists()
        if before:
            return False
        _ensure_may_follow(user, target)
        Follow.objects.bulk_create([Follow(follower=user, **{f"{target.kind}_id": target.key})], ignore_conflicts=True)
        if target.kind == "author":
            tell_owner(follower=user, author_id=target.key)
    return True


def unfollow(*, user: User, target: Target) -> None:
    """Have ``user`` leave ``target``; quiet where they did not follow it. One statement."""
    Follow.objects.filter(follower=user, **{target.kind: target.key}).delete()


def save_search(*, query: str, words: str) -> SavedSearch:
    """The saved search of that canonical query, made where nobody had saved it: works that are here already are not news to it. At most three queries.

    Raises ``LimitReachedError`` for one that is too long to keep.
    """
    if len(query) > LONGEST_QUERY:
        raise LimitReachedError(_("This search is too long to be kept. Take some words away."))
    newest = Work.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    search, _is_new = SavedSearch.objects.get_or_create(
        query=query, defaults={"words": words[:LONGEST_WORDS], "checked_through": newest, "checked_at": timezone.now()}
    )
    return search


def choose_list(*, user: User, is_public: bool) -> None:
    """Show on one's page what one follows, or keep it to oneself. One or two statements."""
    FollowList.objects.update_or_create(user=user, defaults={"is_public": is_public})


def _ensure_may_follow(user: User, target: Target) -> None:
    held = Follow.objects.filter(follower=user)
    if target.kind == "author" and user_owns(user, target.key):
        raise NotAllowedError(_("This is your own page."))
    ensure_not_suspended(user)
    is_new = user.date_joined > timezone.now() - NEW_ACCOUNT
    most = MOST_OF_A_NEW_ACCOUNT if is_new else MOST
    if held.count() >= most:
        raise LimitReachedError(
            _("A new account follows up to %(count)s things in its first week.") % {"count": most}
            if is_new
            else _("You follow %(count)s things, which is the most. Leave some first.") % {"count": most}
        )
    if target.kind == "search" and held.filter(search__isnull=False).count() >= MOST_SEARCHES:
        raise LimitReachedError(_("You follow %(count)s searches, which is the most. Leave one first.") % {"count": MOST_SEARCHES})


def user_owns(user: User, author_id: int) -> bool:
    """Whether the account owns that page. One query."""
    return Claim.objects.filter(profile__user=user, author_id=author_id, status__in=HOLDING).exists()
