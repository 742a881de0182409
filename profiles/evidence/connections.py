"""What becomes of ORCID evidence when the iD of an account changes: it rested on the sign-in."""

from __future__ import annotations

from profiles.evidence.base import LIVE
from profiles.evidence.service import end
from profiles.models import AccountChange, ChangeKind, Evidence
from profiles.models.choices import EvidenceStatus, Method


def on_account_changed(change: AccountChange) -> None:
    """Reaction to a change that took effect: evidence by the iD that is no longer connected is withdrawn. Two queries, more for each piece."""
    if change.kind not in {ChangeKind.ORCID, ChangeKind.ORCID_REMOVAL}:
        return
    pieces = Evidence.objects.filter(
        claim__profile__user_id=change.user_id, method=Method.ORCID, subject=change.old_value, status__in=LIVE
    ).order_by("pk")
    for piece in pieces:
        end(evidence=piece, status=EvidenceStatus.WITHDRAWN, outcome="replaced")
