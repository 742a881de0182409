"""Documents: two people have to find the same, each for themselves; where two disagree a third breaks the tie."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Document, Evidence, EvidenceCheck, User
from profiles.models.choices import HOLDING, OPEN, REFUSAL_CODES, EvidenceStatus, Method, ReasonCode, ReviewStage, Verdict
from profiles.moderation.acts import deciding, ensure_code, ensure_state, look
from profiles.moderation.conflicts import waiting_sentence
from profiles.querysets.moderation import reviews_of
from profiles.trail import Changes

AGREEING = 2


def review_document(*, evidence: Evidence, moderator: User, verdict: Verdict, code: str, note: str = "") -> Evidence:
    """The piece of evidence after one more review: confirmed or failed once two people agree, else waiting for another one.

    ``note`` is for moderators. Raises ``NotAllowedError`` for who has reviewed it before, ``WrongStateError`` for a
    document that is decided or deleted.
    """
    with deciding(evidence.claim, moderator) as claim:
        ensure_state(claim, *OPEN, *HOLDING)
        locked = Evidence.objects.select_for_update(of=("self",), no_key=True).get(pk=evidence.pk)
        if locked.method != Method.DOCUMENT or locked.status != EvidenceStatus.CHECKING:
            raise WrongStateError(_("This document does not wait for a review."))
        if not Document.objects.filter(evidence=locked, deleted_at__isnull=True).exists():
            raise WrongStateError(_("The file has been deleted, so it can no longer be reviewed. Ask the claimant for it again."))
        if verdict not in {Verdict.APPROVE, Verdict.REFUSE}:
            raise WrongStateError(_("A document is approved or refused. To ask the claimant something, ask for more."))
        earlier = list(reviews_of(claim.pk, ReviewStage.DOCUMENT).filter(evidence=locked))
        if any(review.reviewer_id == moderator.pk for review in earlier):
            seen = [review.reviewer_id for review in earlier]
            raise NotAllowedError(_("You have reviewed this document already. %(waits)s") % {"waits": waiting_sentence(*seen)})
        reason = ensure_code(code, (ReasonCode.GRANTED,) if verdict == Verdict.APPROVE else REFUSAL_CODES)
        with look(
            "review-document",
            claim=claim,
            moderator=moderator,
            stage=ReviewStage.DOCUMENT,
            verdict=verdict,
            code=reason,
            note=note,
            evidence=locked,
        ) as (changes, _review):
            agreed = Counter([*(review.verdict for review in earlier), verdict])[verdict] >= AGREEING
            if agreed:
                _decide(changes, locked, verdict, reason)
    return locked


def _decide(changes: Changes, evidence: Evidence, verdict: Verdict, reason: ReasonCode) -> None:
    now = timezone.now()
    held = verdict == Verdict.APPROVE
    outcome = "two-reviewers" if held else reason.value
    changes.create(EvidenceCheck(evidence=evidence, checked_at=now, held=held, outcome=outcome))
    dates = {"first_checked_at": evidence.first_checked_at or now, "last_checked_at": now, "next_check_at": None}
    if held:
        changes.update(evidence, status=EvidenceStatus.CONFIRMED, confirmed_at=now, outcome=outcome, **dates)
    else:
        changes.update(evidence, status=EvidenceStatus.FAILED, outcome=outcome, **dates)
