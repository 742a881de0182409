"""What people say to suggestions: not this one, after all this one, and not me."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.models import SuggestionChoice, SuggestionDismissal
from papers.models import Author
from profiles.exceptions import LimitReachedError
from profiles.models import User

MOST: Final = 5_000


def dismiss(*, user: User, author: Author) -> None:
    """Have a person suggested no more; twice is once. Nobody is told. Two statements. Raises ``LimitReachedError``."""
    with transaction.atomic():
        if SuggestionDismissal.objects.filter(user=user).count() >= MOST:
            raise LimitReachedError(_("You have dismissed %(count)s suggestions, which is the most.") % {"count": MOST})
        SuggestionDismissal.objects.bulk_create([SuggestionDismissal(user=user, author=author)], ignore_conflicts=True)


def take_back_dismissal(*, user: User, author_id: int) -> None:
    """Let a person be suggested again; quiet where they were not dismissed. One statement."""
    SuggestionDismissal.objects.filter(user=user, author_id=author_id).delete()


def choose_suggested(*, user: User, is_suggested: bool) -> None:
    """Whether one may be suggested to others, from now on. Two statements."""
    SuggestionChoice.objects.update_or_create(user=user, defaults={"is_suggested": is_suggested})
