"""Making somebody the owner of a page: the one place where that happens."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.exceptions import AlreadyOwnedError, WrongStateError
from profiles.models import Claim, User
from profiles.models.choices import HOLDING, TRANSITIONS, ClaimStatus, ReasonCode, Role
from profiles.trail import act


def lock_page(author_id: int) -> Author:
    """The author row, locked until the transaction ends: whoever decides on a page's ownership waits here for whoever does so too."""
    return Author.objects.select_for_update(of=("self",)).get(pk=author_id)


def grant_claim(*, claim: Claim, actor: User | None, role: Role, code: ReasonCode = ReasonCode.GRANTED, note: str = "") -> Claim:
    """The claim, granted: its profile owns the page from now on. ``actor`` None (role SYSTEM) is the automatic grant.

    Raises ``AlreadyOwnedError`` where page or claimant is taken, ``WrongStateError`` from a state that cannot become granted.
    Locks the page, so two parallel grants give exactly one owner; a constraint in the database holds that too. Permission to decide is the caller's to check.
    """
    with transaction.atomic():
        lock_page(claim.author_id)
        locked = Claim.objects.select_for_update(of=("self",)).select_related("profile").get(pk=claim.pk)
        if ClaimStatus.GRANTED not in TRANSITIONS[ClaimStatus(locked.status)]:
            raise WrongStateError(_("This claim is %(status)s and cannot be granted.") % {"status": locked.get_status_display().lower()})
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
    return locked
