"""Mails about claims. Nobody calls these: they follow from what becomes of a claim, alike for an act and for taking it back.

``on_claims_changed`` and ``on_appeals_changed`` are reactions (``profiles.trail``): whoever moves a claim from one state to another
within ``act`` has its people told, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.formats import date_format

from profiles.accounts.mail import JSON, queue_mail
from profiles.claims.appeals import appeal_until
from profiles.claims.challenges import answer_due
from profiles.models import Appeal, Claim, ClaimMessage, OutgoingMail
from profiles.models.choices import HOLDING, OPEN, AppealStatus, ClaimStatus, MessageKind, ReasonCode, Role
from profiles.trail import Change

BEFORE_EXPIRY = timedelta(days=5)
BEFORE_LAPSE = timedelta(days=30)
BEFORE_ANSWER = timedelta(days=5)
AT_ONCE = 200

_GATHERING = (ClaimStatus.DRAFT, ClaimStatus.EVIDENCE)
_MAILS: dict[tuple[ClaimStatus, ClaimStatus], str] = {
    **{(before, ClaimStatus.REVIEW): "submitted" for before in _GATHERING},
    **{(before, ClaimStatus.GRANTED): "granted" for before in OPEN},
    (ClaimStatus.REVIEW, ClaimStatus.EVIDENCE): "asked",
    (ClaimStatus.REVIEW, ClaimStatus.REFUSED): "refused",
    (ClaimStatus.GRANTED, ClaimStatus.DISPUTED): "disputed",
    (ClaimStatus.DISPUTED, ClaimStatus.GRANTED): "settled",
    **{(before, ClaimStatus.REVOKED): "revoked" for before in HOLDING},
    (ClaimStatus.GRANTED, ClaimStatus.EXPIRED): "lapsed",
    # Decisions taken back, by an appeal or by whoever made them
    **{(before, ClaimStatus.GRANTED): "restored" for before in (ClaimStatus.REFUSED, ClaimStatus.REVOKED)},
    **{(before, after): "reopened" for before in (ClaimStatus.GRANTED, ClaimStatus.REFUSED) for after in OPEN},
}
"""The mail for each step from one state to another; steps that are not here are told to nobody."""


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims: a mail to whom the change concerns. Two queries and a mail for each that is told of."""
    steps = [(change["pk"], _status(change, "before"), _status(change, "after")) for change in changes]
    wanted = {key: kind for key, before, after in steps if (kind := mail_for(before, after)) is not None}
    if not wanted:
        return
    for claim in _with_people(Claim.objects.filter(pk__in=wanted)):
        if wanted[claim.pk] == "restored" and claim.appeals.filter(status__in=[AppealStatus.OPEN, AppealStatus.UPHELD]).exists():
            continue  # the mail about the appeal says it
        _tell(claim, wanted[claim.pk])


def on_appeals_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed appeals: whoever appealed hears what was decided."""
    decided = {change["pk"] for change in changes if _status(change, "after") in {AppealStatus.UPHELD, AppealStatus.DISMISSED}}
    for appeal in Appeal.objects.filter(pk__in=decided).order_by("pk"):
        claim = _with_people(Claim.objects.filter(pk=appeal.claim_id)).get()
        _tell(claim, "appeal-decided", is_upheld=appeal.status == AppealStatus.UPHELD)


def mail_for(before: str | None, after: str | None) -> str | None:
    """Which mail a change of state asks for, or None. ``before`` is None for a claim just begun. Asks nothing."""
    if before is None or after is None:
        return None
    return _MAILS.get((ClaimStatus(before), ClaimStatus(after)))


def remind(*, now: datetime) -> int:
    """Mails before something ends: a draft (5 days), a grant without evidence (30 days), an owner's time to answer (5 days). Returns how many.

    Each is sent once, since its key holds what ends when; it can be killed and begun again at any point.
    """
    ending = Claim.objects.filter(status__in=_GATHERING, expires_at__gt=now, expires_at__lte=now + BEFORE_EXPIRY)
    lapsing = Claim.objects.filter(status=ClaimStatus.GRANTED, expires_at__gt=now, expires_at__lte=now + BEFORE_LAPSE)
    return _remind(ending, "expiring") + _remind(lapsing, "lapsing") + _remind_of_answers(now)


def _remind(claims: QuerySet[Claim], kind: str) -> int:
    found = {f"claim-{kind}:{claim.pk}:{claim.expires_at:%Y-%m-%d}": claim for claim in _with_people(claims)[:AT_ONCE]}
    for key, claim in _untold(found).items():
        _tell(claim, kind, key=key)
    return len(found)


def _remind_of_answers(now: datetime) -> int:
    """To the owners of disputed pages who have not answered."""
    due = Claim.objects.filter(status=ClaimStatus.REVIEW, answer_due__gt=now, answer_due__lte=now + BEFORE_ANSWER, challenges__isnull=False)
    disputes = due.filter(challenges__status=ClaimStatus.DISPUTED, credible_at__isnull=False).order_by("-pk")
    held = {row.challenges_id: row for row in disputes if row.challenges_id is not None}
    answered = set(
        ClaimMessage.objects.filter(
            claim_id__in=held,
            kind=MessageKind.ANSWER,
            role=Role.OWNER,
            created_at__gte=min((row.credible_at for row in held.values() if row.credible_at), default=now),
        ).values_list("claim_id", flat=True)
    )
    wanted = Claim.objects.filter(pk__in=[key for key in held if key not in answered])
    found = {f"claim-answer:{claim.pk}:{held[claim.pk].pk}": claim for claim in _with_people(wanted)[:AT_ONCE]}
    for key, claim in _untold(found).items():
        _tell(claim, "answer-due", key=key)
    return len(found)


def _untold(found: dict[str, Claim]) -> dict[str, Claim]:
    told = set(OutgoingMail.objects.filter(key__in=found).values_list("key", flat=True))
    return {key: claim for key, claim in found.items() if key not in told}


def _tell(claim: Claim, kind: str, *, key: str | None = None, **more: JSON) -> None:
    """A mail to whose claim it is; none to a closed account."""
    user = claim.profile.user
    if not user.is_active:
        return
    context: dict[str, JSON] = {
        "name": claim.profile.display_name,
        "page": claim.author.display_name,
        "page_url": claim.author.get_absolute_url(),
        "claim_url": claim.get_absolute_url(),
        **_particulars(claim, kind),
        **more,
    }
    queue_mail(to=user.email, kind=f"claims/{kind}", context=context, user=user, key=key)


def _particulars(claim: Claim, kind: str) -> dict[str, JSON]:
    """What one kind of mail says beyond names and addresses."""
    make = _PARTICULARS.get(kind)
    return make(claim) if make is not None else {}


def _of_decision(claim: Claim) -> dict[str, JSON]:
    until = appeal_until(claim)
    return {
        "reason": str(ReasonCode(claim.reason_code).label) if claim.reason_code in ReasonCode.values else "",
        "until": _day(until),
    }


def _of_grant(claim: Claim) -> dict[str, JSON]:
    return {"is_automatic": claim.granted_automatically}


def _of_dispute(claim: Claim) -> dict[str, JSON]:
    return {"until": _day(answer_due(claim))}


def _of_question(claim: Claim) -> dict[str, JSON]:
    asked = ClaimMessage.objects.filter(claim=claim, kind=MessageKind.QUESTION).order_by("-pk").values_list("body", flat=True).first()
    return {"question": asked or ""}


def _of_expiry(claim: Claim) -> dict[str, JSON]:
    return {"until": _day(claim.expires_at)}


_PARTICULARS: dict[str, Callable[[Claim], dict[str, JSON]]] = {
    "granted": _of_grant,
    "refused": _of_decision,
    "revoked": _of_decision,
    "disputed": _of_dispute,
    "answer-due": _of_dispute,
    "asked": _of_question,
    "expiring": _of_expiry,
    "lapsing": _of_expiry,
}


def _with_people(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    return claims.select_related("profile__user", "author").order_by("pk")


def _status(change: Change, side: str) -> str | None:
    values = change[side]
    return values.get("status") if values is not None else None


def _day(moment: datetime | None) -> str:
    return date_format(moment, "j F Y") if moment is not None else ""
