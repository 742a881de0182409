"""The steps of a claim's life that these stories take again and again, each by the service that takes it on the site."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from papers.models import Author, Authorship
from profiles.claims.life import start_claim, submit_claim
from profiles.models import Claim, OutgoingMail, User
from profiles.models.choices import ClaimStatus, EvidenceStatus, Method, ReasonCode, Role
from profiles.trail import act
from tests.factories.people import evidence_for

ORCID = "0000-0002-1825-0097"


def begun(user: User, page: Author, name: str = "") -> Claim:
    return start_claim(user=user, author=page, name=name or user.profile.display_name)


def waiting(user: User, page: Author, method: Method = Method.TOKEN, subject: str = "") -> Claim:
    """A claim with one confirmed piece of evidence that has been handed in."""
    claim = begun(user, page)
    evidence_for(claim, method, subject or f"https://example.org/~{user.pk}")
    return submit_claim(claim=claim, user=user)


def decided(claim: Claim, status: ClaimStatus, code: ReasonCode, *, days_ago: float = 0, by: User | None = None) -> Claim:
    """A decision as a moderator's service makes it, some days ago."""
    claim.refresh_from_db()
    moment = timezone.now() - timedelta(days=days_ago)
    with act(
        action="refuse" if status == ClaimStatus.REFUSED else "revoke", actor=by, role=Role.MODERATOR, subject=claim, claim=claim, code=code
    ) as changes:
        changes.update(claim, status=status, reason_code=code, decided_at=moment, expires_at=None)
    return claim


def refused(claim: Claim, *, days_ago: float = 0, code: ReasonCode = ReasonCode.NO_EVIDENCE) -> Claim:
    return decided(claim, ClaimStatus.REFUSED, code, days_ago=days_ago)


def asserted_on(page: Author, orcid: str = ORCID, source: str = "crossref") -> None:
    """A publisher has given that iD with a work of the page."""
    first = Authorship.objects.filter(author=page).order_by("pk").first()
    assert first is not None
    Authorship.objects.filter(pk=first.pk).update(orcid=orcid, source=source)


def signed_in_with(claim: Claim, orcid: str = ORCID, *, matched: bool = True, status: EvidenceStatus = EvidenceStatus.CONFIRMED) -> None:
    evidence_for(claim, Method.ORCID, orcid, status, matched=matched)


def mails(user: User) -> list[str]:
    """The kinds of mails that somebody was written, in order."""
    return [kind.removeprefix("claims/") for kind in OutgoingMail.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)]
