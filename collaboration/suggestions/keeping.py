"""When suggestions are out of date: marks for workers, which compute them (``collaboration.suggestions.computing``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from collaboration.querysets.suggestions import out_of_date
from papers.refresh import mark_dirty
from profiles.models import Claim
from profiles.models.choices import HOLDING
from profiles.trail import Change

KIND: Final = "suggestions"


def mark_out_of_date() -> int:
    """Mark the pages whose owners have no suggestions or old ones; how many. Two statements."""
    return mark_dirty(kind=KIND, ids=out_of_date(), reason="suggestions are old")


def pages_with_owners() -> Iterable[int]:
    """All pages that suggestions are computed for."""
    return Claim.objects.filter(status__in=HOLDING).order_by("author_id").values_list("author_id", flat=True).iterator()


def on_claims_changed(changes: Sequence[Change]) -> None:
    """Reaction to changed claims: who gained a page gets suggestions, who lost it has none. Two statements."""
    moved = [change["pk"] for change in changes if _holds(change, "before") != _holds(change, "after")]
    if moved:
        pages = list(Claim.objects.filter(pk__in=moved).values_list("author_id", flat=True))
        mark_dirty(kind=KIND, ids=pages, reason="claim")


def _holds(change: Change, side: str) -> bool:
    values: dict[str, Any] | None = change[side]
    return values is not None and values.get("status") in HOLDING
