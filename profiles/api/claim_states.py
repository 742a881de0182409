"""Claim state and verification level of many pages at once, as the API tells them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from papers.models import Author
from profiles.levels import RecordFacts, record_level, sentence
from profiles.models.choices import ClaimStatus, Level
from profiles.querysets.claims import holding


def claim_states(ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
    """By row key of the author: state, since, level and its sentence. Two queries.

    A page that nobody has claimed has the level its record gives.
    """
    held = holding(ids).select_related("author__standing")
    found = {
        claim.author_id: _state(
            "disputed" if claim.status == ClaimStatus.DISPUTED else "claimed",
            Level(claim.author.standing.level) if hasattr(claim.author, "standing") else Level.L0,
            since=claim.granted_at,
        )
        for claim in held
    }
    others = Author.objects.filter(pk__in=set(ids) - found.keys()).values_list("pk", "confidence", "figures__works_count")
    for author, confidence, works in others:
        facts = RecordFacts(works or 0, confidence, has_source_id=False, has_publisher_orcid=False)
        found[author] = _state("unclaimed", record_level(facts))
    return found


def _state(state: str, level: Level, since: Any = None) -> Mapping[str, Any]:
    claimed = state != "unclaimed"
    return {"state": state, "since": since, "level": f"L{level}", "level_says": str(sentence(level, is_claimed=claimed))}
