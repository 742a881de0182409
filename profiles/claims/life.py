"""The claimant's side of a claim's life: begun, handed in, withdrawn, given up, run out. Moderators' decisions: ``profiles.moderation``."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.query_params import clean_text
from papers.models import AttributionRule, Author, Authorship
from profiles.claims.challenges import settle
from profiles.claims.granting import grant_claim, lock_claim, lock_page
from profiles.claims.limits import DRAFT_LASTS, ensure_may_start, spend_start
from profiles.claims.messages import write_message
from profiles.exceptions import AlreadyOwnedError, NotAllowedError, WrongStateError
from profiles.models import Claim, Evidence, EvidenceSecret, Profile, User
from profiles.models.choices import (
    COUNTING,
    HOLDING,
    OPEN,
    AppealStatus,
    ClaimStatus,
    EvidenceStatus,
    MessageKind,
    Method,
    ReasonCode,
    Role,
)
from profiles.querysets.claims import due_to_expire, held_by, holding, open_claims
from profiles.standings import claimed_pieces, publisher_asserted
from profiles.trail import Changes, act, one_decision

NAME_LENGTH = 300
GRANT_LAPSES_AFTER = timedelta(days=365)
AT_ONCE = 100
_GATHERING = (ClaimStatus.DRAFT, ClaimStatus.EVIDENCE)
_LIVE_EVIDENCE = (EvidenceStatus.STARTED, EvidenceStatus.CHECKING, EvidenceStatus.CONFIRMED, EvidenceStatus.STALE)
_GIVEN = (EvidenceStatus.CHECKING, EvidenceStatus.CONFIRMED)


def start_claim(*, user: User, author: Author, name: str, statement: str = "", address: str = "") -> Claim:
    """A claim begun, or the one that this account has open on the page already. The claimant's ``name`` becomes their profile's.

    ``address`` is where the request came from, for the limit by address; "" counts nothing. Raises ``NotAllowedError``,
    ``LimitReachedError`` (``until`` where it ends by itself), ``WrongStateError`` for a page that is merged or erased.
    """
    stated = clean_text(name, NAME_LENGTH)
    if not any(letter.isalpha() for letter in stated):
        raise NotAllowedError(_("Give the name that you publish under."))
    with transaction.atomic():
        page = lock_page(author.pk)
        if page.merged_into_id is not None or page.erased_at is not None:
            raise WrongStateError(_("This page has moved or is gone. Claim the page that it leads to."))
        Profile.objects.get_or_create(user=user)
        profile = Profile.objects.select_for_update(no_key=True).get(user=user)
        begun = open_claims(profile.pk).filter(author=page).first()
        if begun is not None:
            return begun
        ensure_may_start(user=user, profile=profile, author=page)
        profile.display_name = stated
        profile.save(update_fields=["display_name", "updated_at"])
        claim = _begin(profile, page, user)
        if statement.strip():
            write_message(claim=claim, sender=user, kind=MessageKind.STATEMENT, role=Role.CLAIMANT, text=statement)
        if address:
            spend_start(address)
    return claim


def submit_claim(*, claim: Claim, user: User) -> Claim:
    """The claim, handed in for a moderator to decide. Raises ``WrongStateError`` where it is not being made, ``NotAllowedError``
    for somebody else's, where there is no evidence to look at, or where the claimant owns a page by now.
    """
    with transaction.atomic():
        locked = lock_claim(claim)
        ensure_claimant(locked, user)
        if locked.status not in _GATHERING:
            raise WrongStateError(_("This claim was handed in already, or it has ended."))
        if not locked.evidence.filter(status__in=_GIVEN).exists():
            raise NotAllowedError(_("A name proves nothing, so a claim needs evidence. Add at least one piece before you hand it in."))
        if held_by(locked.profile_id).exists():
            raise NotAllowedError(_("You own a page already, and an account owns one page."))
        now = timezone.now()
        with act(action="submit", actor=user, role=Role.CLAIMANT, subject=locked, claim=locked) as changes:
            changes.update(
                locked,
                status=ClaimStatus.REVIEW,
                submitted_at=now,
                expires_at=None,
                challenges=locked.challenges or holding([locked.author_id]).first(),
            )
    return locked


def withdraw_claim(*, claim: Claim, user: User) -> Claim:
    """The claim, taken back by its claimant before it was decided; its evidence goes with it, and a dispute that it opened ends.

    Raises ``WrongStateError`` for a claim that has been decided (an owner gives a page up by ``release_page``), ``NotAllowedError``.
    """
    with one_decision():
        locked = lock_claim(claim)
        ensure_claimant(locked, user)
        if locked.status not in OPEN:
            raise WrongStateError(_("This claim has been decided or has ended, so there is nothing left to withdraw."))
        with act(action="withdraw", actor=user, role=Role.CLAIMANT, subject=locked, claim=locked) as changes:
            changes.update(locked, status=ClaimStatus.WITHDRAWN, expires_at=None)
            end_evidence(changes, locked)
            settle(locked)
    return locked


def release_page(*, claim: Claim, user: User) -> Claim:
    """The claim, ended by its owner: the page is free again, and what was decided on it stands.

    Raises ``NotAllowedError`` for somebody else's claim and while the page is disputed: ownership is frozen then, or an impostor
    would escape the decision. ``WrongStateError`` where the claim does not hold the page.
    """
    with transaction.atomic():
        locked = lock_claim(claim)
        ensure_claimant(locked, user)
        if locked.status == ClaimStatus.DISPUTED:
            raise NotAllowedError(
                _(
                    "While the page is disputed its ownership cannot change. Say in your answer that you give it up, and a moderator ends it."
                )
            )
        if locked.status != ClaimStatus.GRANTED:
            raise WrongStateError(_("You do not own this page, so there is nothing to give up."))
        with act(action="release", actor=user, role=Role.OWNER, subject=locked, claim=locked, public=True) as changes:
            changes.update(locked, status=ClaimStatus.WITHDRAWN, expires_at=None)
            end_evidence(changes, locked)
    return locked


def try_automatic_grant(*, claim: Claim) -> bool:
    """Grant at once where the signed-in ORCID iD is the one that publishers assert on the page's authorships; whether that was done.

    Never on an owned page, never while somebody else's claim on it waits for a moderator, never where publishers assert several iDs on one page, and not
    where the stated name fits none of the published ones: then a moderator decides. Safe to call at any time and twice.
    """
    with transaction.atomic():
        locked = lock_claim(claim)
        if locked.status not in OPEN or not locked.profile.user.is_active:
            return False
        if holding([locked.author_id]).exists() or held_by(locked.profile_id).exists():
            return False
        if Claim.objects.filter(author_id=locked.author_id, status=ClaimStatus.REVIEW).exclude(pk=locked.pk).exists():
            return False
        if not _is_asserted(locked) or not claimed_pieces(locked)[1].name_compatible:
            return False
        try:
            grant_claim(claim=locked, actor=None, role=Role.SYSTEM, code=ReasonCode.AUTOMATIC)
        except (AlreadyOwnedError, WrongStateError):  # the claimant was granted another page a moment ago
            return False
    return True


def expire_claims(*, now: datetime) -> int:
    """End the drafts whose time is over, and grants whose evidence could not be confirmed for a year; returns how many.

    One transaction for each, so it can be killed and begun again at any point; a row that somebody is at work on is left to the next run.
    """
    ended = 0
    for claim in list(due_to_expire(now)[:AT_ONCE]):
        ended += _expire(claim, now)
    return ended


def mark_lapsing(*, now: datetime) -> int:
    """Set when a grant ends of whose evidence nothing holds any more, and clear it where something holds again; returns how many changed."""
    without = Claim.objects.filter(status=ClaimStatus.GRANTED, expires_at__isnull=True, evidence__isnull=False).exclude(
        evidence__status__in=COUNTING
    )
    renewed = Claim.objects.filter(status=ClaimStatus.GRANTED, expires_at__isnull=False, evidence__status__in=COUNTING)
    changed = 0
    for action, claims, ends in (("lapse", without, now + GRANT_LAPSES_AFTER), ("renew", renewed, None)):
        for claim in claims.distinct().order_by("pk")[:AT_ONCE]:
            with transaction.atomic():
                locked = lock_claim(claim)
                if locked.status != ClaimStatus.GRANTED or (locked.expires_at is None) != (ends is not None):
                    continue
                with act(action=action, actor=None, role=Role.SYSTEM, subject=locked, claim=locked) as changes:
                    changes.update(locked, expires_at=ends)
                changed += 1
    return changed


def ensure_claimant(claim: Claim, user: User) -> None:
    """Quiet for the person whose claim it is. Raises ``NotAllowedError`` for everybody else."""
    if claim.profile.user_id != user.pk:
        raise NotAllowedError(_("This is somebody else's claim."))


def end_evidence(changes: Changes, claim: Claim) -> None:
    """Withdraw what a claim rested on, in the act that ends it: an ORCID iD, say, is free for the next claim. A statement a piece."""
    _withdraw(changes, Evidence.objects.filter(claim=claim, status__in=_LIVE_EVIDENCE))


def _begin(profile: Profile, page: Author, user: User) -> Claim:
    now = timezone.now()
    claim = Claim(
        profile=profile,
        author=page,
        started_at=now,
        expires_at=now + DRAFT_LASTS,
        challenges=holding([page.pk]).first(),
    )
    with act(action="start", actor=user, role=Role.CLAIMANT, subject=claim, author=page) as changes:
        changes.create(claim)
        _free_evidence(changes, claim)
    return claim


def _free_evidence(changes: Changes, claim: Claim) -> None:
    """Let go of what past claims of this person still hold: all that was about this page, and a signed-in iD wherever it was given.

    An iD stands for one claim at a time. What an undecided appeal rests on stays.
    """
    past = Evidence.objects.filter(claim__profile=claim.profile, status__in=_LIVE_EVIDENCE).exclude(claim__status__in=[*OPEN, *HOLDING])
    past = past.exclude(claim__appeals__status=AppealStatus.OPEN).filter(Q(method=Method.ORCID) | Q(claim__author=claim.author))
    _withdraw(changes, past)


def _withdraw(changes: Changes, pieces: QuerySet[Evidence]) -> None:
    for evidence in pieces.select_for_update(of=("self",), no_key=True).order_by("pk"):
        changes.update(evidence, status=EvidenceStatus.WITHDRAWN, outcome="withdrawn", next_check_at=None)
        EvidenceSecret.objects.filter(evidence=evidence).delete()


def _is_asserted(claim: Claim) -> bool:
    """Whether a confirmed, signed-in iD of the claim is the only one that publishers assert on the page.

    Works that a person put on the page say nothing: an earlier owner may have put their own there.
    """
    own = set(
        Evidence.objects.filter(claim=claim, method=Method.ORCID, status__in=COUNTING, matched=True).values_list("subject", flat=True)
    )
    by_record = Authorship.objects.filter(publisher_asserted(), author_id=claim.author_id).exclude(rule=AttributionRule.PERSON)
    asserted = set(by_record.order_by("orcid").values_list("orcid", flat=True).distinct()[:2])
    return bool(own) and asserted == own


def _expire(claim: Claim, now: datetime) -> int:
    with one_decision():
        locked = lock_claim(claim)
        if locked.expires_at is None or locked.expires_at > now or locked.status not in {*_GATHERING, ClaimStatus.GRANTED}:
            return 0
        is_grant = locked.status == ClaimStatus.GRANTED
        with act(
            action="expire",
            actor=None,
            role=Role.SYSTEM,
            subject=locked,
            claim=locked,
            public=is_grant,
            code=ReasonCode.EVIDENCE_LOST if is_grant else "",
        ) as changes:
            changes.update(locked, status=ClaimStatus.EXPIRED)
            end_evidence(changes, locked)
            settle(locked)
    return 1
