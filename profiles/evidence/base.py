"""What a method of evidence is, and what a look at a piece of it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from profiles.exceptions import EvidenceError
from profiles.models import Claim, Evidence, User
from profiles.models.choices import EvidenceStatus, Method, ReasonCode

LIVE = (EvidenceStatus.STARTED, EvidenceStatus.CHECKING, EvidenceStatus.CONFIRMED, EvidenceStatus.STALE)
"""States from which a piece may still be checked."""
HELD = (EvidenceStatus.CONFIRMED, EvidenceStatus.STALE)
"""States of a piece that was confirmed once."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a check needs and nobody else may see: see ``EvidenceSecret``. ``secret_hash`` may need the key of the row."""

    address: str = ""
    secret_hash: Callable[[Evidence], str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """How a piece begins. ``companions`` are rows made with it; ``afterwards`` runs in the transaction, once the row is there.

    ``again`` says that a piece of the same subject that stands already is confirmed again instead of refused.
    """

    subject: str
    status: EvidenceStatus = EvidenceStatus.STARTED
    values: Mapping[str, Any] = field(default_factory=dict)
    secret: Secret | None = None
    companions: Callable[[Evidence], list[Model]] | None = None
    afterwards: Callable[[Evidence], None] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look found. ``outcome`` is a code of ``OUTCOMES``; ``values`` are columns that follow from it.

    ``is_trouble``: the network or a server failed, so nothing is known. ``is_final``: no further try of this piece can hold.
    ``renews``: the look is as good as the first one, so that the age counts from it. ``next_check`` is None where nobody looks again.
    ``is_attempt``: it was about what somebody typed, so a piece that stands already stays as it is where it did not hold.
    ``sentence`` is for the person who asked, and is kept nowhere.
    """

    held: bool
    outcome: str
    values: Mapping[str, Any] = field(default_factory=dict)
    next_check: timedelta | None = None
    is_trouble: bool = False
    is_final: bool = False
    renews: bool = True
    is_attempt: bool = False
    sentence: str = ""

    def text(self) -> str:
        """The sentence, or the one of the outcome."""
        return self.sentence or outcome_text(self.outcome)


class EvidenceMethod(Protocol):
    """One class of evidence. The service calls these; nothing here writes but what it says."""

    @property
    def key(self) -> Method:
        """Which class of evidence this is."""

    @property
    def proves(self) -> Promise:
        """What a confirmed piece proves, in one sentence for everybody."""

    @property
    def next_step(self) -> Promise:
        """What somebody who began does next."""

    def start(self, claim: Claim, user: User, **given: Any) -> Start:
        """How a piece begins. The claim is locked. Raises ``EvidenceError`` with a sentence where it cannot."""

    def check(self, evidence: Evidence, **given: Any) -> Finding:
        """The first look, or one that its claimant asked for. Called outside of a transaction: it may ask the network."""

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:
        """A later look, by the clock. It may ask the network."""


_TEXTS: Mapping[str, Promise] = {
    # What held.
    "publisher": _("Publishers put this ORCID iD on works of the page."),
    "record": _("Works of the page stand on the ORCID record, put there by Crossref, DataCite or a member organisation."),
    "unmatched": _("The ORCID iD is signed in, but neither publishers nor organisations tie it to works of this page."),
    "unmatched-unread": _("The ORCID iD is signed in. Its record could not be read yet to find works of this page; we try again."),
    "code-right": _("The code that we sent to an address there came back."),
    "token-found": _("The token stood on the page."),
    "link-found": _("The page links here."),
    "vouch-given": _("A co-author vouches for it."),
    "two-reviewers": _("Two reviewers saw the document."),
    "domain-holds": _("The domain is still the institution's."),
    # What did not.
    "not-read": _("The page could not be read. We try again."),
    "orcid-gone": _("The ORCID iD is no longer connected to the account."),
    "no-longer-matched": _("Nothing ties the ORCID iD to works of this page any more."),
    "code-wrong": _("The code was not right."),
    "code-expired": _("The code's time was over."),
    "code-used": _("The code had been used."),
    "too-many-tries": _("There were five wrong codes. Ask for a new one."),
    "token-expired": _("The token's time was over."),
    "token-used": _("The token had been used."),
    "token-missing": _("The token did not stand on the page."),
    "link-missing": _("The page no longer links here."),
    "domain-gone": _("The domain is no longer known to be the institution's."),
    "domain-denied": _("The domain gives addresses to people who are not there."),
    "frozen": _("Evidence from there does not count at present."),
    "vouch-declined": _("The co-author did not vouch."),
    "vouch-taken-back": _("The co-author took the vouch back."),
    "document-late": _("The document was not decided on within thirty days, and was deleted."),
    "withdrawn": _("Withdrawn by the claimant."),
    "replaced": _("Another ORCID iD was connected to the account."),
}


def outcome_text(code: str) -> str:
    """What an outcome means, in one sentence; "" for a code that nobody knows. Reviewers of documents give reasons of decisions."""
    if code in ReasonCode.values:
        return str(ReasonCode(code).label)
    return str(_TEXTS.get(code, ""))


OUTCOMES = frozenset(_TEXTS)


def refuse(message: str, code: str) -> EvidenceError:
    """The error of a start or a check that does not go on, to be raised."""
    return EvidenceError(message, code)
