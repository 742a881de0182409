"""How far a claim has come: what its claimant reads on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.claims.appeals import appeal_until
from profiles.claims.challenges import answer_due
from profiles.claims.service_figures import median_wait, place_in_queue
from profiles.evidence.explaining import Step as EvidenceStep
from profiles.evidence.explaining import steps_of
from profiles.levels import MISSING_TEXTS, assess, sentence
from profiles.models import Appeal, Claim, ClaimMessage
from profiles.models.choices import HOLDING, OPEN, AppealStatus, ClaimStatus, EvidenceStatus, Level, MessageKind, ReasonCode
from profiles.standings import claimed_pieces

STATE_TEXTS: dict[str, str | Promise] = {
    ClaimStatus.DRAFT: gettext_lazy("You have begun this claim. Add evidence, then hand it in."),
    ClaimStatus.EVIDENCE: gettext_lazy("You are gathering evidence. Hand the claim in when you have what you want to show."),
    ClaimStatus.REVIEW: gettext_lazy("Your claim waits for a moderator. You can still add evidence."),
    ClaimStatus.GRANTED: gettext_lazy("Your claim has been granted: this page is yours."),
    ClaimStatus.DISPUTED: gettext_lazy("Somebody else says that this page is theirs, and a moderator found it credible enough to ask you."),
    ClaimStatus.REFUSED: gettext_lazy("Your claim has been refused."),
    ClaimStatus.WITHDRAWN: gettext_lazy("This claim was withdrawn. Nothing of it is shown to anybody."),
    ClaimStatus.EXPIRED: gettext_lazy("This claim has run out. You can begin a new one."),
    ClaimStatus.REVOKED: gettext_lazy("Your ownership of this page has been ended."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way; ``state`` is "done", "now" or "open"."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """The level that the evidence gives, were the claim granted as it is; ``missing`` is what the next level asks for."""

    level: str
    sentence: str | Promise
    missing: tuple[str | Promise, ...]
    name_fits: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that the page of a claim says; ``evidence`` has a step for each method with its pieces. Times are None where they do not apply; ``appeal_open`` is whether one can be made now."""

    state_text: str | Promise
    steps: tuple[Step, ...]
    evidence: Sequence[EvidenceStep]
    outlook: Outlook | None
    place: int | None
    median: str
    messages: Sequence[ClaimMessage]
    reason: str | Promise
    appeals: Sequence[Appeal]
    appeal_until: datetime | None
    appeal_open: bool
    answer_due: datetime | None
    can_hand_in: bool
    is_open: bool
    holds: bool


def progress_of(claim: Claim, now: datetime | None = None) -> Progress:
    """How far ``claim`` (with profile and page) has come. At most thirteen queries, the same for any number of pieces and texts."""
    moment = now or timezone.now()
    evidence = steps_of(claim)
    pieces = [told.evidence for step in evidence for told in step.pieces]
    appeals = list(claim.appeals.order_by("-pk"))
    until = appeal_until(claim)
    lasting = [row for row in appeals if row.status != AppealStatus.WITHDRAWN and claim.decided_at and row.opened_at >= claim.decided_at]
    given = any(piece.status in {EvidenceStatus.CONFIRMED, EvidenceStatus.CHECKING} for piece in pieces)
    is_open, holds = claim.status in OPEN, claim.status in HOLDING
    gathering = claim.status in {ClaimStatus.DRAFT, ClaimStatus.EVIDENCE}
    said = list(claim.messages.filter(erased_at__isnull=True))
    return Progress(
        state_text=_state_text(claim, said),
        steps=_steps(claim, given=given),
        evidence=evidence,
        outlook=_outlook(claim, moment) if is_open or holds else None,
        place=place_in_queue(claim),
        median=duration_text(median_wait(moment)) if is_open else "",
        messages=said,
        reason=ReasonCode(claim.reason_code).label if claim.reason_code in ReasonCode.values else "",
        appeals=appeals,
        appeal_until=until,
        appeal_open=until is not None and until >= moment and not lasting,
        answer_due=answer_due(claim),
        can_hand_in=gathering and given,
        is_open=is_open,
        holds=holds,
    )


def duration_text(wait: timedelta | None) -> str:
    """Such as "about 3 days" or "less than an hour"; "" for None."""
    if wait is None:
        return ""
    hours = round(wait / timedelta(hours=1))
    if hours < 1:
        return _("less than an hour")
    if hours < 48:  # noqa: PLR2004 - two days
        return ngettext("about %(count)s hour", "about %(count)s hours", hours) % {"count": hours}
    days = round(wait / timedelta(days=1))
    return ngettext("about %(count)s day", "about %(count)s days", days) % {"count": days}


def _steps(claim: Claim, *, given: bool) -> tuple[Step, ...]:
    """Begun, evidence, handed in, decided: what is done, what is next."""
    reached = {ClaimStatus.DRAFT: 2 if given else 1, ClaimStatus.EVIDENCE: 2 if given else 1, ClaimStatus.REVIEW: 3}.get(
        ClaimStatus(claim.status), 4
    )
    if claim.status in {ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED} and claim.granted_at is None:
        return ()
    texts = (_("Begun"), _("Evidence added"), _("Handed in"), _("Decision"))
    return tuple(Step(text, "done" if place < reached else "now" if place == reached else "open") for place, text in enumerate(texts))


def _state_text(claim: Claim, said: Sequence[ClaimMessage]) -> str | Promise:
    """The state in a sentence; while a moderator's question brought the claim back, what to do about that."""
    kinds = [message.kind for message in said if message.kind in {MessageKind.QUESTION, MessageKind.ANSWER}]
    if claim.status != ClaimStatus.EVIDENCE or MessageKind.QUESTION not in kinds:
        return STATE_TEXTS[claim.status]
    if kinds[-1] == MessageKind.QUESTION:
        return _("A moderator has a question, under “You and the moderators” below. Answer it there, then hand the claim in again.")
    return _("Your answer has been sent. Hand the claim in again, so that it comes back to the moderators.")


def _outlook(claim: Claim, now: datetime) -> Outlook:
    record, facts = claimed_pieces(claim)
    found = assess(record, facts, now)
    level = Level(found.claim_level)
    return Outlook(
        level=str(level.label),
        sentence=sentence(level, is_claimed=True),
        missing=tuple(MISSING_TEXTS[code] for code in found.missing),
        name_fits=facts.name_compatible,
    )
