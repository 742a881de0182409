"""Vouches, as the claimant sees them: a co-author of a shared work, who owns a page at level 3 or above, is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.public_ids import encode_public_id
from papers.models import Author
from profiles.accounts.mail import queue_mail
from profiles.evidence.base import Finding, Start, refuse
from profiles.exceptions import LimitReachedError, WrongStateError
from profiles.models import Claim, Evidence, User, Vouch
from profiles.models.choices import EvidenceStatus, Method, VouchStatus
from profiles.querysets.claims import holding
from profiles.querysets.evidence import coauthors_who_may_vouch, shared_work

ASKED_AT_ONCE: Final = 6
ASK_AGAIN_AFTER: Final = timedelta(days=180)
YEAR: Final = timedelta(days=365)


class VouchMethod:
    """Somebody known here says who the claimant is. What follows is theirs (``profiles.evidence.vouching``)."""

    key = Method.VOUCH
    proves = gettext_lazy("A co-author, whose own page rests on strong evidence, says that the owner is the person of this page.")
    next_step = gettext_lazy("We have asked. You hear from us when there is an answer.")

    def start(self, claim: Claim, user: User, **given: Any) -> Start:
        asked = coauthors_who_may_vouch(claim.author_id, user.pk).filter(pk=_key(given.get("author"))).first()
        if asked is None:
            raise refuse(_("Choose one of the co-authors in the list: those who own a page at level 3 or above."), "coauthor-unknown")
        held = holding([asked.pk]).first()
        work = shared_work(claim.author_id, asked.pk, user.pk)
        if held is None or work is None:
            raise refuse(_("This co-author cannot be asked any more."), "coauthor-unknown")
        _ensure_may_ask(claim, asked, held.profile.user)
        voucher = held.profile.user
        return Start(
            subject=encode_public_id(asked.pk),
            status=EvidenceStatus.CHECKING,
            companions=lambda evidence: [
                Vouch(evidence=evidence, voucher=voucher, voucher_author=asked, work=work, asked_at=timezone.now())
            ],
            afterwards=lambda evidence: _ask(evidence, voucher, work.title),
        )

    def check(self, evidence: Evidence, **given: Any) -> Finding:  # noqa: ARG002 - the interface of all methods
        raise WrongStateError(_("Your co-author has not answered yet."))

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:  # noqa: ARG002 - the interface of all methods
        """A vouch holds until it is taken back."""
        return Finding(held=True, outcome="vouch-given", renews=False)


def _key(given: object) -> int:
    return given if isinstance(given, int) and 0 < given < 2**63 else 0


def _ensure_may_ask(claim: Claim, asked: Author, voucher: User) -> None:
    """Quiet where the co-author may be asked now. Two queries."""
    if voucher.pk == claim.profile.user_id:
        raise refuse(_("Nobody vouches for themselves."), "coauthor-unknown")
    waiting = claim.evidence.filter(method=Method.VOUCH, status=EvidenceStatus.CHECKING).count()
    if waiting >= ASKED_AT_ONCE:
        raise LimitReachedError(_("%(count)d co-authors have not answered yet. Wait for one of them.") % {"count": waiting})
    declined = Vouch.objects.filter(
        voucher=voucher,
        evidence__claim__profile_id=claim.profile_id,
        status=VouchStatus.DECLINED,
        answered_at__gte=timezone.now() - ASK_AGAIN_AFTER,
    )
    if declined.exists():
        raise refuse(_("%(name)s has declined already. Ask somebody else.") % {"name": asked.display_name}, "declined")


def _ask(evidence: Evidence, voucher: User, title: str) -> None:
    claim = evidence.claim
    context = {
        "claimant": claim.profile.display_name,
        "page": claim.author.display_name,
        "page_url": claim.author.get_absolute_url(),
        "work": title,
        "vouches_url": reverse("profiles:vouches"),
    }
    queue_mail(to=voucher.email, kind="vouch-asked", context=context, user=voucher, key=f"vouch-asked:{evidence.pk}")
