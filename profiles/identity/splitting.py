"""Works that stand on the wrong page, moved by people: to a page of their own, to another page, or off all pages.

    split_page(page=page, groups=[Group(authorships=(3, 4), to=None)], user=request.user)

What was moved stays moved: it is decided by a person and refused for the page that it left, and no import or run brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from papers.ingest.people import display_form, sort_form, visible_form
from papers.models import (
    AttributionRule,
    AttributionState,
    Author,
    AuthorIdentifier,
    Authorship,
    AuthorshipRefusal,
    NameVariant,
    NameVisibility,
)
from papers.names import parse_name
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.identity import display_names
from profiles.identity.locks import gone_text, lock_pages
from profiles.identity.obstacles import works_text
from profiles.identity.rights import may_split
from profiles.models import TrailEntry, User
from profiles.moderation.acts import remember_levels
from profiles.owners.works import Standing
from profiles.querysets.claims import holding
from profiles.querysets.identity import MOVE, SPLIT
from profiles.trail import Changes, act, one_decision

NOBODY: Final = 0
"""The ``to`` of a group that is nobody's until the right person takes it."""
MOST_GROUPS: Final = 12
MOST_WORKS: Final = 2000
LONGEST_NAME: Final = 300


@dataclass(frozen=True, slots=True)
class Group:
    """Authorships (row keys) of one page that are one other person's. ``to`` is that person's page, None for a new one, 0 for nobody's."""

    authorships: tuple[int, ...]
    to: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As a proposal keeps it."""
        return {"authorships": list(self.authorships), "to": self.to}


def groups_from(stored: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The groups of a proposal."""
    return [Group(tuple(one["authorships"]), one["to"]) for one in stored]


def split_page(*, page: Author, groups: Sequence[Group], user: User, code: str = "", note: str = "") -> list[TrailEntry]:
    """The entries of the decision, one for each group; the subject of each is the page that its works went to (the page they left, for nobody's).

    Raises ``NotAllowedError`` for who may not, ``WrongStateError`` where works have left the page meanwhile, nothing would stay, or a
    person said that the works are not the other page's. About twenty statements for each group, and two for each work of it.
    """
    with one_decision() as decision:
        targets = {group.to for group in groups if group.to}
        pages = lock_pages([page.pk, *targets])
        origin = pages[page.pk]
        standing = may_split(user=user, page=origin, targets=targets)
        found = _authorships(origin, groups)
        _ensure_possible(origin, groups, found, pages)
        remember_levels(decision, pages)
        entries = [
            _move(group, [found[key] for key in group.authorships], origin, pages, _How(decision, user, standing, code, note))
            for group in groups
        ]
        display_names.follow_names(decision, pages.values())
    return entries


def ensure_groups(page: Author, groups: Sequence[Group]) -> None:
    """Quiet where these works can leave the page as the groups say. Raises ``WrongStateError``, ``NotAllowedError``. Call it in a transaction."""
    targets = {group.to for group in groups if group.to}
    pages = {one.pk: one for one in Author.objects.filter(pk__in=[page.pk, *targets])}
    if len(pages) < 1 + len(targets):
        raise WrongStateError(gone_text())
    _ensure_possible(pages[page.pk], groups, _authorships(page, groups), pages)


@dataclass(frozen=True, slots=True)
class _How:
    """Who decides, in which role, why."""

    decision: UUID
    user: User
    standing: Standing
    code: str
    note: str


def _authorships(origin: Author, groups: Sequence[Group]) -> dict[int, Authorship]:
    """The authorships of all groups, locked. Raises ``WrongStateError`` where one is in two groups or has left the page."""
    keys = [key for group in groups for key in group.authorships]
    if not keys or len(keys) != len(set(keys)) or any(not group.authorships for group in groups):
        raise WrongStateError(_("Choose the works of each group, each work once."))
    if len(groups) > MOST_GROUPS or len(keys) > MOST_WORKS:
        raise WrongStateError(_("That is too much at once. Split the page in several steps."))
    found = {one.pk: one for one in Authorship.objects.select_for_update(of=("self",)).filter(pk__in=keys, author=origin).order_by("pk")}
    if len(found) < len(keys):
        raise WrongStateError(_("Some of these works have left the page meanwhile. Start again from the page as it is now."))
    return found


def _ensure_possible(origin: Author, groups: Sequence[Group], found: Mapping[int, Authorship], pages: Mapping[int, Author]) -> None:
    if origin.merged_into_id is not None or origin.erased_at is not None:
        raise WrongStateError(gone_text())
    stays = Authorship.objects.filter(author=origin).exclude(pk__in=list(found)).exists()
    if not stays and any(group.to != NOBODY for group in groups):
        raise WrongStateError(_("Something has to stay on the page. Where all of it is one other person's, merge the two pages."))
    for group in groups:
        if group.to:
            _ensure_target(pages[group.to], origin, [found[key] for key in group.authorships])


def _ensure_target(target: Author, origin: Author, moved: Sequence[Authorship]) -> None:
    if target.pk == origin.pk:
        raise WrongStateError(_("The works stand on this page already. Give the address of the other one."))
    if target.merged_into_id is not None or target.erased_at is not None:
        raise WrongStateError(gone_text())
    owner = holding([target.pk]).first()
    if owner is not None and owner.status == "disputed":
        raise NotAllowedError(_("The page is disputed. Until that is decided its owner and identifiers stay as they are."))
    works = [one.work_id for one in moved]
    on_it = Authorship.objects.filter(author=target, work__in=works).values_list("work__title", flat=True)
    refused = AuthorshipRefusal.objects.filter(author=target, stands=True, authorship__work__in=works)
    if titles := list(on_it):
        raise WrongStateError(
            _("%(name)s stands on these works already: %(works)s.") % {"name": target.display_name, "works": works_text(titles)}
        )
    if titles := list(refused.values_list("authorship__work__title", flat=True)):
        raise WrongStateError(
            _("Somebody decided that these works are not by %(name)s: %(works)s. Take that decision back first.")
            % {"name": target.display_name, "works": works_text(titles)}
        )


def _move(group: Group, moved: Sequence[Authorship], origin: Author, pages: Mapping[int, Author], how: _How) -> TrailEntry:
    target = _new_page(moved) if group.to is None else pages.get(group.to)
    is_new = group.to is None
    if target is not None and is_new:
        target.save(force_insert=True)
    with act(
        action=SPLIT if is_new else MOVE,
        actor=how.user,
        role=how.standing.role,
        subject=target or origin,
        author=origin,
        claim=how.standing.claim,
        code=how.code,
        note=how.note,
        public=True,
    ) as changes:
        if target is not None and is_new:
            changes.created(target)
        now = timezone.now()
        changes.update_all(
            moved,
            author_id=target.pk if target is not None else None,
            rule=AttributionRule.PERSON,
            state=AttributionState.IMPORTED,
            decided_by_person=True,
            decided_by_id=how.user.pk,
            decided_at=now,
        )
        _refuse(changes, moved, origin)
        _names(changes, moved, origin, target)
        if target is not None:
            _identifiers(changes, moved, origin, target)
    assert changes.entry is not None  # noqa: S101 - it is made at the end of the act
    return changes.entry


def new_name(moved: Sequence[Authorship]) -> str:
    """The form among these works that says most: under it a page of their own is opened. Asks nothing."""
    forms = [display_form(one.raw_name[:LONGEST_NAME]) for one in moved]
    full = [form for form in forms if parse_name(form).is_full]
    return max(full or forms, key=len)


def _new_page(moved: Sequence[Authorship]) -> Author:
    name = new_name(moved)
    return Author(display_name=name, sort_name=sort_form(name))


def _refuse(changes: Changes, moved: Sequence[Authorship], origin: Author) -> None:
    """They are not by the person of the page that they left, for ever."""
    held = {row.authorship_id: row for row in AuthorshipRefusal.objects.select_for_update().filter(author=origin, authorship__in=moved)}
    changes.update_all([row for row in held.values() if not row.stands], stands=True)
    changes.create_all([AuthorshipRefusal(authorship=one, author=origin, stands=True) for one in moved if one.pk not in held])


def _names(changes: Changes, moved: Sequence[Authorship], origin: Author, target: Author | None) -> None:
    """The forms on the works go with them; one that no work left behind bears is no longer the page's."""
    forms = {one.raw_name[:LONGEST_NAME] for one in moved}
    borne = set(Authorship.objects.filter(author=origin, raw_name__in=forms).values_list("raw_name", flat=True))
    own = {row.name: row for row in NameVariant.objects.select_for_update().filter(author=origin, is_published=True)}
    left = [own[name] for name in sorted(forms - borne) if name in own]
    if len(left) == len(own):
        left = left[1:]  # a page is called something
    theirs = {row.name: row for row in NameVariant.objects.select_for_update().filter(author=target)} if target is not None else {}
    chosen = target.display_name if target is not None and target.name_on_works else ""
    going = [row for row in left if target is not None and row.name not in theirs]
    for row in left:
        if row not in going:
            changes.update(row, is_published=False, visibility=NameVisibility.HIDDEN)
    if target is None:
        return
    for row in going:
        changes.update(row, author_id=target.pk)
    taken = {row.name for row in going}
    for name in sorted(forms - taken):
        known = theirs.get(name)
        if known is None:
            parsed = parse_name(name)
            changes.create(NameVariant(author=target, name=name, key=parsed.key, block=parsed.block, visibility=visible_form(name, chosen)))
        elif not known.is_published:
            changes.update(known, is_published=True)


def _identifiers(changes: Changes, moved: Sequence[Authorship], origin: Author, target: Author) -> None:
    """Identifiers that only the moved works state go with them, so that imports find the right page. What somebody signed in with stays."""
    stated = {pair for one in moved for pair in _stated(one)}
    if not stated:
        return
    rest = Authorship.objects.filter(author=origin).only("source_ids", "orcid")
    remaining = {pair for one in rest.iterator(chunk_size=500) for pair in _stated(one)}
    rows = AuthorIdentifier.objects.select_for_update().filter(author=origin, is_authenticated=False).order_by("pk")
    changes.update_all([row for row in rows if (row.scheme, row.value) in stated - remaining], author_id=target.pk)


def _stated(one: Authorship) -> set[tuple[str, str]]:
    pairs = {(scheme, value) for scheme, value in one.source_ids.items() if isinstance(value, str)}
    return pairs | ({("orcid", one.orcid)} if one.orcid else set())
