"""The public history of a page: what was decided about who owns it and what stands on it, in words, without names of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from papers.models import Author
from profiles.evidence.base import outcome_text
from profiles.models import TrailEntry
from profiles.models.choices import ReasonCode, Role

WORDS: dict[str, str | Promise] = {
    "grant": _("Claimed: a moderator found the evidence sufficient."),
    "dispute": _("Disputed: somebody else claimed the page, and a moderator found that credible enough to ask the owner."),
    "settle": _("The dispute ended, and the owner stayed."),
    "revoke": _("A moderator ended the owner's claim. The page was free again."),
    "give-way": _("A moderator took the page from its owner, for somebody with stronger evidence."),
    "restore": _("The owner's claim was put back after an appeal."),
    "release": _("The owner gave the page up."),
    "expire": _("The claim ended: none of its evidence could be confirmed for a year."),
    "account-erased": _("The owner closed their account. The page was free again."),
    "merge": _("Another page was merged into this one."),
    "split": _("Works of this page were moved to a page of their own."),
    "move": _("Works of this page were moved to the page of somebody else, or to none."),
    "work-refuse": _("A work was taken off this page: it is somebody else's."),
    "work-take": _("A work was added to this page, where a record had put it elsewhere."),
    "evidence-confirmed": _("Evidence for the claim was confirmed."),
    "evidence-stale": _("Evidence for the claim could not be confirmed again."),
    "evidence-withdrawn": _("The owner withdrew a piece of evidence."),
    "evidence-voided": _("A piece of evidence for the claim was made void."),
}
"""The acts that may stand on a public history, in words. An act without words here is told in general ones."""
OTHER_SIDE: dict[str, str | Promise] = {
    "merge": _("This page was merged into another one."),
    "split": _("This page was opened for works that had stood on another one."),
    "move": _("Works of another page were moved to this one."),
}
"""The same acts as the page tells them that they were about, where it is not the page on whose history they stand first."""
BY_OWNER, BY_MODERATOR = _("The owner of the page decided it."), _("A moderator decided it.")
AUTOMATIC = _("Claimed: the owner signed in with the ORCID iD that publishers give on these works.")
UNKNOWN = _("A decision about this page was made.")
LEFT_OUT = ("evidence-check",)  # looks that changed nothing stand on the evidence page, with their dates


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history; ``taken_back`` is when the decision was undone, None while it stands."""

    at: datetime
    text: str | Promise
    reason: str | Promise
    taken_back: datetime | None


def events_of(author: Author, *, offset: int, limit: int) -> list[Event]:
    """The lines of a page's history from ``offset`` on, newest first, those of pages merged into it too. Two queries."""
    pages = Q(author_id=author.pk) | Q(author_id__in=Author.objects.filter(merged_into=author).values("pk"))
    pages |= Q(subject=Author._meta.label, subject_id=author.pk, action__in=list(OTHER_SIDE))
    entries = list(
        TrailEntry.objects.filter(pages, is_public=True, undoes__isnull=True)
        .exclude(action__in=LEFT_OUT)
        .order_by("-pk")
        .defer("changes")[offset : offset + limit]
    )
    undone = _taken_back(entries)
    return [Event(entry.at, _text(entry, author), _reason(entry), undone.get(entry.pk)) for entry in entries]


def _text(entry: TrailEntry, author: Author) -> str | Promise:
    if entry.action in OTHER_SIDE and entry.author_id != author.pk and entry.subject_id == author.pk:
        return OTHER_SIDE[entry.action]
    if entry.action == "grant" and entry.code == ReasonCode.AUTOMATIC:
        return AUTOMATIC
    return WORDS.get(entry.action, UNKNOWN)


def _reason(entry: TrailEntry) -> str | Promise:
    """Why, where that is public: a claim was revoked, evidence did or did not hold. It speaks of the claim, not to its claimant."""
    if entry.action.startswith("evidence-"):
        return outcome_text(entry.code)
    if entry.action in OTHER_SIDE:
        return BY_OWNER if entry.role == Role.OWNER else BY_MODERATOR
    return REASONS.get(entry.code, "") if entry.action == "revoke" else ""


REASONS: dict[str, str | Promise] = {
    ReasonCode.IMPOSTURE: _("It had been made in somebody else's name."),
    ReasonCode.OTHER_PERSON: _("The evidence was about another person."),
    ReasonCode.ABUSE: _("The account was used against the rules of this site."),
    ReasonCode.EVIDENCE_LOST: _("The evidence could no longer be confirmed."),
    ReasonCode.OWNER_ASKED: _("The owner asked for it."),
}


def _taken_back(entries: Sequence[TrailEntry]) -> dict[int, datetime]:
    """When these acts were taken back, for those that are: taking back what took them back puts them in force again. One query."""
    keys = [entry.pk for entry in entries]
    follow = Q(undoes__in=keys) | Q(undoes__undoes__in=keys) | Q(undoes__undoes__undoes__in=keys)
    undoing = {row.undoes_id: row for row in TrailEntry.objects.filter(follow).only("pk", "at", "undoes_id")} if keys else {}
    found: dict[int, datetime] = {}
    for key in keys:
        chain = []
        current = undoing.get(key)
        while current is not None:
            chain.append(current)
            current = undoing.get(current.pk)
        if len(chain) % 2:
            found[key] = chain[-1].at
    return found
