"""Merges, splits and moves taken back: every row is again what it was, and what came to hang on a page meanwhile is not lost."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from papers.models import Author, Authorship, AuthorshipRefusal
from profiles.claims.challenges import ensure_not_disputed
from profiles.exceptions import NotAllowedError, UndoConflictError, WrongStateError
from profiles.identity import display_names, participants
from profiles.identity.carrying import Carrying
from profiles.identity.locks import lock_pages
from profiles.identity.rights import as_moderator
from profiles.models import Claim, LevelBefore, Standing, TrailEntry, User
from profiles.models.choices import ReasonCode, Role
from profiles.moderation.acts import restore_levels
from profiles.owners.works import Standing as Deciding
from profiles.querysets.claims import holding
from profiles.querysets.identity import PAGE_ACTS, SPLIT, standing_acts
from profiles.trail import act, one_decision, undo

AUTHOR = Author._meta.label


def take_back(*, decision: UUID, user: User, code: str = ReasonCode.MISTAKE, note: str = "") -> list[TrailEntry]:
    """The entries that say so, one for each act of the decision, the last act first.

    Works that came to a page of its own since the split go back with it, and so do claims, requests and follows. Raises
    ``NotAllowedError`` for who may not, ``WrongStateError`` where it was taken back before, ``UndoConflictError`` where somebody has
    decided about the same works since. Two statements for each row, and about forty.
    """
    with one_decision():
        acts = list(standing_acts(decision))
        if not any(entry.action in PAGE_ACTS for entry in acts):
            raise WrongStateError(_("This has been taken back already."))
        lock_pages(_still_there(acts))
        return put_back(decision=decision, user=user, role=may_take_back(user=user, acts=acts), code=code, note=note)


def put_back(*, decision: UUID, user: User | None, role: Role, code: str, note: str = "") -> list[TrailEntry]:
    """The same for whoever has been found to be allowed to; ``user`` None is an account that goes and takes its decisions along."""
    try:
        with one_decision():
            acts = list(standing_acts(decision))
            lock_pages(_still_there(acts))
            undone: list[TrailEntry] = []
            for entry in acts:
                if entry.action == SPLIT:
                    _bring_home(entry, user, role)
                undone.append(undo(entry=entry, actor=user, role=role, code=code, note=note if entry is acts[-1] else ""))
            participants.put_back(decision)
            display_names.put_back(decision)
            _restore_levels(decision, acts)
            return undone
    except (ProtectedError, IntegrityError):
        raise UndoConflictError(
            _("Somebody owns one of these pages by now, or the works have been decided about. Take that back first."), []
        ) from None


def may_take_back(*, user: User, acts: Sequence[TrailEntry]) -> Role:
    """In which role this account may take a decision back: who made it as an owner and still is one, or a moderator. Raises ``NotAllowedError``."""
    own = [entry for entry in acts if entry.action in PAGE_ACTS and entry.role == Role.OWNER and entry.actor_id == user.pk]
    if own and len(own) == sum(entry.action in PAGE_ACTS for entry in acts):
        claim = holding([own[0].author_id or 0]).filter(profile__user_id=user.pk).first()
        if claim is not None:
            ensure_not_disputed(claim)
            return Role.OWNER
    if any(entry.role == Role.MODERATOR for entry in acts) and not user.has_perm("profiles.decide_claim"):
        raise NotAllowedError(_("A moderator decided this. Only a moderator can take it back."))
    standing: Deciding = as_moderator(user, _still_there(acts))
    return standing.role


def pages_of(acts: Sequence[TrailEntry]) -> list[int]:
    """The pages that these acts concern, by key."""
    subjects = {entry.subject_id for entry in acts if entry.subject == AUTHOR}
    return sorted(subjects | {entry.author_id for entry in acts if entry.author_id is not None})


def _still_there(acts: Sequence[TrailEntry]) -> list[int]:
    return list(Author.objects.filter(pk__in=pages_of(acts)).order_by("pk").values_list("pk", flat=True))


def _bring_home(split: TrailEntry, user: User | None, role: Role) -> None:
    """What came to the new page since the split goes to the page that it was split from: the new page will not be there any more."""
    new = Author.objects.filter(pk=split.subject_id).first()
    home = Author.objects.filter(pk=split.author_id or 0).first()
    if home is None:
        raise UndoConflictError(_("The page that these works came from is gone: its own split was taken back."), [str(split.author_id)])
    if new is None or new.merged_into_id is not None:
        raise UndoConflictError(_("The new page was merged into another one since. Take that back first."), [str(split.subject_id)])
    if holding([new.pk]).exists():
        raise UndoConflictError(_("Somebody owns the new page by now. Decide about their claim first."), [new.display_name])
    ours = {(change["model"], change["pk"]) for change in split.changes}
    later = [
        one
        for one in Authorship.objects.select_for_update(of=("self",)).filter(author=new).order_by("pk")
        if (Authorship._meta.label, one.pk) not in ours
    ]
    with act(action="bring-home", actor=user, role=role, subject=new, author=home) as changes:
        carrying = Carrying(changes, kept=home, gone=new, without=ours)
        carrying.everything()
        stays = set(Authorship.objects.filter(author=home).values_list("work_id", flat=True))
        stays |= set(AuthorshipRefusal.objects.filter(author=home, stands=True).values_list("authorship__work_id", flat=True))
        carrying.works([one for one in later if one.work_id not in stays])
        changes.update_all([one for one in later if one.work_id in stays], author_id=None)
        former = list(Author.objects.select_for_update(no_key=True, of=("self",)).filter(merged_into=new).order_by("pk"))
        changes.update_all(former, merged_into_id=home.pk)
    participants.bring_home(new.pk, home.pk)


def _restore_levels(decision: UUID, acts: Sequence[TrailEntry]) -> None:
    """Levels as they were before; a page that had none because nobody had ever claimed it has none again."""
    remembered = set(LevelBefore.objects.filter(decision=decision).values_list("author_id", flat=True))
    never = set(pages_of(acts)) - remembered
    claimed = Claim.objects.filter(author_id__in=never).values("author_id")
    Standing.objects.filter(author_id__in=never).exclude(author_id__in=claimed).delete()
    restore_levels(decision)
    LevelBefore.objects.filter(decision=decision).delete()
