"""The ORCID iD that a page shows as authenticated: the one its owner signed in with, as long as others tie it to the page.

It follows from claims and evidence as levels do, and is told in no entry of its own. While a page is disputed its identifiers stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from papers.models import AuthorIdentifier
from profiles.models import Claim, Evidence
from profiles.models.choices import ClaimStatus, Method
from profiles.querysets.claims import holding
from profiles.querysets.evidence import HELD
from profiles.trail import Change

SOURCE: Final = "sign-in"
ORCID: Final = "orcid"


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims. One that only went along with a merged page holds what it held."""
    concerned = [change["pk"] for change in changes if not change["before"] or not change["after"] or "status" in change["before"]]
    follow_ids(Claim.objects.filter(pk__in=concerned).values_list("author_id", flat=True))


def on_evidence_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed evidence; of methods other than ORCID nothing follows."""
    rows = Evidence.objects.filter(pk__in=[change["pk"] for change in changes], method=Method.ORCID)
    follow_ids(rows.values_list("claim__author_id", flat=True))


def follow_ids(author_ids: Iterable[int]) -> None:
    """Have these pages show the iD of their owner as authenticated, and no other by sign-in. Two queries, and at most four a page."""
    wanted = sorted(set(author_ids))
    if not wanted:
        return
    claims = {claim.author_id: claim for claim in holding(wanted)}
    own = dict(
        Evidence.objects.filter(claim__in=claims.values(), method=Method.ORCID, matched=True, status__in=HELD).values_list(
            "claim__author_id", "subject"
        )
    )
    for author_id in wanted:
        claim = claims.get(author_id)
        if claim is None or claim.status != ClaimStatus.DISPUTED:
            _follow(author_id, own.get(author_id, ""))


def _follow(author_id: int, orcid: str) -> None:
    signed_in = Evidence.objects.filter(claim__author_id=author_id, method=Method.ORCID).exclude(subject="").values("subject")
    gone = AuthorIdentifier.objects.filter(author_id=author_id, scheme=ORCID).exclude(value=orcid)
    gone.filter(source=SOURCE).delete()
    gone.filter(is_authenticated=True, value__in=signed_in).update(is_authenticated=False)
    if not orcid:
        return
    made = AuthorIdentifier(author_id=author_id, scheme=ORCID, value=orcid, source=SOURCE, is_authenticated=True)
    AuthorIdentifier.objects.bulk_create([made], ignore_conflicts=True)
    # Where another page bears it the two pages are one person's: that is for a merge, not for a claim, to settle.
    AuthorIdentifier.objects.filter(author_id=author_id, scheme=ORCID, value=orcid).update(is_authenticated=True)
