"""One claim with all that bears on it, composed for the moderator who looks at it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from papers.models import Author, AuthorIdentifier, Authorship, Institution, NameVariant
from profiles.levels import MISSING_TEXTS, Assessment, sentence
from profiles.models import Appeal, Claim, ClaimMessage, Evidence, Review, TrailEntry, User
from profiles.models.choices import HOLDING, OPEN, AppealStatus, ClaimStatus, EvidenceStatus, Level, Method
from profiles.moderation.conflicts import bars, other_moderators
from profiles.moderation.decisions import what_it_gives
from profiles.moderation.undoing import is_decision
from profiles.querysets import cases
from profiles.querysets.moderation import has_answered, holder_of
from profiles.standings import standing_of


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history. ``can_undo``: a moderator's decision that stands and changed something."""

    entry: TrailEntry
    actor: User | None
    words: str
    can_undo: bool


@dataclass(frozen=True, slots=True)
class Consequence:
    """The level now, and what the page would have with this claim granted, each with its sentence; what is missing for more."""

    before: Level
    before_sentence: str
    after: Level
    after_sentence: str
    identity: float
    missing: list[str]
    classes: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All of it. ``bar`` says why this moderator may not decide on anything here; "" where they may."""

    claim: Claim
    bar: str
    alone: bool
    holder: Claim | None
    owner_answered: bool
    consequence: Consequence
    evidence: list[Evidence]
    texts: list[ClaimMessage]
    appeals: list[Appeal]
    drawn: list[Review]
    addresses: list[EmailAddress]
    names: list[NameVariant]
    identifiers: list[AuthorIdentifier]
    institutions: list[Institution]
    works: list[Authorship]
    other_claims: list[Claim]
    namesakes: list[Author]
    history: list[Step]

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that waits."""
        return next((appeal for appeal in self.appeals if appeal.status == AppealStatus.OPEN), None)

    @property
    def documents_to_review(self) -> list[Evidence]:
        """The documents that wait for a reviewer, while the claim is open or holds the page."""
        if self.claim.status not in {*OPEN, *HOLDING}:
            return []
        return [piece for piece in self.evidence if piece.method == Method.DOCUMENT and piece.status == EvidenceStatus.CHECKING]

    @property
    def is_challenge(self) -> bool:
        """Whether somebody else holds the page that it is about."""
        return self.claim.status == ClaimStatus.REVIEW and self.holder is not None and self.holder.pk != self.claim.pk


def case_file(claim_id: int, moderator: User) -> CaseFile | None:
    """The file of a claim, or None where there is no such claim. About forty queries, whatever there is to show."""
    claim = cases.case(claim_id)
    if claim is None:
        return None
    names = list(NameVariant.objects.filter(author_id=claim.author_id).order_by("pk")[:30])
    entries = cases.history_of(claim)
    people = cases.accounts(entry.actor_id for entry in entries)
    return CaseFile(
        claim=claim,
        bar=bars(moderator, [claim]).get(claim.pk, ""),
        alone=not other_moderators(moderator.pk),
        holder=holder_of(claim.author_id),
        owner_answered=has_answered(claim),
        consequence=_consequence(claim, standing_of(claim.author_id), what_it_gives(claim)),
        evidence=list(cases.evidence_of(claim.pk)),
        texts=list(cases.texts_of(claim)),
        appeals=list(cases.appeals_of(claim.pk)),
        drawn=list(cases.reviews_to_look_at(claim.pk)),
        addresses=list(EmailAddress.objects.filter(user_id=claim.profile.user_id).order_by("-primary", "pk")),
        names=names,
        identifiers=list(AuthorIdentifier.objects.filter(author_id=claim.author_id).order_by("scheme", "value")[:30]),
        institutions=list(cases.institutions_of(claim.author_id)),
        works=list(cases.latest_authorships(claim.author_id)),
        other_claims=cases.other_claims(claim),
        namesakes=cases.namesakes(claim.author, claim.profile.display_name, names),
        history=[_step(entry, people) for entry in entries],
    )


def _consequence(claim: Claim, now: Assessment, then: Assessment) -> Consequence:
    held = claim.status in HOLDING
    before = Level(now.level)
    after = Level(then.level)
    return Consequence(
        before=before,
        before_sentence=str(sentence(before, is_claimed=held or now.claim_level == now.level > now.record_level)),
        after=after,
        after_sentence=str(sentence(after, is_claimed=True)),
        identity=then.identity,
        missing=[str(MISSING_TEXTS[code]) for code in then.missing],
        classes=[(_class_name(key), worth) for key, worth in then.classes.items()],
    )


def _class_name(key: str) -> str:
    return str(Method(key).label) if key in Method.values else _("The record itself")


def _step(entry: TrailEntry, people: dict[int, User]) -> Step:
    note = getattr(entry, "note", None)
    undone = getattr(entry, "undone_by", None) is not None
    return Step(
        entry=entry,
        actor=people.get(entry.actor_id) if entry.actor_id is not None else None,
        words=note.text if note is not None else "",
        can_undo=is_decision(entry) and not undone and bool(entry.changes),
    )
