"""Vouches, as the one who is asked sees them: given, declined, taken back; and what a vouch for an impostor leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.accounts.mail import JSON, queue_mail
from profiles.claims.granting import lock_claim
from profiles.evidence.base import HELD
from profiles.evidence.service import confirm, end, fail
from profiles.evidence.vouch import YEAR
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, Profile, TrailEntry, User, Vouch
from profiles.models.choices import HOLDING, OPEN, ClaimStatus, EvidenceStatus, Level, ReasonCode, Role, VouchStatus
from profiles.querysets.claims import holding
from profiles.querysets.evidence import vouches_for_revoked, vouches_given_since
from profiles.standings import standing_of
from profiles.trail import Change, act

VOUCHES_A_YEAR: Final = 12
COST: Final = "vouch-cost"
COSTLY: Final = (ReasonCode.IMPOSTURE, ReasonCode.OTHER_PERSON, ReasonCode.ABUSE)


def give_vouch(*, vouch: Vouch, user: User) -> Vouch:
    """The vouch, given: the evidence is confirmed, and the claimant is told.

    Raises ``NotAllowedError`` for anybody but the one who was asked, and for one whose own page is disputed or below level 3 by now;
    ``LimitReachedError`` beyond twelve within a year; ``WrongStateError`` for what is answered or no longer needed.
    """
    with transaction.atomic():
        asked = _locked(vouch, user)
        Profile.objects.select_for_update(no_key=True).get(user=user)  # one count at a time
        _ensure_waits(asked)
        _ensure_may_vouch(asked, user)
        if vouches_given_since(user.pk, timezone.now() - YEAR) >= VOUCHES_A_YEAR:
            raise LimitReachedError(
                _("You have vouched %(count)d times within a year, which is the most. You can still decline.") % {"count": VOUCHES_A_YEAR}
            )
        _answer(asked, VouchStatus.GIVEN, "vouch-give", user)
        confirm(evidence=asked.evidence, outcome="vouch-given", actor=user, role=Role.COAUTHOR)
        _tell(asked, "vouch-given")
    return asked


def decline_vouch(*, vouch: Vouch, user: User) -> Vouch:
    """The vouch, declined; the claimant is told that there is none, and no reason. Raises as ``give_vouch``, but for limits."""
    with transaction.atomic():
        asked = _locked(vouch, user)
        _ensure_waits(asked)
        _answer(asked, VouchStatus.DECLINED, "vouch-decline", user)
        fail(evidence=asked.evidence, outcome="vouch-declined", actor=user, role=Role.COAUTHOR)
        _tell(asked, "vouch-declined")
    return asked


def take_back_vouch(*, vouch: Vouch, user: User) -> Vouch:
    """The vouch, taken back: the evidence counts no more, and the claimant is told. Raises ``NotAllowedError``, ``WrongStateError``."""
    with transaction.atomic():
        given = _locked(vouch, user)
        if given.status != VouchStatus.GIVEN:
            raise WrongStateError(_("You have not vouched for this, or have taken it back already."))
        _answer(given, VouchStatus.TAKEN_BACK, "vouch-take-back", user)
        if given.evidence.status in HELD:
            end(evidence=given.evidence, status=EvidenceStatus.WITHDRAWN, outcome="vouch-taken-back", actor=user, role=Role.COAUTHOR)
            _tell(given, "vouch-taken-back")
    return given


def mark_vouchers(*, claim: Claim) -> int:
    """Note, for everybody who vouched for a claim that was revoked for cause, that they did; returns for how many that is new.

    An entry "vouch-cost" of the trail on the voucher's page, with the reason of the revocation. What it costs is the trust score's;
    ``costs_of`` counts the ones that stand.
    """
    marked = set(TrailEntry.objects.filter(claim_id=claim.pk, action=COST).values_list("subject_id", flat=True))
    new = Vouch.objects.filter(evidence__claim=claim, status=VouchStatus.GIVEN).exclude(pk__in=marked).order_by("pk")
    for vouch in new:
        with act(
            action=COST, actor=None, role=Role.SYSTEM, subject=vouch, author=vouch.voucher_author_id, claim=claim, code=claim.reason_code
        ):
            pass
    return len(new)


def costs_of(user_id: int) -> int:
    """How many vouches of somebody stand for claims that are revoked for cause; one that was given back on appeal costs nothing. One query."""
    return vouches_for_revoked(user_id).filter(evidence__claim__reason_code__in=COSTLY).count()


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims: a revocation for cause is noted on those who vouched."""
    revoked = [change["pk"] for change in changes if (change["after"] or {}).get("status") == ClaimStatus.REVOKED]
    for claim in Claim.objects.filter(pk__in=revoked, status=ClaimStatus.REVOKED, reason_code__in=COSTLY) if revoked else ():
        mark_vouchers(claim=claim)


# --- Inside -----------------------------------------------------------------------------------------------------


def _locked(vouch: Vouch, user: User) -> Vouch:
    """The vouch as it is now, locked after the page and the claim that it is for."""
    found = Vouch.objects.select_related("evidence__claim").filter(pk=vouch.pk, voucher=user).first()
    if found is None:
        raise NotAllowedError(_("Somebody else was asked for this."))
    lock_claim(found.evidence.claim)
    return (
        Vouch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("evidence__claim__profile__user", "evidence__claim__author", "voucher_author", "work")
        .get(pk=vouch.pk)
    )


def _ensure_waits(vouch: Vouch) -> None:
    if vouch.status != VouchStatus.ASKED or vouch.evidence.status != EvidenceStatus.CHECKING:
        raise WrongStateError(_("This has been answered already, or is no longer needed."))
    if vouch.evidence.claim.status not in {*OPEN, *HOLDING}:
        raise WrongStateError(_("The claim has ended, so nobody needs to vouch for it."))


def _ensure_may_vouch(vouch: Vouch, user: User) -> None:
    """Quiet for the undisputed owner of the co-author's page at level 3 or above. Raises ``NotAllowedError``."""
    page: Author = vouch.voucher_author
    held = holding([page.pk]).first()
    if held is None or held.profile.user_id != user.pk:
        raise NotAllowedError(_("You no longer own the page of %(name)s, so you cannot vouch as its owner.") % {"name": page.display_name})
    if held.status == ClaimStatus.DISPUTED:
        raise NotAllowedError(_("Your own page is disputed. Until that is decided you cannot vouch for others."))
    if vouch.evidence.claim.profile.user_id == user.pk:
        raise NotAllowedError(_("Nobody vouches for themselves."))
    if standing_of(page.pk).level < Level.L3:
        raise NotAllowedError(_("Your own page is below level 3. Add evidence to it before you vouch for others."))


def _answer(vouch: Vouch, status: VouchStatus, action: str, user: User) -> None:
    claim = vouch.evidence.claim
    with act(action=action, actor=user, role=Role.COAUTHOR, subject=vouch, claim=claim, code=status) as changes:
        changes.update(vouch, status=status, answered_at=timezone.now())


def _tell(vouch: Vouch, kind: str) -> None:
    """The claimant hears what became of it; who vouched, or took it back, hears it too: somebody else may sit at their account."""
    claim = vouch.evidence.claim
    context = {
        "voucher": vouch.voucher_author.display_name,
        "claimant": claim.profile.display_name,
        "page": claim.author.display_name,
        "claim_url": claim.get_absolute_url(),
    }
    claimant = claim.profile.user
    queue_mail(to=claimant.email, kind=kind, context=context, user=claimant, key=f"{kind}:{vouch.pk}:claimant")
    if kind != "vouch-declined" and vouch.voucher is not None:
        own: dict[str, JSON] = {**context, "is_voucher": True}
        queue_mail(to=vouch.voucher.email, kind=kind, context=own, user=vouch.voucher, key=f"{kind}:{vouch.pk}:voucher")
