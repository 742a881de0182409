"""What every decision shares: the page locked, conflicts refused, the moderator's review written, words for the claimant kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.claims.granting import lock_page
from profiles.claims.messages import LONGEST, tidy
from profiles.exceptions import NoteNeededError, WrongStateError
from profiles.models import Appeal, Claim, ClaimMessage, Evidence, LevelBefore, Profile, Review, Standing, User
from profiles.models.choices import ClaimStatus, EvidenceStatus, MessageKind, ReasonCode, ReviewStage, Role, Verdict
from profiles.moderation.conflicts import ensure_may_decide
from profiles.moderation.draws import is_drawn
from profiles.standings import follow
from profiles.trail import Changes, act, one_decision

VOIDABLE = (EvidenceStatus.STARTED, EvidenceStatus.CHECKING, EvidenceStatus.CONFIRMED, EvidenceStatus.STALE)


@contextmanager
def deciding(claim: Claim, moderator: User) -> Iterator[Claim]:
    """The claim as it is now, locked with its page, for a moderator who may decide on it. Everything inside is one decision.

    Raises ``NotAllowedError``. Eight statements. Page, profile, claim: the order in which ``profiles.claims.granting`` locks.
    """
    with one_decision() as decision:
        lock_page(claim.author_id)
        Profile.objects.select_for_update(no_key=True).get(pk=claim.profile_id)
        locked = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("profile__user", "author").get(pk=claim.pk)
        ensure_may_decide(moderator=moderator, claim=locked)
        remember_levels(decision, [locked.author_id])
        yield locked


@contextmanager
def look(
    action: str,
    *,
    claim: Claim,
    moderator: User,
    stage: ReviewStage,
    verdict: Verdict,
    code: str = "",
    note: str = "",
    words: str = "",
    evidence: Evidence | None = None,
    appeal: Appeal | None = None,
    again_of: Review | None = None,
    public: bool = False,
) -> Iterator[tuple[Changes, Review]]:
    """An act of a moderator with the review that it rests on; chance says whether somebody looks at it again.

    ``note`` is for moderators and stands beside the trail, ``words`` are for the claimant and stand among the texts of the claim.
    """
    subject = evidence or appeal or claim
    note = checked_words(note)
    with act(
        action=action, actor=moderator, role=Role.MODERATOR, subject=subject, claim=claim, code=code, note=note, public=public
    ) as changes:
        review = Review(
            claim=claim,
            evidence=evidence,
            appeal=appeal,
            again_of=again_of,
            stage=stage,
            verdict=verdict,
            reason_code=code,
            reviewer=moderator,
            created_at=timezone.now(),
        )
        changes.create(review)
        if stage != ReviewStage.AGAIN and is_drawn(review.pk):
            changes.update(review, drawn_at=review.created_at)
        if words:
            tell(changes, claim, moderator, MessageKind.REASON, words)
        yield changes, review


def tell(changes: Changes, claim: Claim, moderator: User, kind: MessageKind, words: str) -> ClaimMessage:
    """Words of a moderator to the claimant, in the act that they belong to. Raises ``NoteNeededError`` where they are too long."""
    return changes.create(ClaimMessage(claim=claim, kind=kind, role=Role.MODERATOR, sender=moderator, body=checked_words(words)))


def checked_words(words: str) -> str:
    """Words without control characters. Raises ``NoteNeededError`` beyond 5,000 characters."""
    tidied = tidy(words)
    if len(tidied) > LONGEST:
        raise NoteNeededError(_("A text may have 5,000 characters; this one has %(count)s.") % {"count": len(tidied)})
    return tidied


def ensure_state(claim: Claim, *states: ClaimStatus) -> None:
    """Quiet where the claim is in one of these states. Raises ``WrongStateError``: somebody was quicker, or nobody asked."""
    if claim.status not in states:
        raise WrongStateError(_("This claim is now “%(status)s”, so this cannot be decided.") % {"status": claim.get_status_display()})


def ensure_code(code: str, allowed: Iterable[ReasonCode]) -> ReasonCode:
    """The reason for a code. Raises ``WrongStateError`` for one that is no reason for such a decision."""
    if code not in set(allowed):
        raise WrongStateError(_("Choose a reason that fits this decision."))
    return ReasonCode(code)


def void_evidence(changes: Changes, claim: Claim) -> None:
    """What the claim rested on counts no more, in the act that ends the claim. One statement a piece."""
    for evidence in Evidence.objects.select_for_update(no_key=True).filter(claim=claim, status__in=VOIDABLE).order_by("pk"):
        changes.update(evidence, status=EvidenceStatus.VOIDED, next_check_at=None)


def remember_levels(decision: UUID, author_ids: Iterable[int]) -> None:
    """Keep the levels that these pages have now, so that taking the decision back gives back since when they had them. Two statements."""
    rows = Standing.objects.filter(author_id__in=list(author_ids))
    LevelBefore.objects.bulk_create(
        [
            LevelBefore(
                decision=decision,
                author_id=row.author_id,
                level=row.level,
                record_level=row.record_level,
                claim_level=row.claim_level,
                level_since=row.level_since,
                l2_since=row.l2_since,
            )
            for row in rows
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def restore_levels(decision: UUID) -> None:
    """Put the remembered levels back once the rows that made them are, and have them computed: where they are the same, so is since when."""
    remembered = {row.author_id: row for row in LevelBefore.objects.filter(decision=decision)}
    standings = list(Standing.objects.select_for_update().filter(author_id__in=remembered).order_by("pk"))
    columns = ("level", "record_level", "claim_level", "level_since", "l2_since")
    for standing in standings:
        for column in columns:
            setattr(standing, column, getattr(remembered[standing.author_id], column))
    Standing.objects.bulk_update(standings, columns, batch_size=500)
    follow(remembered)
