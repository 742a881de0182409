"""Going by another name throughout: the page, the works, co-authors' lists, search, exports and the API know the new one only.

What a work was published under stays in the record, where attribution needs it, and is shown nowhere. A former name leads
to the page only where its bearer chose so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from papers.ingest.people import visible_form
from papers.models import Author, NameVariant, NameVisibility
from profiles.claims.granting import lock_page
from profiles.exceptions import WrongStateError
from profiles.models import FormerName, PageChoice, Profile, User
from profiles.owners.names import choose_name, mark_renamed, tidy_name
from profiles.owners.works import ensure_may_decide
from profiles.trail import act

CHANGE: Final = "name-change"
END: Final = "name-change-end"


def change_name_throughout(*, author: Author, user: User, name: str, searchable: bool = False) -> Author:
    """The page, and its bearer wherever works name them, under this name; every published form that does not go with it is a former name.

    ``searchable``: whether former names lead to the page; they are shown nowhere in either case. The trail keeps that the name was
    changed, never a name. Raises ``NotAllowedError`` for others than the owner and moderators, ``WrongStateError`` for a name that cannot
    stand. About two dozen statements.
    """
    wanted = tidy_name(name)
    if not wanted:
        raise WrongStateError(_("Give the name that you go by."))
    with transaction.atomic():
        before = lock_page(author.pk).display_name
        page = choose_name(author=author, user=user, name=wanted)
        standing = ensure_may_decide(user=user, author_id=page.pk)
        page.name_on_works = True
        page.save(update_fields=["name_on_works"])
        forms = [before, *page.name_variants.order_by("pk").values_list("name", flat=True)]
        former = [form for form in dict.fromkeys(forms) if visible_form(form, wanted) == NameVisibility.HIDDEN]
        FormerName.objects.filter(author=page).exclude(name__in=former).delete()
        _remember(page, former, searchable=searchable)
        Profile.objects.filter(claims__author=page, user=user).update(display_name=wanted)
        with act(action=CHANGE, actor=user, role=standing.role, subject=page, author=page, claim=standing.claim):
            mark_renamed([page.pk])
    return page


def let_former_names_lead_here(*, author: Author, user: User, searchable: bool) -> None:
    """Whether former names lead to the page, from now on. Raises ``NotAllowedError``."""
    with transaction.atomic():
        page = lock_page(author.pk)
        ensure_may_decide(user=user, author_id=page.pk)
        _remember(page, former_names(page), searchable=searchable)


def end_change(*, author: Author, user: User) -> Author:
    """Works name their author as published again, and every published form is shown; the page keeps its chosen name. Raises ``NotAllowedError``."""
    with transaction.atomic():
        page = lock_page(author.pk)
        standing = ensure_may_decide(user=user, author_id=page.pk)
        if not page.name_on_works:
            return page
        with act(action=END, actor=user, role=standing.role, subject=page, author=page, claim=standing.claim):
            page.name_on_works = False
            page.save(update_fields=["name_on_works"])
            forget_former_names(page)
            mark_renamed([page.pk])
    return page


def former_names(author: Author) -> list[str]:
    """The names that its bearer no longer goes by. One query."""
    return list(FormerName.objects.filter(author=author).order_by("pk").values_list("name", flat=True))


def forget_former_names(page: Author) -> None:
    """No name of the page is a former one. Three statements; permission is the caller's to check."""
    names = former_names(page)
    FormerName.objects.filter(author=page).delete()
    page.name_variants.filter(name__in=names).update(visibility=NameVisibility.SHOWN)
    choice = PageChoice.objects.filter(author=page).first()
    if choice is not None:
        choice.hidden_variants = [name for name in choice.hidden_variants if name not in names]
        choice.save(update_fields=["hidden_variants", "updated_at"])


def _remember(page: Author, names: Iterable[str], *, searchable: bool) -> None:
    listed = list(names)
    for name in listed:
        FormerName.objects.update_or_create(author=page, name=name, defaults={"is_searchable": searchable})
    visibility = NameVisibility.FOUND if searchable else NameVisibility.HIDDEN
    NameVariant.objects.filter(author=page, name__in=listed).update(visibility=visibility)
    choice, _is_new = PageChoice.objects.get_or_create(author=page)
    choice.hidden_variants = list(dict.fromkeys([*choice.hidden_variants, *listed]))
    choice.save(update_fields=["hidden_variants", "updated_at"])
