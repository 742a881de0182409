"""Verification levels L0 to L4, from evidence alone. Pure: what counts comes in as values, nothing is asked.

Values and thresholds are those of the trust score's formula, version 1 (docs/identity.md): identity
``I = 1 - prod over classes (1 - best value in the class)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from profiles.models.choices import Level, Method

RECORD_SOURCE_ID, RECORD_ORCID = 0.05, 0.10
EMAIL_ANY, EMAIL_INSTITUTIONAL = 0.10, 0.45
ORCID_SIGNED_IN, ORCID_MATCHED = 0.15, 0.60
TOKEN = 0.30
VOUCHES = (0.0, 0.12, 0.23, 0.30)
DOCUMENT = 0.70
NEEDED = {Level.L2: 0.30, Level.L3: 0.60, Level.L4: 0.78}
WORKS_FOR_L1, CONFIDENCE_FOR_L1 = 3, 0.8
QUIET_DAYS_FOR_L4 = 14
VOUCHES_FOR_L2 = 3

MONTH = timedelta(days=30.4375)
EMAIL_FULL, EMAIL_HALF = 18 * MONTH, 30 * MONTH  # an institutional address loses weight linearly to half between these ages


@dataclass(frozen=True, slots=True)
class Piece:
    """One confirmed piece of evidence. ``confirmed_at`` is when it held last; ``institutional`` and ``from_site`` are about e-mail."""

    method: Method
    confirmed_at: datetime
    matched: bool = False
    institutional: bool = False
    from_site: bool = False


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the bibliographic record says of a page: ``confidence`` (0 to 1) is None where nothing has judged it yet."""

    works: int
    confidence: float | None
    has_source_id: bool
    has_publisher_orcid: bool


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What is known of the claim that holds a page. Frozen and stale evidence is left out by the caller."""

    pieces: Sequence[Piece]
    email_confirmed: bool
    name_compatible: bool
    quiet_since: datetime | None
    second_review: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """A level with its reasons. ``identity`` is I; ``missing`` are codes of what the next level still asks for; ``next_change`` is when
    time alone changes something, or None.
    """

    level: Level
    record_level: Level
    claim_level: Level
    identity: float
    classes: dict[str, float]
    missing: tuple[str, ...]
    next_change: datetime | None


def record_level(record: RecordFacts) -> Level:
    """The level of a page that nobody claimed: L1 from three works and a confidence of .8 on."""
    known = record.confidence is not None and record.confidence >= CONFIDENCE_FOR_L1
    return Level.L1 if record.works >= WORKS_FOR_L1 and known else Level.L0


def email_weight(age: timedelta) -> float:
    """Between 1 and .5: an institutional address not confirmed again counts less from month 18 to month 30."""
    if age <= EMAIL_FULL:
        return 1.0
    if age >= EMAIL_HALF:
        return 0.5
    return 1.0 - 0.5 * ((age - EMAIL_FULL) / (EMAIL_HALF - EMAIL_FULL))


def value(piece: Piece, now: datetime) -> float:
    """What one piece is worth by itself, between 0 and 1. A vouch is worth what one vouch is; several are counted in ``classes``."""
    match piece.method:
        case Method.EMAIL if piece.institutional:
            half = 0.5 if piece.from_site else 1.0
            return max(EMAIL_ANY, EMAIL_INSTITUTIONAL * half * email_weight(now - piece.confirmed_at))
        case Method.EMAIL:
            return EMAIL_ANY
        case Method.ORCID:
            return ORCID_MATCHED if piece.matched else ORCID_SIGNED_IN
        case Method.TOKEN:
            return TOKEN
        case Method.VOUCH:
            return VOUCHES[1]
        case Method.DOCUMENT:
            return DOCUMENT


def classes(record: RecordFacts, claim: ClaimFacts | None, now: datetime) -> dict[str, float]:
    """The best value in each class of evidence; classes without any are left out."""
    best: dict[str, float] = {}
    if record.has_source_id:
        best["record"] = RECORD_SOURCE_ID
    if record.has_publisher_orcid:
        best["record"] = RECORD_ORCID
    if claim is None:
        return best
    if claim.email_confirmed:
        best[Method.EMAIL] = EMAIL_ANY
    for piece in claim.pieces:
        best[piece.method] = max(best.get(piece.method, 0.0), value(piece, now))
    vouches = sum(piece.method == Method.VOUCH for piece in claim.pieces)
    if vouches:
        best[Method.VOUCH] = VOUCHES[min(vouches, len(VOUCHES) - 1)]
    return best


def identity(best: dict[str, float]) -> float:
    """I: one minus the product of what each class leaves open; between 0 and 1."""
    left = 1.0
    for worth in best.values():
        left *= 1.0 - worth
    return 1.0 - left


def assess(record: RecordFacts, claim: ClaimFacts | None, now: datetime) -> Assessment:
    """The level of a page: the higher of what the record gives and what the claim gives, so that a claim never lowers one."""
    best = classes(record, claim, now)
    index = identity(best)
    by_record = record_level(record)
    by_claim, missing = _claim_level(claim, index, now) if claim is not None else (Level.L0, ("claim",))
    return Assessment(
        level=max(by_record, by_claim),
        record_level=by_record,
        claim_level=by_claim,
        identity=index,
        classes=best,
        missing=missing,
        next_change=_next_change(claim, now) if claim is not None else None,
    )


def _claim_level(claim: ClaimFacts, index: float, now: datetime) -> tuple[Level, tuple[str, ...]]:
    """The level of a claim, and what the next one still asks for. Each level asks for the ones below it."""
    lacks = {
        Level.L1: () if claim.email_confirmed or claim.pieces else ("email",),
        Level.L2: tuple(_lacks_for_l2(claim, index)),
        Level.L3: tuple(_lacks_for_l3(claim, index)),
        Level.L4: tuple(_lacks_for_l4(claim, index, now)),
    }
    reached = Level.L0
    for level, missing in lacks.items():
        if missing:
            return reached, missing
        reached = level
    return reached, ()


def _lacks_for_l2(claim: ClaimFacts, index: float) -> Iterable[str]:
    if not claim.name_compatible:
        yield "name"
    held = {piece.method for piece in claim.pieces if _ties(piece)}
    vouches = sum(piece.method == Method.VOUCH for piece in claim.pieces)
    if not held and vouches < VOUCHES_FOR_L2:
        yield "evidence"
    if index < NEEDED[Level.L2]:
        yield "identity"


def _lacks_for_l3(claim: ClaimFacts, index: float) -> Iterable[str]:
    strong = strong_classes(claim.pieces)
    methods = {piece.method for piece in claim.pieces}
    if not (strong - {Method.EMAIL}) and not (Method.EMAIL in strong and Method.TOKEN in methods):
        yield "strong"
    if index < NEEDED[Level.L3]:
        yield "identity"


def _lacks_for_l4(claim: ClaimFacts, index: float, now: datetime) -> Iterable[str]:
    if len(strong_classes(claim.pieces)) < 2:  # noqa: PLR2004 - two kinds, two people: the sentence of the level says it
        yield "two-strong"
    if index < NEEDED[Level.L4]:
        yield "identity"
    if claim.quiet_since is None or now - claim.quiet_since < timedelta(days=QUIET_DAYS_FOR_L4):
        yield "quiet"
    if not claim.second_review:
        yield "second-review"


def _ties(piece: Piece) -> bool:
    """Whether a piece by itself ties the claimant to the record: an ORCID iD that matches nothing does not."""
    match piece.method:
        case Method.TOKEN | Method.DOCUMENT:
            return True
        case Method.ORCID:
            return piece.matched
        case Method.EMAIL:
            return piece.institutional
        case _:
            return False


def strong_classes(pieces: Iterable[Piece]) -> set[Method]:
    """The strong classes among pieces: matched ORCID iD, an institution's own e-mail domain, document."""
    return {
        piece.method
        for piece in pieces
        if (piece.method == Method.ORCID and piece.matched)
        or (piece.method == Method.EMAIL and piece.institutional and not piece.from_site)
        or piece.method == Method.DOCUMENT
    }


def _next_change(claim: ClaimFacts, now: datetime) -> datetime | None:
    """When time alone next changes something: an address ages (looked at monthly while it does), or the quiet days end."""
    times = [
        max(piece.confirmed_at + EMAIL_FULL, now) + MONTH
        for piece in claim.pieces
        if piece.method == Method.EMAIL and piece.institutional and now - piece.confirmed_at < EMAIL_HALF
    ]
    if claim.quiet_since is not None:
        times.append(claim.quiet_since + timedelta(days=QUIET_DAYS_FOR_L4))
    return min((moment for moment in times if moment > now), default=None)


def sentence(level: Level, *, is_claimed: bool) -> Promise:
    """What a level proves, in one sentence; it stands wherever the level does."""
    match level:
        case Level.L0:
            return _("Too little is known to say whose page this is.")
        case Level.L1 if is_claimed:
            return _("Claimed with a confirmed e-mail address.")
        case Level.L1:
            return _("Compiled from published records; nobody has claimed it.")
        case Level.L2:
            return _("Claimed, with evidence that ties the claimant to this record.")
        case Level.L3:
            return _("Claimed, with strong evidence.")
        case Level.L4:
            return _("Claimed, with two strong and independent kinds of evidence, reviewed by two people.")


MISSING_TEXTS = {
    "claim": _("a claim by the person behind this page"),
    "email": _("a confirmed e-mail address"),
    "name": _("a name that goes together with the names on this record"),
    "evidence": _("a token, a matched ORCID iD, an institution's e-mail address, a document, or three co-authors who vouch"),
    "strong": _("a matched ORCID iD or a document; or an institution's e-mail address together with a token"),
    "two-strong": _("two strong kinds of evidence: matched ORCID iD, an institution's e-mail address, document"),
    "identity": _("more evidence of another kind"),
    "quiet": _("fourteen days without a dispute"),
    "second-review": _("a review by a second moderator"),
}
"""What each code of ``Assessment.missing`` means, for "what would raise it"."""
