"""Evidence begun, looked at, looked at again, and ended. Every change goes through the trail, every look leaves an ``EvidenceCheck``.

What asks the network does so outside of any transaction, but for looks by the clock: those hold their own row alone, so that
several workers share the work and a killed one leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.accounts.mail import queue_mail
from profiles.claims.granting import lock_claim
from profiles.claims.life import try_automatic_grant
from profiles.evidence.base import HELD, LIVE, EvidenceMethod, Finding, Start, refuse
from profiles.evidence.methods import method_of
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, Evidence, EvidenceCheck, EvidenceSecret, TrailEntry, User
from profiles.models.choices import HOLDING, OPEN, ClaimStatus, EvidenceStatus, Method, Role
from profiles.querysets.evidence import checks_since, due_for_a_look
from profiles.trail import act

logger = structlog.get_logger(__name__)

STARTS_A_DAY: Final = 30
CHECKS_AN_HOUR: Final = 30
OPEN_PIECES: Final = 12
FAILURES_UNTIL_STALE: Final = 2
AFTER_FAILURE: Final = timedelta(days=7)
TROUBLE_WAITS: Final = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=12), timedelta(days=1))
TROUBLE_IS_FAILURE_AFTER: Final = timedelta(days=14)
"""Trouble with the network is nobody's failure, but a server that cannot be reached for so long is gone."""


def start_evidence(*, claim: Claim, user: User, method: Method, **given: Any) -> Evidence:
    """A piece of evidence begun for a claim, or the one of the same subject that is under way.

    ``given`` is what the method asks for: ``address`` (e-mail), ``page`` (token), ``author`` (vouch), ``upload`` (document), nothing (ORCID).
    Raises ``NotAllowedError``, ``WrongStateError``, ``LimitReachedError``, or ``EvidenceError`` with the method's own sentence.
    """
    chosen = method_of(method)
    with transaction.atomic():
        locked = lock_claim(claim)
        _ensure_may_add(locked, user)
        begun = chosen.start(locked, user, **given)
        present = (
            locked.evidence.select_for_update(of=("self",), no_key=True)
            .filter(method=method, subject=begun.subject, status__in=LIVE)
            .first()
        )
        if present is not None and present.status != EvidenceStatus.STARTED and not begun.again:
            raise refuse(_("This piece of evidence is there already."), "already-there")
        evidence = _begin(locked, user, chosen, begun, present)
        _keep_secret(evidence, begun)
        if begun.afterwards is not None:
            begun.afterwards(evidence)
    return evidence


def check_evidence(*, evidence: Evidence, user: User, **given: Any) -> Evidence:
    """The piece after a look that its claimant asked for, which held. May ask the network, for some seconds.

    Raises ``EvidenceError`` with a sentence where it did not hold, ``NotAllowedError``, ``WrongStateError``, ``LimitReachedError``.
    An automatic grant follows where a publisher's ORCID iD is matched.
    """
    _ensure_own(evidence, user)
    if evidence.status not in LIVE or evidence.claim.status not in {*OPEN, *HOLDING}:
        raise WrongStateError(_("This piece of evidence has ended. Begin a new one."))
    if checks_since(evidence.claim.profile_id, timezone.now() - timedelta(hours=1)) >= CHECKS_AN_HOUR:
        raise LimitReachedError(_("You have checked often within an hour. Wait a little, and try again."))
    chosen = method_of(evidence.method)
    is_first = evidence.status not in HELD or bool(given)
    finding = chosen.check(evidence, **given) if is_first else chosen.recheck(evidence, timezone.now())
    checked = record(evidence=evidence, finding=finding, actor=user, role=Role.CLAIMANT)
    if not finding.held:
        raise refuse(finding.text(), finding.outcome)
    if checked.matched_by == "publisher" and checked.claim.status in OPEN:
        try_automatic_grant(claim=checked.claim)
    return checked


def confirm(*, evidence: Evidence, outcome: str, actor: User | None = None, role: Role = Role.SYSTEM, note: str = "") -> Evidence:
    """The piece, confirmed by people: a vouch that was given, a document that two reviewers saw. Raises ``WrongStateError``."""
    return record(evidence=evidence, finding=Finding(held=True, outcome=outcome), actor=actor, role=role, note=note)


def fail(*, evidence: Evidence, outcome: str, actor: User | None = None, role: Role = Role.SYSTEM, note: str = "") -> Evidence:
    """The piece, found by people not to hold, and ended. Raises ``WrongStateError``."""
    return record(evidence=evidence, finding=Finding(held=False, outcome=outcome, is_final=True), actor=actor, role=role, note=note)


def withdraw_evidence(*, evidence: Evidence, user: User) -> Evidence:
    """The piece, taken back by its claimant. Raises ``NotAllowedError``, ``WrongStateError``."""
    _ensure_own(evidence, user)
    return end(evidence=evidence, status=EvidenceStatus.WITHDRAWN, outcome="withdrawn", actor=user, role=Role.CLAIMANT)


def end(
    *, evidence: Evidence, status: EvidenceStatus, outcome: str, actor: User | None = None, role: Role = Role.SYSTEM, note: str = ""
) -> Evidence:
    """The piece, withdrawn or void: it counts no more and is not looked at again. Raises ``WrongStateError`` where it has ended."""
    with transaction.atomic():
        locked = _locked(evidence.pk)
        _ensure_live(locked)
        is_public = locked.claim.status in HOLDING and locked.status in HELD
        with act(
            action=f"evidence-{status}",
            actor=actor,
            role=role,
            subject=locked,
            claim=locked.claim,
            code=outcome,
            note=note,
            public=is_public,
        ) as changes:
            changes.update(locked, status=status, outcome=outcome, next_check_at=None)
        EvidenceSecret.objects.filter(evidence=locked).delete()
    return locked


def record(*, evidence: Evidence, finding: Finding, actor: User | None = None, role: Role = Role.SYSTEM, note: str = "") -> Evidence:
    """The piece with what a look found written down: its state, the check, the entry in the trail.

    Raises ``WrongStateError`` where it has ended meanwhile, ``EvidenceError`` for an ORCID iD that another claim rests on.
    """
    try:
        with transaction.atomic():
            locked = _locked(evidence.pk)
            _ensure_live(locked)
            return _recorded(locked, finding, actor, role, note)
    except IntegrityError as error:
        if "evidence_one_orcid_one_profile" in str(error):
            raise refuse(_("This ORCID iD already stands for another claim. One iD stands for one person."), "orcid-taken") from error
        if "evidence_once" in str(error):
            raise refuse(_("This piece of evidence is there already."), "already-there") from error
        raise


def recheck_due(*, now: datetime, most: int = 50, until: datetime | None = None) -> int:
    """Look again at evidence whose time has come; returns how many. Each piece in its own transaction, which holds that row while the
    network answers: other workers pass it over, and a killed one leaves it due. Stops at ``until``.
    """
    looked = 0
    while looked < most and (until is None or timezone.now() < until):
        with transaction.atomic():
            evidence = (
                due_for_a_look(now)
                .select_for_update(of=("self",), no_key=True, skip_locked=True)
                .select_related("claim__profile__user", "claim__author")
                .first()
            )
            if evidence is None:
                break
            _recorded(evidence, _looked(evidence, now), None, Role.SYSTEM, "", now)
        looked += 1
    return looked


# --- Inside -----------------------------------------------------------------------------------------------------


def _looked(evidence: Evidence, now: datetime) -> Finding:
    try:
        return method_of(evidence.method).recheck(evidence, now)
    except Exception:
        # One piece that cannot be looked at must not keep all others from being looked at.
        logger.exception("evidence.recheck_failed", evidence=evidence.pk, method=evidence.method)
        return Finding(held=False, outcome="not-read", is_trouble=True)


def _recorded(row: Evidence, finding: Finding, actor: User | None, role: Role, note: str, now: datetime | None = None) -> Evidence:
    moment = now or timezone.now()
    held_long = _trouble_since(row, moment) if finding.is_trouble else None
    if held_long is not None and held_long >= TROUBLE_IS_FAILURE_AFTER:
        finding = Finding(held=False, outcome=finding.outcome, sentence=finding.sentence)
    columns = _columns(row, finding, moment)
    was = row.status
    action = "evidence-check" if columns.get("status", was) == was else f"evidence-{columns['status']}"
    is_public = row.claim.status in HOLDING and (was in HELD or columns.get("status") in HELD)
    with act(
        action=action, actor=actor, role=role, subject=row, claim=row.claim, code=finding.outcome, note=note, public=is_public
    ) as changes:
        changes.update(row, **columns)
    EvidenceCheck.objects.create(evidence=row, checked_at=moment, held=finding.held, outcome=finding.outcome)
    if row.status in {EvidenceStatus.CONFIRMED, EvidenceStatus.FAILED} and finding.renews:
        EvidenceSecret.objects.filter(evidence=row).delete()
    if row.status == EvidenceStatus.STALE and was != EvidenceStatus.STALE:
        _tell_stale(row)
    return row


def _columns(row: Evidence, finding: Finding, now: datetime) -> dict[str, Any]:
    """What a finding does to a piece."""
    columns: dict[str, Any] = {"outcome": finding.outcome, "first_checked_at": row.first_checked_at or now, **finding.values}
    if finding.renews:
        columns["last_checked_at"] = now
    if finding.is_trouble:
        looks = row.checks.filter(outcome=finding.outcome, held=False).count()
        return {**columns, "last_checked_at": row.last_checked_at, "next_check_at": _after_trouble(row, looks, now)}
    if finding.held:
        return {
            **columns,
            "status": EvidenceStatus.CONFIRMED,
            "confirmed_at": row.confirmed_at or now,
            "failures": 0,
            "next_check_at": now + finding.next_check if finding.next_check is not None else None,
        }
    if finding.is_attempt and row.status in HELD:
        return {}
    columns["failures"] = row.failures + 1
    if row.status in HELD:
        is_over = finding.is_final or columns["failures"] >= FAILURES_UNTIL_STALE
        columns["status"] = EvidenceStatus.STALE if is_over else row.status
        columns["next_check_at"] = None if finding.is_final else now + (finding.next_check or AFTER_FAILURE)
    elif finding.is_final:
        columns |= {"status": EvidenceStatus.FAILED, "next_check_at": None}
    return columns


def _after_trouble(row: Evidence, looks: int, now: datetime) -> datetime | None:
    return now + TROUBLE_WAITS[min(looks, len(TROUBLE_WAITS) - 1)] if row.status in HELD else None


def _trouble_since(row: Evidence, now: datetime) -> timedelta | None:
    """For how long nothing but trouble has come of looking at a piece that was confirmed; None for any other."""
    if row.status not in HELD:
        return None
    last_word = row.checks.exclude(outcome="not-read").values_list("checked_at", flat=True).first()
    trouble = row.checks.filter(outcome="not-read")
    first = (
        (trouble.filter(checked_at__gt=last_word) if last_word else trouble)
        .order_by("checked_at")
        .values_list("checked_at", flat=True)
        .first()
    )
    return now - first if first else None


def _begin(claim: Claim, user: User, method: EvidenceMethod, begun: Start, present: Evidence | None) -> Evidence:
    now = timezone.now()
    role = Role.OWNER if claim.status in HOLDING else Role.CLAIMANT
    evidence = present or Evidence(
        claim=claim, method=method.key, started_at=now, status=begun.status, subject=begun.subject, **begun.values
    )
    with act(action="evidence-start", actor=user, role=role, subject=claim, claim=claim, code=method.key) as changes:
        if claim.status == ClaimStatus.DRAFT:
            changes.update(claim, status=ClaimStatus.EVIDENCE)
        if present is None:
            changes.create(evidence)
        elif present.status == EvidenceStatus.STARTED:
            changes.update(present, **begun.values)
        for row in begun.companions(evidence) if begun.companions and present is None else ():
            changes.create(row)
    return evidence


def _keep_secret(evidence: Evidence, begun: Start) -> None:
    """A new secret in the place of the one before: an older code or token is worth nothing from here on."""
    if begun.secret is None:
        return
    secret_hash = begun.secret.secret_hash(evidence) if begun.secret.secret_hash else ""
    EvidenceSecret.objects.update_or_create(
        evidence=evidence,
        defaults={
            "address": begun.secret.address,
            "secret_hash": secret_hash,
            "expires_at": begun.secret.expires_at,
            "attempts": 0,
            "used_at": None,
        },
    )


def _ensure_may_add(claim: Claim, user: User) -> None:
    if claim.profile.user_id != user.pk:
        raise NotAllowedError(_("This is somebody else's claim."))
    if claim.status not in {*OPEN, *HOLDING}:
        raise WrongStateError(_("This claim has ended, so no evidence can be added to it."))
    day = timezone.now() - timedelta(days=1)
    if TrailEntry.objects.filter(actor_id=user.pk, action="evidence-start", at__gte=day).count() >= STARTS_A_DAY:
        raise LimitReachedError(
            _("You have begun %(count)d pieces of evidence within a day, which is the most. Try again tomorrow.") % {"count": STARTS_A_DAY}
        )
    if claim.evidence.filter(status__in=[EvidenceStatus.STARTED, EvidenceStatus.CHECKING]).count() >= OPEN_PIECES:
        raise LimitReachedError(_("Too many pieces of evidence are under way. Withdraw one that you do not need."))


def _ensure_own(evidence: Evidence, user: User) -> None:
    if evidence.claim.profile.user_id != user.pk:
        raise NotAllowedError(_("This is somebody else's evidence."))


def _ensure_live(evidence: Evidence) -> None:
    if evidence.status not in LIVE:
        raise WrongStateError(_("This piece of evidence has ended."))


def _locked(key: int) -> Evidence:
    found = (
        Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("claim__profile__user", "claim__author").filter(pk=key)
    )
    evidence = found.first()
    if evidence is None:
        raise WrongStateError(_("This piece of evidence is gone."))
    return evidence


def _tell_stale(evidence: Evidence) -> None:
    """Tell the claimant, once for each time that it happens."""
    user = evidence.claim.profile.user
    context: Mapping[str, str] = {
        "page": evidence.claim.author.display_name,
        "method": str(evidence.get_method_display()),
        "claim_url": evidence.claim.get_absolute_url(),
    }
    queue_mail(
        to=user.email, kind="evidence-stale", context=context, user=user, key=f"evidence-stale:{evidence.pk}:{evidence.checks.count()}"
    )
