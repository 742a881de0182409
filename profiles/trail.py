"""Acts that leave a trail: a change and its entry stand or fall together, and each act can be taken back exactly.

    with act(action="grant", actor=moderator, role=Role.MODERATOR, subject=claim, claim=claim, code="granted") as changes:
        changes.update(claim, status=ClaimStatus.GRANTED)

The trail keeps codes, numbers and dates of the rows it knows (``TRAILED``), never a person's words. What follows from a
change (levels to compute again, figures) is told by reactions, alike for an act and for taking it back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.db.models import ForeignKey, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.exceptions import UndoConflictError, WrongStateError
from profiles.models import Claim, TrailEntry, TrailNote, User
from profiles.models.choices import Role

RowT = TypeVar("RowT", bound=Model)
Change = dict[str, Any]

TRAILED: dict[str, tuple[str, ...]] = {
    "profiles.Claim": (
        "profile_id",
        "author_id",
        "status",
        "reason_code",
        "challenges_id",
        "started_at",
        "expires_at",
        "submitted_at",
        "decided_at",
        "granted_at",
        "granted_automatically",
        "credible_at",
        "answer_due",
        "second_review_at",
        "dispute_free_since",
    ),
    "profiles.Evidence": (
        "claim_id",
        "method",
        "status",
        "matched",
        "matched_by",
        "from_site",
        "institution_id",
        "started_at",
        "first_checked_at",
        "last_checked_at",
        "next_check_at",
        "confirmed_at",
        "outcome",
        "failures",
    ),
    "profiles.Appeal": ("claim_id", "against", "status", "opened_at", "decided_at"),
    "profiles.EvidenceCheck": ("evidence_id", "checked_at", "held", "outcome"),
    "profiles.ClaimMessage": ("claim_id", "kind", "role", "sender_id"),
    "profiles.Review": (
        "claim_id",
        "evidence_id",
        "appeal_id",
        "stage",
        "verdict",
        "reason_code",
        "reviewer_id",
        "created_at",
        "drawn_at",
        "looked_again_at",
        "again_of_id",
    ),
    "profiles.Vouch": ("evidence_id", "voucher_id", "voucher_author_id", "work_id", "status", "asked_at", "answered_at"),
    "profiles.Document": ("evidence_id", "media_type", "size", "sha256", "uploaded_at", "delete_after", "deleted_at"),
    "profiles.Freeze": ("kind", "domain", "institution_id", "reason_code", "frozen_at", "frozen_by_id", "lifted_at"),
    "profiles.Sanction": ("author_id", "kind", "imposed_at", "ends_at", "lifted_at", "imposed_by_id"),
    "profiles.PageChoice": ("noindex", "withhold_figures"),
    "profiles.PublicRequest": ("kind", "status", "author_id", "authorship_id", "confirmed_at", "decided_at"),
    "papers.Authorship": ("author_id", "rule", "state", "decided_by_person", "decided_by_id", "decided_at"),
    "papers.AuthorshipRefusal": ("authorship_id", "author_id", "stands"),
    "papers.Author": ("merged_into_id",),
    "papers.AuthorIdentifier": ("author_id", "source", "is_authenticated"),
    "papers.NameVariant": ("author_id", "is_published", "visibility"),
    "papers.IdentityConstraint": ("one_id", "other_id", "kind", "origin", "decided_at"),
    "papers.UncertainPair": ("verdict", "decided_at", "decided_by_id"),
    "profiles.FormerName": ("author_id",),
}
"""The rows that acts change, by model, and which of their columns the trail keeps: opaque numbers, codes and dates."""

Reaction = Callable[[Sequence[Change]], None]
_reactions: dict[str, list[Reaction]] = {}
_decision: ContextVar[uuid.UUID | None] = ContextVar("decision", default=None)
_entry: ContextVar[TrailEntry | None] = ContextVar("entry", default=None)


def register_reaction(label: str, reaction: Reaction) -> None:
    """Have ``reaction`` called with the changed rows of a model (``label``), in the transaction that changes them or takes the change back."""
    known = _reactions.setdefault(label, [])
    if reaction not in known:
        known.append(reaction)


def entry_under_way() -> TrailEntry | None:
    """The entry whose changes a reaction is being told of; None outside of reactions. Its ``changes`` are those of all models."""
    return _entry.get()


@contextmanager
def one_decision() -> Iterator[uuid.UUID]:
    """The acts inside stand or fall together, in one transaction, and are taken back together: they share this ``TrailEntry.decision``.

    Inside another one this is part of that one.
    """
    decision = _decision.get() or uuid.uuid4()
    token = _decision.set(decision)
    try:
        with transaction.atomic():
            yield decision
    finally:
        _decision.reset(token)


class Changes:
    """The rows that one act changes, as they were and as they become. Made by ``act``."""

    def __init__(self) -> None:
        self.rows: list[Change] = []
        self.entry: TrailEntry | None = None

    def create(self, row: RowT) -> RowT:
        """Save a new row; one statement."""
        row.save(force_insert=True)
        return self.created(row)

    def created(self, row: RowT) -> RowT:
        """Note a row that was saved a moment ago in the same transaction, because the entry had to name it."""
        self.rows.append({"model": row._meta.label, "pk": row.pk, "before": None, "after": _kept(row)})
        return row

    def update(self, row: RowT, **values: Any) -> RowT:
        """Set these columns of a row that the caller has locked or just read; one statement, none where nothing changes."""
        before = _kept(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        self._note(row, before)
        return row

    def create_all(self, rows: Sequence[RowT]) -> list[RowT]:
        """Save new rows of one model; one statement for each thousand."""
        made = type(rows[0])._default_manager.bulk_create(rows, batch_size=1000) if rows else []
        self.rows += [{"model": row._meta.label, "pk": row.pk, "before": None, "after": _kept(row)} for row in made]
        return made

    def update_all(self, rows: Sequence[RowT], **values: Any) -> None:
        """Set the same columns of rows of one model that the caller has locked or just read; one statement for all."""
        before = {row.pk: _kept(row) for row in rows}
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)
        if rows:
            type(rows[0])._default_manager.filter(pk__in=list(before)).update(**values)
        for row in rows:
            self._note(row, before[row.pk])

    def _note(self, row: Model, before: Mapping[str, Any]) -> None:
        after = _kept(row)
        changed = [name for name in after if after[name] != before[name]]
        if changed:
            self.rows.append(
                {
                    "model": row._meta.label,
                    "pk": row.pk,
                    "before": {name: before[name] for name in changed},
                    "after": {name: after[name] for name in changed},
                }
            )


@contextmanager
def act(
    *,
    action: str,
    actor: User | None,
    role: Role,
    subject: Model,
    author: Author | int | None = None,
    claim: Claim | None = None,
    code: str = "",
    note: str = "",
    public: bool = False,
) -> Iterator[Changes]:
    """One act in one transaction with its entry in the trail, which is in ``changes.entry`` afterwards.

    An exception inside undoes all of it, the entry too. ``public`` shows the act on the history of the author's page. Costs two statements beside the changes.
    """
    page = author.pk if isinstance(author, Author) else author
    if page is None and claim is not None:
        page = claim.author_id
    with transaction.atomic():
        changes = Changes()
        yield changes
        changes.entry = TrailEntry.objects.create(
            at=timezone.now(),
            action=action,
            actor_id=actor.pk if actor is not None else None,
            role=role,
            subject=subject._meta.label,
            subject_id=subject.pk,
            author_id=page,
            claim_id=claim.pk if claim is not None else None,
            code=code,
            changes=changes.rows,
            is_public=public,
            decision=_decision.get(),
        )
        if note:
            TrailNote.objects.create(entry=changes.entry, text=note)
        _react(changes.rows, changes.entry)


def undo(*, entry: TrailEntry, actor: User | None, role: Role, code: str, note: str = "") -> TrailEntry:
    """Take an act back: every row it changed is again what it was, rows it made are gone. Returns the entry that says so.

    Raises ``WrongStateError`` for an act that changed nothing or was taken back already, ``UndoConflictError`` where a row
    has changed since: the later act has to be taken back first. Costs two statements a row.
    """
    with transaction.atomic():
        locked = TrailEntry.objects.select_for_update().get(pk=entry.pk)
        if not locked.changes:
            raise WrongStateError(_("This act changed nothing that could be taken back."))
        if TrailEntry.objects.filter(undoes=locked).exists():
            raise WrongStateError(_("This act has been taken back already."))
        reverted = [_reverted(change) for change in reversed(locked.changes)]
        taken_back = TrailEntry.objects.create(
            at=timezone.now(),
            action="undo",
            actor_id=actor.pk if actor is not None else None,
            role=role,
            subject=locked.subject,
            subject_id=locked.subject_id,
            author_id=locked.author_id,
            claim_id=locked.claim_id,
            code=code,
            changes=reverted,
            is_public=locked.is_public,
            decision=_decision.get(),
            undoes=locked,
        )
        if note:
            TrailNote.objects.create(entry=taken_back, text=note)
        _react(reverted, taken_back)
    return taken_back


def replay(entries: Sequence[TrailEntry]) -> dict[tuple[str, int], dict[str, Any] | None]:
    """The rows as these entries, in order, say they must be now: values by (model, key), None for rows that are gone. Asks nothing."""
    rows: dict[tuple[str, int], dict[str, Any] | None] = {}
    for entry in entries:
        for change in entry.changes:
            key = (change["model"], change["pk"])
            rows[key] = None if change["after"] is None else {**(rows.get(key) or {}), **change["after"]}
    return rows


def kept(row: Model) -> dict[str, Any]:
    """The columns of a row that the trail keeps, as it keeps them."""
    return _kept(row)


def values_before(change: Mapping[str, Any]) -> dict[str, Any]:
    """What the changed columns of a row held before, as Python has them; the row was there."""
    values: dict[str, Any] = {}
    for column, value in change["before"].items():
        field = apps.get_model(change["model"])._meta.get_field(column)
        target = field.target_field if isinstance(field, ForeignKey) else field
        values[column] = target.to_python(value) if value is not None else None
    return values


def _kept(row: Model) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in TRAILED[row._meta.label]}


def _plain(value: Any) -> Any:
    """A value as JSON carries it without loss: the usual encoder would cut microseconds off."""
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value


def _reverted(change: Mapping[str, Any]) -> Change:
    """Put one row back as it was. Triggers on the order of states look away: going back is no step forward."""
    model = apps.get_model(change["model"])
    row = model._default_manager.select_for_update().filter(pk=change["pk"]).first()
    name = f"{model._meta.verbose_name} #{change['pk']}"
    if row is None or any(_kept(row).get(column) != value for column, value in change["after"].items()):
        raise UndoConflictError(_("%(row)s has changed since. Take back what happened later first.") % {"row": name}, [name])
    if change["before"] is None:
        row.delete()
        return {"model": change["model"], "pk": change["pk"], "before": change["after"], "after": None}
    for column, value in values_before(change).items():
        setattr(row, column, value)
    with (
        pgtrigger.ignore("profiles.Claim:known_transitions"),
        transaction.atomic(),
    ):  # a constraint that fails must not keep the triggers off
        row.save(update_fields=list(change["before"]))
    return {"model": change["model"], "pk": change["pk"], "before": change["after"], "after": change["before"]}


def _react(changes: Sequence[Change], entry: TrailEntry) -> None:
    token = _entry.set(entry)
    try:
        for label in sorted(_reactions):
            concerned = [change for change in changes if change["model"] == label]
            if concerned:
                for reaction in _reactions[label]:
                    reaction(concerned)
    finally:
        _entry.reset(token)
