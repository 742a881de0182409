"""Muting: no news of a page or of the person behind it, for one reader alone. Nobody is told, and nothing else changes."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from collaboration.models import Mute
from papers.models import Author
from profiles.exceptions import LimitReachedError
from profiles.models import User

MOST: Final = 1_000


def mute(*, muter: User, author: Author) -> None:
    """Mute a page; twice is once. Two statements. Raises ``LimitReachedError``."""
    if Mute.objects.filter(muter=muter).count() >= MOST:
        raise LimitReachedError(_("You have muted %(count)s pages, which is the most.") % {"count": MOST})
    Mute.objects.bulk_create([Mute(muter=muter, author=author)], ignore_conflicts=True)


def unmute(*, muter: User, author_id: int) -> None:
    """Hear of a page again; quiet where it was not muted. One statement."""
    Mute.objects.filter(muter=muter, author_id=author_id).delete()
