"""What has to be computed again when vouches, sanctions or decisions on works change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from papers.models import Authorship
from papers.refresh import mark_all, mark_dirty
from profiles.models import Sanction, Vouch
from profiles.trail import Change, register_reaction


def register() -> None:
    """Tell the trail what follows; called once, when the app is ready."""
    register_reaction("profiles.Vouch", on_vouches_changed)
    register_reaction("profiles.Sanction", on_sanctions_changed)
    register_reaction("papers.Authorship", on_decisions_changed)
    register_reaction("profiles.Claim", on_claims_changed)


def on_vouches_changed(changes: Sequence[Change]) -> None:
    """The voucher's support follows."""
    stored = Vouch.objects.filter(pk__in=[change["pk"] for change in changes]).values_list("voucher_author_id", flat=True)
    mark_dirty(kind="support", ids={*stored, *_told(changes, "voucher_author_id")}, reason="vouch")


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Whoever vouched for a claim that is revoked, or is no longer, is scored again."""
    claims = [change["pk"] for change in changes if "status" in {**(change["before"] or {}), **(change["after"] or {})}]
    vouchers = Vouch.objects.filter(evidence__claim_id__in=claims).values_list("voucher_author_id", flat=True)
    mark_dirty(kind="trust", ids=vouchers, reason="vouch")


def on_sanctions_changed(changes: Sequence[Change]) -> None:
    """The page's score follows."""
    stored = Sanction.objects.filter(pk__in=[change["pk"] for change in changes]).values_list("author_id", flat=True)
    mark_dirty(kind="trust", ids={*stored, *_told(changes, "author_id")}, reason="sanction")


def on_decisions_changed(changes: Sequence[Change]) -> None:
    """Scores follow the share of works looked at, support the joint works that both sides have confirmed."""
    stored = Authorship.objects.filter(pk__in=[change["pk"] for change in changes], author__isnull=False).values_list(
        "author_id", flat=True
    )
    pages = {*stored, *_told(changes, "author_id")}
    mark_all(marks={"trust": pages, "support": pages}, reason="works")


def _told(changes: Sequence[Change], column: str) -> Iterator[int]:
    """The numbers in a column before and after, where it is among what changed."""
    for change in changes:
        for row in (change["before"], change["after"]):
            if row and row.get(column):
                yield row[column]
