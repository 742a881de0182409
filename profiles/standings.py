"""Verification levels of pages with claims: the facts gathered, the level computed, the row stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from papers.models import Author, AuthorFigures, AuthorIdentifier, Authorship, NameVariant
from papers.names import PersonName, compatible, parse_name
from papers.refresh import mark_dirty
from profiles.levels import Assessment, ClaimFacts, Piece, RecordFacts, assess, record_level
from profiles.models import Claim, Evidence, Freeze, Standing
from profiles.models.choices import COUNTING, ClaimStatus, Level, Method
from profiles.querysets.claims import holding
from profiles.trail import Change

Frozen = tuple[set[str], set[int]]
"""Domains, and the keys of institutions, whose evidence does not count."""

KIND = "standing"
CLAIM_COLUMNS = ("author_id", "status", "dispute_free_since", "second_review_at", "profile__user_id", "profile__display_name")
AT_ONCE = 20  # so few pages are computed in the transaction that changed them; more are left to the workers


def refresh_standings(author_ids: Sequence[int]) -> int:
    """Compute and store the level of these pages; returns how many have a row. Pages that nobody ever claimed get none.

    Seven statements whatever the number of pages.
    """
    now = timezone.now()
    known = set(Claim.objects.filter(author_id__in=author_ids).values_list("author_id", flat=True))
    before = {row.author_id: row for row in Standing.objects.filter(author_id__in=author_ids)}
    wanted = sorted(known | set(before))
    if not wanted:
        return 0
    claims = {claim.author_id: claim for claim in holding(wanted)}
    assessed = assessments(wanted, now)
    rows = [_row(author_id, assessed[author_id], claims.get(author_id), before.get(author_id), now) for author_id in wanted]
    Standing.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["author"],
        update_fields=[
            "claim",
            "level",
            "record_level",
            "claim_level",
            "identity",
            "missing",
            "level_since",
            "l2_since",
            "next_change_at",
            "computed_at",
        ],
    )
    return len(rows)


def assessments(author_ids: Sequence[int], now: datetime) -> dict[int, Assessment]:
    """The levels of these pages as of ``now``, computed afresh and stored nowhere; seven statements whatever their number."""
    records = _record_facts(author_ids)
    claims = list(holding(author_ids).select_related(None).select_related("profile").only(*CLAIM_COLUMNS))
    facts = _claim_facts(claims)
    return {author_id: assess(record, facts.get(author_id), now) for author_id, record in records.items()}


def standing_of(author_id: int) -> Assessment:
    """The level of one page as of now, computed afresh and stored nowhere; seven statements."""
    return assessments([author_id], timezone.now())[author_id]


def claim_facts(claim: Claim) -> ClaimFacts:
    """What counts for a claim now; five statements."""
    return _claim_facts([claim])[claim.author_id]


def claimed_pieces(claim: Claim) -> tuple[RecordFacts, ClaimFacts]:
    """What counts for a claim, granted or not, so that claimant and moderator see what it would give; six statements."""
    return _record_facts([claim.author_id])[claim.author_id], _claim_facts([claim])[claim.author_id]


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims: their pages' levels follow."""
    claims = Claim.objects.filter(pk__in=[change["pk"] for change in changes]).values_list("author_id", flat=True)
    follow(claims)


def on_evidence_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed evidence: the levels of the pages that its claims are about follow. Rows that are gone say whose they were."""
    gone = [change["before"]["claim_id"] for change in changes if change["after"] is None]
    concerned = Q(evidence__in=[change["pk"] for change in changes]) | Q(pk__in=gone)
    follow(Claim.objects.filter(concerned).values_list("author_id", flat=True))


def on_freezes_changed(changes: Sequence[Change]) -> None:
    """Reaction to a freeze, its end, or its being taken back: everybody with evidence from there is computed again."""
    places = list(Freeze.objects.filter(pk__in=[change["pk"] for change in changes]).values_list("domain", "institution_id"))
    places += [(change["before"]["domain"], change["before"]["institution_id"]) for change in changes if change["after"] is None]
    follow(pages_with_evidence_from(places))


def pages_with_evidence_from(places: Iterable[tuple[str, int | None]]) -> list[int]:
    """The pages with counting evidence from a domain (or one below it) or an institution, each place being one of the two. One query."""
    concerned = Q(pk__in=[])
    for domain, institution in places:
        if institution is not None:
            concerned |= Q(institution=institution)
        else:
            concerned |= Q(method=Method.EMAIL, subject=domain) | Q(method=Method.EMAIL, subject__endswith=f".{domain}")
    rows = Evidence.objects.filter(concerned, status__in=COUNTING).values_list("claim__author_id", flat=True)
    return sorted(set(rows))


def levels_with(author_ids: Sequence[int], frozen: Frozen) -> dict[int, Level]:
    """The levels of these pages if exactly those places were frozen; stored nowhere. Six statements whatever the number of pages."""
    now = timezone.now()
    claims = {claim.author_id: claim for claim in holding(author_ids)}
    records = _record_facts(author_ids)
    facts = _claim_facts(list(claims.values()), frozen)
    return {author_id: assess(record, facts.get(author_id), now).level for author_id, record in records.items()}


def frozen_places() -> Frozen:
    """The domains and the institutions that are frozen now. One query."""
    return _frozen()


def follow(author_ids: Iterable[int]) -> None:
    """Have the levels of these pages computed: a few at once, in the caller's transaction, many by the workers."""
    wanted = sorted(set(author_ids))
    mark_dirty(kind=KIND, ids=wanted, reason="identity")
    if len(wanted) <= AT_ONCE:
        refresh_standings(wanted)


def mark_ageing(now: datetime) -> int:
    """Mark the pages whose level time alone may have changed; returns how many."""
    due = Standing.objects.filter(next_change_at__lte=now).values_list("author_id", flat=True)
    return mark_dirty(kind=KIND, ids=due, reason="age")


def outdated(levels: Mapping[int, int]) -> list[int]:
    """The pages with a stored level that is another than the one just assessed, or whose record gives another now. One query.

    A page's record may come to be surer, or grow, without anybody touching its claim.
    """
    rows = Standing.objects.filter(author_id__in=levels).values_list(
        "author_id", "level", "record_level", "author__confidence", "author__figures__works_count"
    )
    return [
        author_id
        for author_id, level, by_record, confidence, works in rows
        if level != levels[author_id] or by_record != record_level(RecordFacts(works or 0, confidence, False, False))
    ]


def _record_facts(author_ids: Sequence[int]) -> dict[int, RecordFacts]:
    works = dict(AuthorFigures.objects.filter(author_id__in=author_ids).values_list("author_id", "works_count"))
    authors = (
        Author.objects.filter(pk__in=author_ids)
        .annotate(
            has_source_id=Exists(AuthorIdentifier.objects.filter(author=OuterRef("pk"), is_authenticated=False)),
            has_publisher_orcid=Exists(Authorship.objects.filter(publisher_asserted(), author=OuterRef("pk"))),
        )
        .values_list("pk", "confidence", "has_source_id", "has_publisher_orcid")
    )
    return {pk: RecordFacts(works.get(pk, 0), confidence, has_id, has_orcid) for pk, confidence, has_id, has_orcid in authors}


def publisher_asserted() -> Q:
    """Authorships whose ORCID iD a publisher vouches for: deposited with Crossref, or authenticated by its holder while submitting.

    What holders put on their own ORCID records is no publisher's word, though they were signed in there.
    """
    return ~Q(orcid="") & ~Q(source="orcid") & (Q(source="crossref") | Q(orcid_authenticated=True))


def _claim_facts(claims: Sequence[Claim], frozen: Frozen | None = None) -> dict[int, ClaimFacts]:
    frozen = _frozen() if frozen is None else frozen
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for evidence in Evidence.objects.filter(claim__in=claims, status__in=COUNTING).order_by("pk"):
        if not is_frozen(evidence, frozen):
            pieces[evidence.claim_id].append(_piece(evidence))
    names = _published_names([claim.author_id for claim in claims])
    confirmed = _with_confirmed_address([claim.profile.user_id for claim in claims])
    return {
        claim.author_id: ClaimFacts(
            pieces=pieces[claim.pk],
            email_confirmed=claim.profile.user_id in confirmed,
            name_compatible=goes_with(claim.profile.display_name, names[claim.author_id]),
            quiet_since=claim.dispute_free_since if claim.status == ClaimStatus.GRANTED else None,
            second_review=claim.second_review_at is not None,
        )
        for claim in claims
    }


def goes_with(name: str, published: Iterable[PersonName]) -> bool:
    """Whether a claimant's name and one of the published forms can be one person's."""
    stated = parse_name(name)
    return bool(name.strip()) and any(compatible(stated, form) for form in published)


def _published_names(author_ids: Sequence[int]) -> dict[int, list[PersonName]]:
    forms: dict[int, set[str]] = defaultdict(set)
    shown = Author.objects.filter(pk__in=author_ids).values_list("pk", "display_name")
    for author_id, name in (*shown, *NameVariant.objects.filter(author__in=author_ids).values_list("author_id", "name")):
        forms[author_id].add(name)
    return {author_id: [parse_name(form) for form in found] for author_id, found in forms.items()}


def _with_confirmed_address(user_ids: Sequence[int]) -> set[int]:
    return set(EmailAddress.objects.filter(user_id__in=user_ids, verified=True).values_list("user_id", flat=True))


def _frozen() -> Frozen:
    rows = list(Freeze.objects.filter(lifted_at__isnull=True).values_list("domain", "institution_id"))
    return {domain for domain, _institution in rows if domain}, {institution for _domain, institution in rows if institution}


def is_frozen(evidence: Evidence, frozen: Frozen) -> bool:
    """Whether a piece comes from a frozen institution, or from a frozen domain or one below it."""
    domains, institutions = frozen
    if evidence.institution_id in institutions:
        return True
    return evidence.method == Method.EMAIL and any(
        evidence.subject == domain or evidence.subject.endswith(f".{domain}") for domain in domains
    )


def _piece(evidence: Evidence) -> Piece:
    assert evidence.confirmed_at is not None  # noqa: S101 - a constraint of the table
    return Piece(
        method=Method(evidence.method),
        confirmed_at=evidence.last_checked_at or evidence.confirmed_at,
        matched=evidence.matched,
        institutional=evidence.method == Method.EMAIL and evidence.institution_id is not None,
        from_site=evidence.from_site,
    )


def _row(author_id: int, found: Assessment, claim: Claim | None, before: Standing | None, now: datetime) -> Standing:
    is_same = before is not None and before.level == found.level
    l2_since = None
    if found.level >= Level.L2:
        l2_since = before.l2_since if before is not None and before.l2_since is not None else now
    return Standing(
        author_id=author_id,
        claim=claim,
        level=found.level,
        record_level=found.record_level,
        claim_level=found.claim_level,
        identity=found.identity,
        missing=list(found.missing),
        level_since=before.level_since if before is not None and is_same else now,
        l2_since=l2_since,
        next_change_at=found.next_change,
        computed_at=now,
    )
