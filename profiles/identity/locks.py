"""Locking everything that a decision about several pages can touch, in the order that imports and other decisions lock in."""

from __future__ import annotations

from collections.abc import Iterable

from papers.models import Author, Authorship, Work
from profiles.exceptions import WrongStateError


def lock_pages(author_ids: Iterable[int]) -> dict[int, Author]:
    """The pages as they are now, locked with the works that stand on them until the transaction ends: works by number, then pages by number.

    Two statements. Raises ``WrongStateError`` where a page is gone.
    """
    wanted = sorted(set(author_ids))
    works = Authorship.objects.filter(author_id__in=wanted).order_by().values("work_id")
    list(Work.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=works).order_by("pk").values_list("pk", flat=True))
    pages = Author.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = {page.pk: page for page in pages}
    if len(found) < len(wanted):
        raise WrongStateError(gone_text())
    return found


def gone_text() -> str:
    """What to say of a page that is not there any more."""
    from django.utils.translation import gettext as _

    return _("One of these pages is gone. Start again from the page as it is now.")
