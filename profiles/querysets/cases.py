"""Everything that a moderator sees of one claim."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from papers.models import Author, Authorship, Institution, NameVariant
from papers.names import PersonName, compatible, parse_name
from profiles.models import Appeal, Claim, ClaimMessage, Evidence, Review, TrailEntry, User
from profiles.models.choices import ReviewStage

MOST_ENTRIES, MOST_CLAIMS, MOST_NAMESAKES, MOST_WORKS = 100, 30, 20, 15
_CANDIDATES = 300


def case(pk: int) -> Claim | None:
    """The claim with claimant, account and page."""
    return Claim.objects.select_related("profile__user", "author__figures", "challenges").filter(pk=pk).first()


def evidence_of(claim_id: int) -> QuerySet[Evidence]:
    """All evidence of a claim with its checks, vouch, document and reviews. Five queries."""
    rows = Evidence.objects.filter(claim_id=claim_id).select_related("institution", "vouch__voucher_author", "vouch__work", "document")
    return rows.prefetch_related("checks", "reviews__reviewer", "document__accesses").order_by("pk")


def texts_of(claim: Claim) -> QuerySet[ClaimMessage]:
    """The texts of a claim and, where it challenges an owner, of theirs since."""
    own = Q(claim=claim)
    if claim.challenges_id is not None and claim.credible_at is not None:
        own |= Q(claim_id=claim.challenges_id, created_at__gte=claim.credible_at)
    return ClaimMessage.objects.filter(own).select_related("sender").order_by("created_at", "pk")


def appeals_of(claim_id: int) -> QuerySet[Appeal]:
    """The appeals, first one first."""
    return Appeal.objects.filter(claim_id=claim_id).order_by("pk")


def reviews_to_look_at(claim_id: int) -> QuerySet[Review]:
    """The decisions on this claim that were drawn and wait for a second look."""
    return Review.objects.filter(claim_id=claim_id, drawn_at__isnull=False, looked_again_at__isnull=True).exclude(stage=ReviewStage.AGAIN)


def other_claims(claim: Claim) -> list[Claim]:
    """Other claims of the account, and on the page, latest first."""
    rows = Claim.objects.filter(Q(profile_id=claim.profile_id) | Q(author_id=claim.author_id)).exclude(pk=claim.pk)
    return list(rows.select_related("profile", "author").order_by("-pk")[:MOST_CLAIMS])


def latest_authorships(author_id: int) -> QuerySet[Authorship]:
    """The page's latest works, each with the name, iD and affiliations that its source states."""
    rows = Authorship.objects.filter(author_id=author_id).select_related("work")
    return rows.order_by("-work__year", "-work_id")[:MOST_WORKS]


def institutions_of(author_id: int) -> QuerySet[Institution]:
    """Where the page's works were written, most works first (``places``)."""
    rows = Institution.objects.filter(authorships__author_id=author_id)
    return rows.annotate(places=Count("authorships")).order_by("-places", "pk")[:8]


def namesakes(author: Author, claimed_name: str, variants: Iterable[NameVariant]) -> list[Author]:
    """Other pages whose names could be the same person's as the page's, or the claimant's. Two queries; at most twenty, those with the most works first."""
    names = [parse_name(variant.name) for variant in variants] + ([parse_name(claimed_name)] if claimed_name.strip() else [])
    blocks = {name.block for name in names}
    rows = NameVariant.objects.filter(block__in=blocks).exclude(author=author).values_list("author_id", "name")[:_CANDIDATES]
    found = {author_id for author_id, name in rows if _fits_any(parse_name(name), names)}
    alive = Author.objects.filter(pk__in=found, merged_into__isnull=True, erased_at__isnull=True).select_related("figures")
    return sorted(alive, key=lambda one: -_works(one))[:MOST_NAMESAKES]


def history_of(claim: Claim) -> list[TrailEntry]:
    """What happened with the claim and on its page, latest first, each with its words and what took it back."""
    rows = TrailEntry.objects.filter(Q(claim_id=claim.pk) | Q(author_id=claim.author_id))
    return list(rows.select_related("note", "undone_by").order_by("-pk")[:MOST_ENTRIES])


def accounts(keys: Iterable[int | None]) -> dict[int, User]:
    """The accounts of these numbers. One query."""
    return User.objects.in_bulk({key for key in keys if key is not None})


def _fits_any(name: PersonName, others: Iterable[PersonName]) -> bool:
    return any(compatible(name, other) for other in others)


def _works(author: Author) -> int:
    figures = getattr(author, "figures", None)
    return figures.works_count if figures is not None else 0
