"""People with accounts, and their claims. The same few throughout: Ada Quillmere, Grace Farrowgate, Emmy Notherby."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from papers.models import Author, Institution
from profiles.claims.granting import grant_claim
from profiles.models import Claim, Evidence, Profile, User
from profiles.models.choices import ClaimStatus, EvidenceStatus, Method, Role
from profiles.standings import refresh_standings
from tests.factories.papers import AuthorFactory, WorkFactory

PASSWORD = "looms and engines, 1843"
NAMES = {"ada": "Ada Quillmere", "grace": "Grace Farrowgate", "emmy": "Emmy Notherby"}


def account(who: str, *, confirmed: bool = True, **fields: Any) -> User:
    """An account with a profile under the person's name and, unless said otherwise, a confirmed address."""
    email = f"{who}@example.org"
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=confirmed, primary=True)
    Profile.objects.create(user=user, display_name=NAMES.get(who, who.title()))
    return user


def page_of(who: str, works: int = 3, together_with: Author | None = None, **fields: Any) -> Author:
    """An author page under the person's name with so many works, joint ones where another author is given."""
    author = AuthorFactory(display_name=NAMES.get(who, who.title()), **fields)
    WorkFactory.create_batch(works, by=[author] if together_with is None else [author, together_with])
    return author


def claim_by(user: User, author: Author, status: ClaimStatus = ClaimStatus.EVIDENCE, **fields: Any) -> Claim:
    """A claim as it stands, without the way there."""
    now = timezone.now()
    dates = {"submitted_at": now} if status == ClaimStatus.REVIEW else {}
    return Claim.objects.create(profile=user.profile, author=author, status=status, started_at=now, **{**dates, **fields})


def evidence_for(claim: Claim, method: Method, subject: str, status: EvidenceStatus = EvidenceStatus.CONFIRMED, **fields: Any) -> Evidence:
    """A piece of evidence, confirmed now unless said otherwise."""
    now = timezone.now()
    dates = {"confirmed_at": now, "first_checked_at": now, "last_checked_at": now} if status == EvidenceStatus.CONFIRMED else {}
    return Evidence.objects.create(claim=claim, method=method, subject=subject, status=status, started_at=now, **{**dates, **fields})


def owner_of(
    author: Author,
    who: str = "ada",
    *,
    user: User | None = None,
    methods: tuple[Method, ...] = (Method.TOKEN,),
    institution: Institution | None = None,
) -> User:
    """Somebody who owns the page, by a claim that was granted with these pieces of evidence."""
    user = user or account(who)
    claim = claim_by(user, author, ClaimStatus.REVIEW)
    subjects = {
        Method.TOKEN: f"https://example.org/~{who}",
        Method.ORCID: "0000-0002-1825-0097",
        Method.EMAIL: "uni.example.org",
        Method.DOCUMENT: "0" * 64,
        Method.VOUCH: f"voucher of {who}",
    }
    for method in methods:
        extra: dict[str, Any] = (
            {"matched": True} if method == Method.ORCID else {"institution": institution} if method == Method.EMAIL else {}
        )
        evidence_for(claim, method, subjects[method], **extra)
    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    refresh_standings([author.pk])
    return user
