"""Reads over evidence, and over what of the record evidence may rest on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from papers.models import AttributionRule, Author, Authorship, Institution, Work
from profiles.models import Claim, Document, Evidence, EvidenceCheck, OutgoingMail, Standing, Vouch
from profiles.models.choices import HOLDING, OPEN, ClaimStatus, EvidenceStatus, Level, Method, VouchStatus

HELD = (EvidenceStatus.CONFIRMED, EvidenceStatus.STALE)
LIVE = (EvidenceStatus.STARTED, EvidenceStatus.CHECKING, *HELD)
RECENT_YEARS = 3


def independent_authorships(author_id: int, user_id: int) -> QuerySet[Authorship]:
    """The authorships of a page that say something about a claimant: those left out that stand there by the claimant's own decision."""
    return Authorship.objects.filter(author_id=author_id, work__merged_into__isnull=True, work__erased_at__isnull=True).exclude(
        rule=AttributionRule.PERSON, decided_by_id=user_id
    )


def works_of(author_id: int, user_id: int) -> QuerySet[Work]:
    """The works behind ``independent_authorships``."""
    return Work.objects.filter(Exists(independent_authorships(author_id, user_id).filter(work=OuterRef("pk"))))


def works_with(identifiers: Iterable[tuple[str, str]], author_id: int, user_id: int) -> int:
    """How many works of a page bear one of these identifiers (scheme, value). One query."""
    wanted = Q(pk__in=[])
    for scheme, value in identifiers:
        wanted |= Q(identifiers__scheme=scheme, identifiers__value=value)
    return works_of(author_id, user_id).filter(wanted).distinct().count()


def recent_institutions(author_id: int, user_id: int, year: int) -> QuerySet[Institution]:
    """The institutions that the page's works of this year and the three before it name for this author."""
    recent = independent_authorships(author_id, user_id).filter(work__year__gte=year - RECENT_YEARS)
    return Institution.objects.filter(authorship_institutions__authorship__in=recent).distinct().order_by("pk")


def coauthors_who_may_vouch(author_id: int, user_id: int) -> QuerySet[Author]:
    """Co-authors of the page's works who own a page, undisputed and at level 3 or above, with ``shared``: how many works."""
    shared = works_of(author_id, user_id)
    owned = Claim.objects.filter(author=OuterRef("pk"), status=ClaimStatus.GRANTED).exclude(profile__user_id=user_id)
    return (
        Author.objects.filter(
            Exists(owned),
            Exists(Standing.objects.filter(author=OuterRef("pk"), level__gte=Level.L3)),
            authorships__work__in=shared,
            merged_into__isnull=True,
            erased_at__isnull=True,
        )
        .exclude(pk=author_id)
        .annotate(shared=Count("authorships__work", distinct=True))
        .order_by("-shared", "sort_name", "pk")
    )


def shared_work(author_id: int, other_id: int, user_id: int) -> Work | None:
    """The latest work of both pages, or None."""
    with_other = Authorship.objects.filter(work=OuterRef("pk"), author_id=other_id)
    return works_of(author_id, user_id).filter(Exists(with_other)).order_by("-date_key", "-pk").first()


def due_for_a_look(now: datetime) -> QuerySet[Evidence]:
    """Evidence of living claims that is to be looked at again, longest due first."""
    return Evidence.objects.filter(next_check_at__lte=now, status__in=HELD, claim__status__in=[*OPEN, *HOLDING]).order_by(
        "next_check_at", "pk"
    )


def of_claim(claim_id: int) -> QuerySet[Evidence]:
    """The pieces of a claim, oldest first, each with what a page tells of it."""
    return (
        Evidence.objects.filter(claim_id=claim_id)
        .select_related("institution", "vouch__voucher_author", "document", "secret")
        .order_by("pk")
    )


def public_of_page(author_id: int) -> QuerySet[Evidence]:
    """The evidence by which a page is held now, oldest first. None where nobody holds it."""
    return (
        Evidence.objects.filter(claim__author_id=author_id, claim__status__in=HOLDING, status__in=HELD)
        .select_related("institution", "vouch__voucher_author", "claim")
        .order_by("confirmed_at", "pk")
    )


def former_claims(author_id: int) -> QuerySet[Claim]:
    """Claims that held the page once and no longer do, latest first."""
    return (
        Claim.objects.filter(author_id=author_id, granted_at__isnull=False)
        .exclude(status__in=[*HOLDING, *OPEN])
        .annotate(pieces=Count("evidence", filter=Q(evidence__confirmed_at__isnull=False)))
        .order_by("-decided_at", "-pk")
    )


def vouches_asked_of(user_id: int) -> QuerySet[Vouch]:
    """What somebody was asked to vouch for, or vouched for, latest first."""
    return (
        Vouch.objects.filter(voucher_id=user_id)
        .select_related("evidence__claim__author", "evidence__claim__profile", "work")
        .order_by("-asked_at", "-pk")
    )


def vouches_given_since(user_id: int, since: datetime) -> int:
    """How many vouches somebody gave since then, those taken back included. One query."""
    return Vouch.objects.filter(voucher_id=user_id, status__in=[VouchStatus.GIVEN, VouchStatus.TAKEN_BACK], answered_at__gte=since).count()


def vouches_for_revoked(user_id: int) -> QuerySet[Vouch]:
    """The vouches of somebody for claims that were revoked: what the trust score takes off for."""
    return Vouch.objects.filter(voucher_id=user_id, status=VouchStatus.GIVEN, evidence__claim__status=ClaimStatus.REVOKED)


def checks_since(profile_id: int, since: datetime) -> int:
    """How many looks at evidence of somebody there were since then. One query."""
    return EvidenceCheck.objects.filter(evidence__claim__profile_id=profile_id, checked_at__gte=since).count()


def codes_sent_to(address: str, now: datetime) -> int:
    """How many codes went to an address in the last hour, whoever asked. One query."""
    return OutgoingMail.objects.filter(kind="evidence-code", to__iexact=address, created_at__gte=now - timedelta(hours=1)).count()


def documents_to_delete(now: datetime) -> QuerySet[Document]:
    """Documents whose time is over."""
    return Document.objects.filter(delete_after__lte=now, deleted_at__isnull=True).order_by("delete_after", "pk")


def orcid_taken(orcid: str, claim: Claim) -> Evidence | None:
    """The confirmed evidence of another claim that rests on this iD, or None. One query."""
    return (
        Evidence.objects.filter(method=Method.ORCID, subject=orcid, status__in=HELD)
        .exclude(claim=claim)
        .select_related("claim__author", "claim__profile")
        .first()
    )
