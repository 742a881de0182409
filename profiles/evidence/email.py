"""E-mail address of an institution: a code goes there and comes back. Only the domain is ever shown.

The institution must stand on works of the page of this year or the three before. ROR's e-mail domains count in full, the host of the web site by
half; domains that give addresses to graduates, friends or everybody are on a list, and count for nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.accounts.mail import JSON, queue_mail
from profiles.evidence.base import HELD, Finding, Secret, Start, refuse
from profiles.evidence.domains import Match, domain_of, is_below, is_denied, match_domain
from profiles.exceptions import LimitReachedError
from profiles.levels import EMAIL_FULL
from profiles.models import Claim, Evidence, EvidenceSecret, User
from profiles.models.choices import Method
from profiles.querysets.evidence import codes_sent_to, recent_institutions
from profiles.standings import frozen_places

LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 8
CODE_LASTS: Final = timedelta(minutes=20)
ATTEMPTS: Final = 5
CODES_AN_HOUR: Final = 3
LOOK_AGAIN: Final = timedelta(days=183)


class EmailMethod:
    """An address at an institution of the page."""

    key = Method.EMAIL
    proves = gettext_lazy(
        "The owner reads mail at this domain of an institution that recent works of the page name. It does not say which person there."
    )
    next_step = gettext_lazy("Type the code that we sent to the address. It is good for twenty minutes.")

    def start(self, claim: Claim, user: User, **given: Any) -> Start:
        address = str(given.get("address", "")).strip()
        domain = _checked_domain(address)
        match = _institution_of(domain, claim)
        if codes_sent_to(address, timezone.now()) >= CODES_AN_HOUR:
            raise LimitReachedError(_("We have sent several codes to this address. Use the last one, or try again in an hour."))
        code = "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))
        return Start(
            subject=domain,
            values={"institution": match.institution, "from_site": match.from_site},
            secret=Secret(address=address, secret_hash=lambda row: code_hash(row.pk, code), expires_at=timezone.now() + CODE_LASTS),
            afterwards=lambda row: _send(row, user, address, code),
            again=True,
        )

    def check(self, evidence: Evidence, **given: Any) -> Finding:
        outcome = _spend(evidence, normalised_code(str(given.get("code", ""))))
        if outcome != "code-right":
            return Finding(held=False, outcome=outcome, renews=False, is_attempt=True)
        match = match_domain(evidence.subject, _institutions(evidence.claim))
        values = {"institution": match.institution, "from_site": match.from_site} if match else {}
        return Finding(held=True, outcome=outcome, values=values, next_check=LOOK_AGAIN)

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:
        """Whether the domain still is the institution's. Only a code that comes back makes the evidence young again."""
        institution = evidence.institution
        match = match_domain(evidence.subject, [institution]) if institution is not None else None
        if is_denied(evidence.subject) or match is None:
            return Finding(held=False, outcome="domain-denied" if is_denied(evidence.subject) else "domain-gone", renews=False)
        _remind(evidence, now)
        return Finding(held=True, outcome="domain-holds", values={"from_site": match.from_site}, next_check=LOOK_AGAIN, renews=False)


def code_hash(evidence_id: int, code: str) -> str:
    """What of a code is kept: keyed, since a code alone is short enough to be tried out."""
    return salted_hmac("collegium.evidence.code", f"{evidence_id}:{code}", algorithm="sha256").hexdigest()


def normalised_code(typed: str) -> str:
    """A code as we wrote it: in capitals, without spaces and hyphens."""
    return "".join(letter for letter in typed.upper()[:100] if letter.isascii() and letter.isalnum())


def _checked_domain(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as error:
        raise refuse(_("Type a whole e-mail address, such as ada@uni.example.edu."), "address-malformed") from error
    domain = domain_of(address)
    if not domain:
        raise refuse(_("Type a whole e-mail address, such as ada@uni.example.edu."), "address-malformed")
    if is_denied(domain):
        raise refuse(
            _(
                "Addresses at %(domain)s are given to people who do not work there, so they prove nothing. Use one that your institution gave you."
            )
            % {"domain": domain},
            "domain-denied",
        )
    return domain


def _institution_of(domain: str, claim: Claim) -> Match:
    places = _institutions(claim)
    match = match_domain(domain, places)
    if match is None:
        named = ", ".join(place.name for place in places if place.domains or place.site_host)
        if not named:
            raise refuse(
                _("Recent works of this page name no institution whose e-mail domain we know. Choose another kind of evidence."),
                "no-institution",
            )
        raise refuse(
            _("%(domain)s is no known domain of an institution on recent works of this page. Those are: %(names)s.")
            % {"domain": domain, "names": named[:400]},
            "domain-unknown",
        )
    domains, institutions = frozen_places()
    if match.institution.pk in institutions or any(is_below(domain, frozen) for frozen in domains):
        raise refuse(_("Addresses from there do not count at present. Choose another kind of evidence."), "frozen")
    return match


def _institutions(claim: Claim) -> list[Any]:
    return list(recent_institutions(claim.author_id, claim.profile.user_id, timezone.now().year))


def _spend(evidence: Evidence, code: str) -> str:
    """One try with a code: the outcome of it. The count stands whatever follows, and a right code works once."""
    with transaction.atomic():
        secret = EvidenceSecret.objects.select_for_update().filter(evidence=evidence).first()
        if secret is None or not secret.secret_hash:
            return "code-used"
        if secret.used_at is not None:
            return "code-used"
        if secret.expires_at is None or secret.expires_at <= timezone.now():
            return "code-expired"
        if secret.attempts >= ATTEMPTS:
            return "too-many-tries"
        if not constant_time_compare(secret.secret_hash, code_hash(evidence.pk, code)):
            secret.attempts += 1
            secret.save(update_fields=["attempts"])
            return "too-many-tries" if secret.attempts >= ATTEMPTS else "code-wrong"
        secret.used_at = timezone.now()
        secret.save(update_fields=["used_at"])
        return "code-right"


def _send(evidence: Evidence, user: User, address: str, code: str) -> None:
    context: dict[str, JSON] = {
        "code": f"{code[:4]}-{code[4:]}",
        "page": evidence.claim.author.display_name,
        "minutes": int(CODE_LASTS.total_seconds() // 60),
    }
    queue_mail(to=address, kind="evidence-code", context=context, user=user)


def _remind(evidence: Evidence, now: datetime) -> None:
    """Tell the owner, once, when the address begins to count for less."""
    confirmed = evidence.last_checked_at or evidence.confirmed_at
    if evidence.status not in HELD or confirmed is None or now - confirmed < EMAIL_FULL:
        return
    claim = evidence.claim
    queue_mail(
        to=claim.profile.user.email,
        kind="evidence-fading",
        context={"page": claim.author.display_name, "domain": evidence.subject, "claim_url": claim.get_absolute_url()},
        user=claim.profile.user,
        key=f"evidence-fading:{evidence.pk}:{confirmed:%Y%m%d%H%M}",
    )
