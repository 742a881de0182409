"""The queue as a moderator sees it: what waits, about whom, and what of it this moderator may not decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from papers.models import Author
from profiles.models import Claim, PublicRequest, Review, Standing, TrailEntry, User
from profiles.models.choices import ReviewStage, Verdict
from profiles.moderation.appeals import REFUSING
from profiles.moderation.conflicts import bars, bars_on_pages, other_moderators
from profiles.querysets.desk import MOST_COUNTED, DeskKind, Waiting, waiting, waiting_counts

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One line of the queue. ``bar`` says why this moderator may not decide; ``claim`` is None for a request without an account."""

    kind: DeskKind
    key: int
    since: datetime
    author: Author
    claim: Claim | None
    request: PublicRequest | None
    level: int | None
    bar: str

    @property
    def in_bulk(self) -> bool:
        """Whether it can be approved or refused from the list."""
        return self.kind in {DeskKind.CLAIM, DeskKind.CHALLENGE} and not self.bar


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of the queue, with the counts by kind; ``alone`` where there is no other moderator, so that what needs two people waits."""

    items: list[DeskItem]
    counts: list[tuple[DeskKind, str]]
    total: str
    page: int
    has_next: bool
    alone: bool


def desk(*, moderator: User, kind: str = "", page: int = 1) -> Desk:
    """What waits, oldest first, fifty a page. Thirteen queries whatever the number of rows, fewer where kinds are missing."""
    now = timezone.now()
    start = (page - 1) * PER_PAGE
    rows = waiting(now, kind, start=start, count=PER_PAGE + 1)
    found = waiting_counts(now)
    counts = [(one, _told(found.get(one, 0))) for one in DeskKind]
    shown = rows[:PER_PAGE]
    return Desk(
        items=_items(shown, moderator),
        counts=counts,
        total=_told(sum(found.values())),
        page=page,
        has_next=len(rows) > PER_PAGE,
        alone=not other_moderators(moderator.pk),
    )


def _told(number: int) -> str:
    """A count, or "1,000+" beyond what is counted."""
    return f"{number_format(MOST_COUNTED)}+" if number > MOST_COUNTED else str(number)


def _items(rows: Sequence[Waiting], moderator: User) -> list[DeskItem]:
    claims = {
        claim.pk: claim
        for claim in Claim.objects.filter(pk__in={row.claim_id for row in rows if row.claim_id}).select_related("profile__user", "author")
    }
    requests = {
        request.pk: request
        for request in PublicRequest.objects.filter(pk__in=_keys(rows, DeskKind.REQUEST)).select_related("author", "authorship__work")
    }
    levels = dict(Standing.objects.filter(author_id__in={row.author_id for row in rows}).values_list("author_id", "level"))
    claim_bars = bars(moderator, list(claims.values()))
    page_bars = bars_on_pages(moderator, {request.author_id for request in requests.values()})
    seen = _seen_before(rows, moderator)
    items: list[DeskItem] = []
    for row in rows:
        claim = claims.get(row.claim_id) if row.claim_id else None
        request = requests.get(row.key) if row.kind == DeskKind.REQUEST else None
        if claim is None and request is None:
            continue
        bar = claim_bars.get(claim.pk, "") if claim is not None else page_bars.get(row.author_id, "")
        author = claim.author if claim is not None else requests[row.key].author
        items.append(
            DeskItem(
                kind=DeskKind(row.kind),
                key=row.key,
                since=row.since,
                author=author,
                claim=claim,
                request=request,
                level=levels.get(row.author_id),
                bar=bar or seen.get((row.kind, row.key), ""),
            )
        )
    return items


def _keys(rows: Iterable[Waiting], kind: DeskKind) -> list[int]:
    return [row.key for row in rows if row.kind == kind]


def _seen_before(rows: Sequence[Waiting], moderator: User) -> dict[tuple[str, int], str]:
    """What needs another person than this one: they decided, reviewed or approved it before. Four queries."""
    found: dict[tuple[str, int], str] = {}
    documents, again = _keys(rows, DeskKind.DOCUMENT), _keys(rows, DeskKind.AGAIN)
    mine = Review.objects.filter(reviewer=moderator)
    for key in mine.filter(evidence_id__in=documents, stage=ReviewStage.DOCUMENT).values_list("evidence_id", flat=True):
        found[DeskKind.DOCUMENT, key or 0] = _("You have reviewed this document already; it waits for another moderator.")
    for key in mine.filter(pk__in=again).values_list("pk", flat=True):
        found[DeskKind.AGAIN, key] = _("This is your own decision; it waits for another moderator.")
    by_claim: dict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        if row.kind in {DeskKind.APPEAL, DeskKind.SECOND} and row.claim_id:
            by_claim[row.claim_id].append(row)
    entries = TrailEntry.objects.filter(claim_id__in=list(by_claim), action__in=[*REFUSING, "grant"], undone_by__isnull=True).order_by("pk")
    latest = {(entry.claim_id, entry.action == "grant"): entry.actor_id for entry in entries}
    approved = set(
        mine.filter(claim_id__in=list(by_claim), stage=ReviewStage.SECOND, verdict=Verdict.APPROVE).values_list("claim_id", flat=True)
    )
    for claim_id, waiting_rows in by_claim.items():
        for row in waiting_rows:
            if row.kind == DeskKind.APPEAL and latest.get((claim_id, False)) == moderator.pk:
                found[row.kind, row.key] = _("You made the decision that is appealed against; it waits for another moderator.")
            elif row.kind == DeskKind.SECOND and (latest.get((claim_id, True)) == moderator.pk or claim_id in approved):
                found[row.kind, row.key] = _("You have reviewed this claim already; it waits for another moderator.")
    return found
