"""One invitation as its sender and its recipient see it, and rows of them in lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collaboration.invitations.answering import may_remind_from
from collaboration.models.introductions import Introduction, IntroductionStatus
from collaboration.models.invitations import DELIVERED, UNANSWERED, DeclineReason, Invitation, InvitationEvent, InvitationStatus
from collaboration.querysets.people import Known, known, nobody
from papers.addresses import paper_address, researcher_address
from papers.models import Author, Work
from papers.pages.parts import Link
from profiles.models import User
from profiles.models.choices import WorkKind

_STATES: Mapping[InvitationStatus, Any] = {
    InvitationStatus.DRAFT: lambda: _("Draft"),
    InvitationStatus.INTRODUCING: lambda: _("Waiting to be passed on"),
    InvitationStatus.WAITING: lambda: _("Waiting until somebody claims the page"),
    InvitationStatus.SENT: lambda: _("Waiting for an answer"),
    InvitationStatus.HELD: lambda: _("Asked to wait"),
    InvitationStatus.ACCEPTED: lambda: _("Accepted"),
    InvitationStatus.DECLINED: lambda: _("Declined"),
    InvitationStatus.WITHDRAWN: lambda: _("Withdrawn"),
    InvitationStatus.EXPIRED: lambda: _("Ended without an answer"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An invitation in a list. ``who`` is the other side, ``day`` when it came to where it stands in this list."""

    topic: str
    url: str
    who: Link
    state: str
    day: datetime
    is_waiting: bool
    conversation_url: str = ""


@dataclass(frozen=True, slots=True)
class WorkLink:
    """A work by its typeset title, which was cleaned when it was stored."""

    title: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an invitation's history."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ShownInvitation:
    """One invitation for one of its two people. ``status`` is what this reader may know of it."""

    invitation: Invitation
    status: InvitationStatus
    state: str
    is_mine: bool
    sender: Known
    recipient: Link
    kind: str
    ask: SafeString
    works: Sequence[WorkLink]
    reason: str
    history: Sequence[Step]
    introducers: Sequence[tuple[Link, str]]
    with_introducer: str
    conversation_url: str
    can_answer: bool
    can_wait: bool
    can_withdraw: bool
    can_remind: bool
    remind_from: datetime | None


def seen_status(invitation: Invitation, user: User) -> InvitationStatus:
    """The state as this account may know it: a block looks like silence to who was blocked."""
    status = InvitationStatus(invitation.status)
    if status != InvitationStatus.CLOSED or invitation.sender_id != user.pk:
        return status
    held: date | None = invitation.held_until
    return InvitationStatus.HELD if held is not None and held > timezone.now().date() else InvitationStatus.SENT


def state_text(status: InvitationStatus) -> str:
    """The state in words."""
    return str(_STATES[status]()) if status in _STATES else ""


def work_link(work: Work) -> WorkLink:
    """The work as a link."""
    return WorkLink(SafeString(work.title_html or escape(work.title)), paper_address(work.pk, work.title))


def rows_of(invitations: Sequence[Invitation], user: User, box: str) -> list[Row]:
    """Rows of a list, at most one query for whoever sent them."""
    senders = known([row.sender_id for row in invitations]) if box == "received" else {}
    return [_row(row, user, senders) for row in invitations]


def shown_invitation(invitation: Invitation, user: User) -> ShownInvitation:
    """The invitation for its sender or its recipient. Five queries, and one where somebody introduced them."""
    status, mine = seen_status(invitation, user), invitation.sender_id == user.pk
    people = known([invitation.sender_id, invitation.recipient_id])
    introductions = list(invitation.introductions.prefetch_related("words").order_by("-pk"))
    passed = next((row for row in introductions if row.status == IntroductionStatus.PASSED_ON), None)
    names = _names(introductions)
    conversation = getattr(invitation, "conversation", None)
    remind_from = may_remind_from(invitation) if mine and status == InvitationStatus.SENT and invitation.delivered_at else None
    return ShownInvitation(
        invitation=invitation,
        status=status,
        state=state_text(status),
        is_mine=mine,
        sender=people.get(invitation.sender_id, nobody()),
        recipient=Link(invitation.author.display_name, invitation.author.get_absolute_url()),
        kind=str(WorkKind(invitation.kind).label) if invitation.kind in WorkKind.values else "",
        ask=SafeString(invitation.ask_html),
        works=[work_link(work) for work in invitation.works.order_by("-date_key", "pk")],
        reason=str(DeclineReason(invitation.decline_reason).label) if invitation.decline_reason in DeclineReason.values else "",
        history=_history(invitation, mine=mine),
        introducers=_introducers(passed, names),
        with_introducer=_holder_name(introductions, names) if status == InvitationStatus.INTRODUCING else "",
        conversation_url=conversation.get_absolute_url() if conversation is not None and status == InvitationStatus.ACCEPTED else "",
        can_answer=not mine and status in DELIVERED,
        can_wait=not mine and status == InvitationStatus.SENT,
        can_withdraw=mine and status in UNANSWERED,
        can_remind=remind_from is not None and invitation.reminded_at is None and remind_from <= timezone.now(),
        remind_from=remind_from if invitation.reminded_at is None else None,
    )


def _row(invitation: Invitation, user: User, senders: Mapping[int, Known]) -> Row:
    status = seen_status(invitation, user)
    sender = senders.get(invitation.sender_id)
    who = (
        Link(sender.name, sender.url)
        if sender is not None
        else Link(invitation.author.display_name, researcher_address(invitation.author_id, invitation.author.display_name))
    )
    conversation = getattr(invitation, "conversation", None) if status == InvitationStatus.ACCEPTED else None
    day = (invitation.delivered_at if sender is not None else invitation.sent_at) or invitation.updated_at
    return Row(
        topic=invitation.topic or _("No topic yet"),
        url=invitation.get_absolute_url(),
        who=who,
        state=state_text(status),
        day=day,
        is_waiting=sender is not None and status == InvitationStatus.SENT,
        conversation_url=conversation.get_absolute_url() if conversation is not None else "",
    )


def _history(invitation: Invitation, *, mine: bool) -> list[Step]:
    """What happened when, as this reader may know it. The recipient's history begins when it came before them."""
    steps: list[InvitationEvent] = [event for event in invitation.events.all() if event.status != InvitationStatus.CLOSED]
    if not mine and invitation.delivered_at is not None:
        steps = [event for event in steps if event.at >= invitation.delivered_at or event.status == InvitationStatus.SENT][-10:]
    told = [Step(event.at, _step_text(event)) for event in steps]
    if invitation.reminded_at is not None:
        told.append(Step(invitation.reminded_at, _("Reminded")))
    return sorted(told, key=lambda step: step.at)


def _step_text(event: InvitationEvent) -> str:
    match event.status:
        case InvitationStatus.DRAFT:
            return _("A draft again")
        case InvitationStatus.SENT if event.part == "system":
            return _("Brought to the owner of the page")
        case InvitationStatus.SENT if event.part == "introducer":
            return _("Passed on")
        case InvitationStatus.SENT:
            return _("Sent")
        case InvitationStatus.INTRODUCING:
            return _("Given to somebody to pass on")
        case _:
            return state_text(InvitationStatus(event.status))


def _names(introductions: Iterable[Introduction]) -> dict[int, str]:
    keys = {key for row in introductions for key in row.between}
    return dict(Author.objects.filter(pk__in=keys).values_list("pk", "display_name")) if keys else {}


def _introducers(passed: Introduction | None, names: Mapping[int, str]) -> list[tuple[Link, str]]:
    """Who passed it on, in order, each with their word."""
    if passed is None:
        return []
    return [
        (Link(names[word.author_id], researcher_address(word.author_id, names[word.author_id])), word.text)
        for word in passed.words.all()
        if word.author_id in names
    ]


def _holder_name(introductions: Sequence[Introduction], names: Mapping[int, str]) -> str:
    latest = introductions[0] if introductions else None
    return names.get(latest.between[latest.place], "") if latest is not None else ""
