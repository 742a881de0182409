"""Evidence in words: for its claimant, what it proves, where it stands and what to do next; for everybody, what is public of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from papers.addresses import researcher_address
from profiles.evidence.base import LIVE, outcome_text
from profiles.evidence.methods import METHODS, method_of
from profiles.evidence.record_pages import CODE, HOMEPAGE, WEBSITE
from profiles.evidence.token import shown_address
from profiles.levels import EMAIL_FULL
from profiles.models import Claim, Evidence
from profiles.models.choices import EvidenceStatus, Method, ReasonCode
from profiles.querysets.evidence import of_claim
from profiles.standings import Frozen, frozen_places, is_frozen


@dataclass(frozen=True, slots=True)
class Place:
    """Where evidence stands: a text, and an address where there is one."""

    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One piece of evidence in words. ``detail`` is what the last look found, "" where nobody looked; ``next_step`` what its claimant does next."""

    evidence: Evidence
    method: str
    label: str
    proves: str | Promise
    place: Place
    state: str
    tone: str
    detail: str
    next_step: str
    is_counting: bool
    is_over: bool
    first_check: datetime | None
    last_check: datetime | None
    next_check: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One method within a claim, with the pieces that there are of it."""

    method: str
    label: str
    proves: str | Promise
    url: str
    pieces: tuple[Explanation, ...]
    is_offered: bool = True


def explain(evidence: Evidence, frozen: Frozen | None = None) -> Explanation:
    """A piece in words. No query where ``frozen`` is given and the row comes from ``of_claim`` or ``public_of_page``."""
    places = frozen if frozen is not None else frozen_places()
    method = method_of(evidence.method)
    halted = is_frozen(evidence, places)
    is_counting = evidence.status == EvidenceStatus.CONFIRMED and not halted
    return Explanation(
        evidence=evidence,
        method=evidence.method,
        label=str(evidence.get_method_display()),
        proves=_proves(evidence, method.proves),
        place=place_of(evidence),
        state=_state(evidence, halted=halted),
        tone="good" if is_counting else "bad" if evidence.status in {EvidenceStatus.FAILED, EvidenceStatus.STALE} or halted else "",
        detail=outcome_text("frozen") if halted else outcome_text(evidence.outcome),
        next_step=_next_step(evidence, method.next_step, halted=halted),
        is_counting=is_counting,
        is_over=evidence.status not in LIVE,
        first_check=evidence.first_checked_at,
        last_check=evidence.last_checked_at,
        next_check=evidence.next_check_at if evidence.status in {EvidenceStatus.CONFIRMED, EvidenceStatus.STALE} else None,
    )


def explain_all(pieces: Iterable[Evidence]) -> list[Explanation]:
    """Pieces in words. One query beside theirs."""
    frozen = frozen_places()
    return [explain(piece, frozen) for piece in pieces]


def steps_of(claim: Claim) -> list[Step]:
    """All methods in their order, each with the claim's pieces of it, latest first. Two queries whatever the number of pieces."""
    told = explain_all(of_claim(claim.pk))
    return [
        Step(
            method=key,
            label=str(Method(key).label),
            proves=method.proves,
            url=reverse("profiles:evidence-step", args=[claim.pk, key]),
            pieces=tuple(one for one in reversed(told) if one.method == key),
            is_offered=is_offered(key),
        )
        for key, method in METHODS.items()
    ]


def is_offered(method: str) -> bool:
    """Whether this site takes evidence of that kind at all: signing in with ORCID has to be set up."""
    return method != Method.ORCID or bool(settings.SOCIALACCOUNT_PROVIDERS.get("orcid"))


def place_of(evidence: Evidence) -> Place:
    """Where the evidence is, as far as that is public."""
    match evidence.method:
        case Method.ORCID:
            return Place(evidence.subject, f"https://orcid.org/{evidence.subject}" if evidence.subject else "")
        case Method.EMAIL:
            institution = evidence.institution
            return Place(
                _("addresses at %(domain)s") % {"domain": evidence.subject},
                note=institution.name if institution is not None else "",
            )
        case Method.TOKEN:
            kinds = {
                HOMEPAGE: _("homepage that works name"),
                CODE: _("code that a work links to"),
                WEBSITE: _("website on the ORCID record"),
            }
            return Place(shown_address(evidence.subject), evidence.subject, kinds.get(evidence.matched_by, ""))
        case Method.VOUCH:
            author = evidence.vouch.voucher_author if hasattr(evidence, "vouch") else None
            return Place(author.display_name, researcher_address(author.pk, author.display_name)) if author else Place(_("a co-author"))
        case _:
            return Place(_("SHA-256 of the file"), note=evidence.subject)


def _proves(evidence: Evidence, general: Promise) -> str | Promise:
    if evidence.method == Method.ORCID and not evidence.matched:
        return _("The owner signed in with this ORCID iD. Nothing ties the iD to works of this page, so it lifts no level.")
    if evidence.method == Method.EMAIL and evidence.from_site:
        return _(
            "The owner reads mail at the domain of the institution's web site. It is not known as a domain for e-mail, so it counts half."
        )
    return general


def _state(evidence: Evidence, *, halted: bool) -> str:
    if halted and evidence.status in LIVE:
        return _("Does not count at present")
    if evidence.status == EvidenceStatus.CONFIRMED and is_fading(evidence):
        return _("Confirmed, but not lately")
    return str(evidence.get_status_display())


def is_fading(evidence: Evidence) -> bool:
    """Whether an address was confirmed so long ago that it counts for less."""
    held = evidence.last_checked_at or evidence.confirmed_at
    return evidence.method == Method.EMAIL and held is not None and timezone.now() - held > EMAIL_FULL


def _next_step(evidence: Evidence, general: Promise, *, halted: bool) -> str:
    if halted:
        return _("Add evidence of another kind.")
    match evidence.status:
        case EvidenceStatus.STARTED | EvidenceStatus.CHECKING:
            return str(general)
        case EvidenceStatus.CONFIRMED:
            return _after_confirmation(evidence)
        case EvidenceStatus.STALE:
            is_token = evidence.method == Method.TOKEN
            return _("Put the link back on the page, and have it checked.") if is_token else _("Confirm it again.")
        case EvidenceStatus.FAILED:
            is_unreadable = evidence.outcome == ReasonCode.DOCUMENT_UNREADABLE
            return (
                _("Upload a document that can be read and names you.")
                if is_unreadable
                else _("Try again, or add evidence of another kind.")
            )
        case _:
            return ""


def _after_confirmation(evidence: Evidence) -> str:
    """What keeps a confirmed piece good, or makes it better."""
    if evidence.method == Method.TOKEN:
        return _("Replace the token by a lasting link to your page here. We look for it every month.")
    if evidence.method == Method.ORCID and not evidence.matched:
        return _("Ask your publishers to put your iD on your works, or add evidence of another kind.")
    return _("Confirm the address again, so that it counts in full.") if is_fading(evidence) else ""
