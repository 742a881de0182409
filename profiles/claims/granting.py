"""Making somebody the owner of a page: the one place where that happens."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.exceptions import AlreadyOwnedError, WrongStateError
from profiles.models import Claim, Profile, User
from profiles.models.choices import HOLDING, OPEN, TRANSITIONS, ClaimStatus, ReasonCode, Role
from profiles.trail import Changes, act, one_decision


def lock_page(author_id: int) -> Author:
    """The author row, locked until the transaction ends: whoever decides on a page's ownership waits here for whoever does so too.

    Lock the page first, then the profile, then claims: in this order nobody waits for each other in a circle.
    """
    return Author.objects.select_for_update(of=("self",), no_key=True).get(pk=author_id)


def lock_claim(claim: Claim) -> Claim:
    """The claim as it is now, with its profile and account, and its page; page and claim locked until the transaction ends."""
    lock_page(claim.author_id)
    return Claim.objects.select_for_update(of=("self",), no_key=True).select_related("profile__user", "author").get(pk=claim.pk)


def grant_claim(*, claim: Claim, actor: User | None, role: Role, code: ReasonCode = ReasonCode.GRANTED, note: str = "") -> Claim:
    """The claim, granted: its profile owns the page from now on. ``actor`` None (role SYSTEM) is the automatic grant.

    Raises ``AlreadyOwnedError`` where page or claimant is taken, ``WrongStateError`` from a state that cannot become granted or for a page
    that is gone. Locks the page, so two parallel grants give exactly one owner; a constraint in the database holds that too. Permission to decide is the caller's to check.
    Other claims on the page become challenges of its new owner, in the same act; other claims of the new owner are withdrawn, in the same decision.
    """
    with one_decision():
        page = lock_page(claim.author_id)
        Profile.objects.select_for_update(no_key=True).get(pk=claim.profile_id)
        locked = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("profile").get(pk=claim.pk)
        if ClaimStatus.GRANTED not in TRANSITIONS[ClaimStatus(locked.status)]:
            raise WrongStateError(_("This claim is %(status)s and cannot be granted.") % {"status": locked.get_status_display().lower()})
        if page.merged_into_id is not None or page.erased_at is not None:
            raise WrongStateError(_("This page is gone, and nobody can own it."))
        taken = Claim.objects.filter(Q(author_id=locked.author_id) | Q(profile_id=locked.profile_id), status__in=HOLDING).exclude(
            pk=locked.pk
        )
        if taken.exists():
            raise AlreadyOwnedError(_("This page has an owner, or this account owns another page."))
        now = timezone.now()
        with act(action="grant", actor=actor, role=role, subject=locked, claim=locked, code=code, note=note, public=True) as changes:
            changes.update(
                locked,
                status=ClaimStatus.GRANTED,
                reason_code=code,
                submitted_at=locked.submitted_at or now,
                decided_at=now,
                granted_at=now,
                granted_automatically=actor is None,
                expires_at=None,
                dispute_free_since=now,
            )
            _turn_into_challenges(changes, locked)
        _withdraw_others(locked)
    return locked


def _turn_into_challenges(changes: Changes, granted: Claim) -> None:
    """Who else claims the page claims it from somebody now."""
    others = Claim.objects.select_for_update(no_key=True).filter(author_id=granted.author_id, status__in=OPEN)
    for other in others.exclude(pk=granted.pk).order_by("pk"):
        changes.update(other, challenges=granted)


def _withdraw_others(granted: Claim) -> None:
    """End what else the new owner was claiming: an account owns one page. A claim that somebody is at work on this moment is left."""
    others = Claim.objects.select_for_update(skip_locked=True, no_key=True).filter(profile_id=granted.profile_id, status__in=OPEN)
    for other in others.order_by("pk"):
        with act(action="withdraw", actor=None, role=Role.SYSTEM, subject=other, claim=other, code=ReasonCode.ALREADY_OWNED) as changes:
            changes.update(other, status=ClaimStatus.WITHDRAWN, expires_at=None)
