"""Appeals: another moderator than the first looks at a refusal or a revocation."""

from __future__ import annotations

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.granting import grant_claim
from profiles.exceptions import AlreadyOwnedError, NotAllowedError, UndoConflictError, WrongStateError
from profiles.models import Appeal, Claim, TrailEntry, User
from profiles.models.choices import HOLDING, AppealStatus, ClaimStatus, ReasonCode, ReviewStage, Role, Verdict
from profiles.moderation.acts import deciding, ensure_code, look
from profiles.moderation.conflicts import waiting_sentence
from profiles.querysets.claims import credible_challenges
from profiles.querysets.moderation import holder_of, standing_entries
from profiles.trail import Change, Changes, act, kept, undo, values_before

REFUSING = ("refuse", "revoke", "give-way")
"""The acts that can be appealed against."""
RESTORED = ("profiles.Claim", "profiles.Evidence")
UPHOLD_CODES = (ReasonCode.MISTAKE, ReasonCode.GRANTED)
DISMISS_CODES = (
    ReasonCode.NO_EVIDENCE,
    ReasonCode.OTHER_PERSON,
    ReasonCode.NAME_MISMATCH,
    ReasonCode.ALREADY_OWNED,
    ReasonCode.DOCUMENT_UNREADABLE,
    ReasonCode.IMPOSTURE,
    ReasonCode.ABUSE,
    ReasonCode.EVIDENCE_LOST,
    ReasonCode.UNFOUNDED,
)


def decide_appeal(*, appeal: Appeal, moderator: User, uphold: bool, code: str, note: str = "") -> Appeal:
    """The appeal, decided; ``note`` holds words for the claimant.

    Upheld against a refusal it grants the claim, or has it wait again where the page has an owner by now; against a revocation it puts back what
    the revocation took. Raises ``NotAllowedError`` for who made the decision appealed against, ``AlreadyOwnedError`` where page or claimant is taken.
    """
    with deciding(appeal.claim, moderator) as claim:
        locked = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
        if locked.status != AppealStatus.OPEN:
            raise WrongStateError(_("This appeal was decided or withdrawn."))
        appealed = decision_appealed(claim)
        ensure_other_person(appealed, moderator)
        reason = ensure_code(code, UPHOLD_CODES if uphold else DISMISS_CODES)
        verdict = Verdict.APPROVE if uphold else Verdict.REFUSE
        with look(
            "appeal-upheld" if uphold else "appeal-dismissed",
            claim=claim,
            moderator=moderator,
            stage=ReviewStage.APPEAL,
            verdict=verdict,
            code=reason,
            words=note,
            appeal=locked,
        ) as (changes, _review):
            changes.update(locked, status=AppealStatus.UPHELD if uphold else AppealStatus.DISMISSED, decided_at=timezone.now())
        if uphold:
            _put_right(claim, appealed, moderator, reason)
    return locked


def decision_appealed(claim: Claim) -> TrailEntry:
    """The refusal or revocation that stands. Raises ``WrongStateError`` where none does. One query."""
    found = standing_entries(claim.pk, REFUSING).first()
    if found is None:
        raise WrongStateError(_("There is no decision left to appeal against."))
    return found


def ensure_other_person(appealed: TrailEntry, moderator: User) -> None:
    """Quiet for everybody but who made the decision. Raises ``NotAllowedError``."""
    if appealed.actor_id == moderator.pk:
        raise NotAllowedError(_("You made the decision that is appealed against. %(waits)s") % {"waits": waiting_sentence(moderator.pk)})


def _put_right(claim: Claim, appealed: TrailEntry, moderator: User, code: ReasonCode) -> None:
    holder = holder_of(claim.author_id)
    if claim.status == ClaimStatus.REFUSED:
        if holder is None:
            grant_claim(claim=claim, actor=moderator, role=Role.MODERATOR, code=ReasonCode.GRANTED)
        else:
            _take_back(claim, appealed, moderator, code)
        return
    taken = Claim.objects.filter(profile_id=claim.profile_id, status__in=HOLDING)
    if holder is not None or taken.exists():
        raise AlreadyOwnedError(
            _("The page has another owner by now, or the claimant owns another page. Decide about that first; the appeal waits.")
        )
    _take_back(claim, appealed, moderator, code)


def _take_back(claim: Claim, appealed: TrailEntry, moderator: User, code: ReasonCode) -> None:
    """Put back what the decision changed on claims and evidence, and as much of the rest as nobody has changed since.

    What was found and said at the time stays on record: unlike a decision taken back, one that an appeal put right was made.
    """
    with (
        act(action="restore", actor=moderator, role=Role.MODERATOR, subject=claim, claim=claim, code=code, public=True) as changes,
        pgtrigger.ignore("profiles.Claim:known_transitions"),
    ):
        for change in appealed.changes:
            if change["model"] in RESTORED and change["before"] is not None:
                _restore(changes, change, claim)
    if appealed.action != "give-way":  # the other acts of that decision gave the page to somebody else
        _take_back_the_rest(appealed, moderator, code)


def _restore(changes: Changes, change: Change, claim: Claim) -> None:
    model = apps.get_model(change["model"])
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=change["pk"]).first()
    is_as_left = row is not None and {**kept(row), **change["after"]} == kept(row)
    if row is not None and is_as_left:
        values = values_before(change)
        if values.get("status") == ClaimStatus.DISPUTED and row == claim and not credible_challenges(claim.author_id).exists():
            values |= {"status": ClaimStatus.GRANTED, "dispute_free_since": timezone.now()}
        changes.update(row, **values)
    elif (change["model"], change["pk"]) == (claim._meta.label, claim.pk):
        raise UndoConflictError(_("The claim has changed since the decision."), [str(claim)])


def _take_back_the_rest(appealed: TrailEntry, moderator: User, code: ReasonCode) -> None:
    if appealed.decision is None:
        return
    others = TrailEntry.objects.filter(decision=appealed.decision, undone_by__isnull=True).exclude(pk=appealed.pk)
    for entry in others.order_by("-pk"):
        try:
            with transaction.atomic():
                undo(entry=entry, actor=moderator, role=Role.MODERATOR, code=code)
        except (UndoConflictError, WrongStateError):  # somebody has decided anew since: that stands
            continue
