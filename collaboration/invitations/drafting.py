"""Writing an invitation: a draft for each page, kept until it is sent or thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.exceptions import IncompleteError
from collaboration.invitations.steps import lock_invitation, move
from collaboration.models.invitations import Invitation, InvitationStatus, Part
from config.lib.markdown import render_markdown
from config.lib.query_params import clean_text
from papers.models import Author, Work
from profiles.claims.messages import tidy
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import User
from profiles.models.choices import WorkKind

MOST_DRAFTS: Final = 50
MOST_WORKS: Final = 10
LONGEST_TOPIC: Final = 200
LONGEST_ASK: Final = 4000


@dataclass(frozen=True, slots=True)
class Charter:
    """What an invitation says. A draft may leave any of it empty."""

    topic: str = ""
    kind: str = ""
    ask: str = ""
    by_when: date | None = None
    works: Sequence[int] = ()


def save_draft(*, sender: User, author: Author, charter: Charter) -> Invitation:
    """The sender's draft to this page, with what the charter says now. Five statements.

    Raises ``LimitReachedError`` for more than fifty drafts, ``WrongStateError`` for a page that is merged or erased.
    """
    if author.merged_into_id is not None or author.erased_at is not None:
        raise WrongStateError(_("This page has moved or is gone. Write to the page that it leads to."))
    with transaction.atomic():
        drafts = Invitation.objects.filter(sender=sender, status=InvitationStatus.DRAFT)
        draft = drafts.select_for_update(of=("self",), no_key=True).filter(author=author).first()
        if draft is None:
            if drafts.count() >= MOST_DRAFTS:
                raise LimitReachedError(
                    _("You have %(count)s drafts, which is the most. Send one or throw one away.") % {"count": MOST_DRAFTS}
                )
            draft = Invitation.objects.get_or_create(sender=sender, author=author, status=InvitationStatus.DRAFT)[0]
        write(draft, charter)
    return draft


def write(draft: Invitation, charter: Charter) -> None:
    """Put the charter's words into a draft. Four statements."""
    draft.topic = clean_text(charter.topic, LONGEST_TOPIC)
    draft.kind = charter.kind if charter.kind in WorkKind.values else ""
    draft.ask = tidy(charter.ask)[:LONGEST_ASK]
    draft.ask_html = str(render_markdown(draft.ask, is_letter=True))
    draft.by_when = charter.by_when
    draft.save(update_fields=["topic", "kind", "ask", "ask_html", "by_when", "updated_at"])
    wanted = sorted(set(charter.works))[:MOST_WORKS]
    draft.works.set(Work.objects.filter(pk__in=wanted, merged_into__isnull=True, erased_at__isnull=True))


def discard_draft(*, draft: Invitation, user: User) -> None:
    """Throw a draft away; one with which somebody was asked for an introduction is kept as withdrawn, since it counts. Raises ``NotAllowedError``,
    ``WrongStateError`` for what was sent.
    """
    with transaction.atomic():
        locked = lock_invitation(draft.pk)
        if locked.sender_id != user.pk:
            raise NotAllowedError(_("This is somebody else's draft."))
        if locked.status != InvitationStatus.DRAFT:
            raise WrongStateError(_("This invitation was sent already. You can withdraw it."))
        if locked.sent_at is None:
            locked.delete()
        else:
            move(locked, InvitationStatus.WITHDRAWN, Part.SENDER)


def ensure_complete(draft: Invitation) -> None:
    """Quiet where a draft says enough to be sent. Raises ``IncompleteError`` for the first thing that is missing."""
    if not draft.topic:
        raise IncompleteError(_("Say what it is about."), "topic")
    if not draft.kind:
        raise IncompleteError(_("Say what kind of work you mean."), "kind")
    if not draft.ask:
        raise IncompleteError(_("Say what you ask of them."), "ask")
