"""What the person behind a page wants of it: kept out of search engines, figures withheld. Owners say so; others ask a moderator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse

from config.lib.registries import NOINDEX, WITHHOLD_FIGURES
from papers.models import Author
from profiles.models import PageChoice, PublicRequest, User
from profiles.models.choices import Role
from profiles.privacy.confirmed_requests import decide_request
from profiles.querysets.standing_of_page import standing_of_page
from profiles.trail import act

ROBOTS_HEADER: Final = "X-Robots-Tag"
_WISHES: Final = """
    SELECT author_id, noindex, withhold_figures FROM profiles_pagechoice
    WHERE (noindex OR withhold_figures) AND author_id = ANY(%s::bigint[])
"""

AuthorsT = TypeVar("AuthorsT", bound="QuerySet[Author]")


def choose_for_page(
    *, author: Author, actor: User | None, role: Role, noindex: bool, withhold_figures: bool, code: str = "", note: str = ""
) -> PageChoice:
    """The choices of a page, as they are from now on. Permission is the caller's to check. Four statements, two where nothing changes."""
    with transaction.atomic():
        PageChoice.objects.bulk_create([PageChoice(author=author)], ignore_conflicts=True)
        choice = PageChoice.objects.select_for_update(of=("self",)).get(pk=author.pk)
        if (choice.noindex, choice.withhold_figures) == (noindex, withhold_figures):
            return choice
        with act(action="page-choice", actor=actor, role=role, subject=choice, author=author, code=code, note=note) as changes:
            changes.update(choice, noindex=noindex, withhold_figures=withhold_figures)
    return choice


def decide_opt_out(*, request: PublicRequest, moderator: User, grant: bool, note: str = "") -> PublicRequest:
    """The request, decided by a moderator; where granted, the page is out of search engines from now on.

    Raises ``WrongStateError`` unless it waits. Whether this moderator may decide on the page is the caller's to check.
    """
    with transaction.atomic():
        decided = decide_request(request=request, actor=moderator, actor_role=Role.MODERATOR, grant=grant, note=note)
        if grant:
            before = PageChoice.objects.filter(pk=decided.author_id).first()
            choose_for_page(
                author=decided.author,
                actor=moderator,
                role=Role.MODERATOR,
                noindex=True,
                withhold_figures=decided.with_figures or (before is not None and before.withhold_figures),
                code="opt-out",
            )
    return decided


def listed(authors: AuthorsT) -> AuthorsT:
    """Authors whose pages search engines may list. No query of its own."""
    return authors.exclude(Exists(PageChoice.objects.filter(author=OuterRef("pk"), noindex=True)))


def wishes_of_pages(author_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """What is wanted of these pages, those of which nothing is wanted left out. One query, in plain SQL: every page of a person asks it."""
    with connection.cursor() as cursor:
        cursor.execute(_WISHES, [list(author_ids)])
        return {pk: _wishes(noindex, withheld) for pk, noindex, withheld in cursor.fetchall()}


def wishes_of_page(author: Author) -> frozenset[str]:
    """What is wanted of the page of this author. The query of ``standing_of_page``."""
    found = standing_of_page(author)
    return _wishes(found.noindex, found.withholds_figures)


def wishes_of_choice(choice: PageChoice) -> frozenset[str]:
    """What one row says."""
    return _wishes(choice.noindex, choice.withhold_figures)


def _wishes(noindex: bool, withheld: bool) -> frozenset[str]:  # noqa: FBT001 - two columns
    return frozenset(wish for wish, wanted in ((NOINDEX, noindex), (WITHHOLD_FIGURES, withheld)) if wanted)


def keep_out_of_search(response: HttpResponse, wishes: Collection[str]) -> HttpResponse:
    """The response, marked for search engines where the person wants it so. The page's head says the same."""
    if NOINDEX in wishes:
        response[ROBOTS_HEADER] = NOINDEX
    return response
