"""What this app stores about an author that the head of the page needs, read in one message: the claim, the wishes, the trust score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from config.lib.statements import rows_of_each
from papers.models import Author

_KEPT: Final = "_standing_of_page"
_CLAIM: Final = """
    SELECT claim.id, profile.user_id, claim.status, standing.level,
           (SELECT json_agg(json_build_object('method', piece.method, 'subject', piece.subject, 'own', piece.institution_id IS NOT NULL)
                            ORDER BY piece.id)
            FROM profiles_evidence AS piece
            WHERE piece.claim_id = claim.id AND piece.status = 'confirmed' AND NOT EXISTS (
                SELECT FROM profiles_freeze AS frozen
                WHERE frozen.lifted_at IS NULL AND (
                    frozen.institution_id = piece.institution_id
                    OR frozen.kind = 'domain' AND piece.method = 'email'
                       AND (piece.subject = frozen.domain OR right(piece.subject, length(frozen.domain) + 1) = '.' || frozen.domain))))
    FROM profiles_claim AS claim
         JOIN profiles_profile AS profile ON profile.id = claim.profile_id
         LEFT JOIN profiles_standing AS standing ON standing.author_id = claim.author_id
    WHERE claim.author_id = %(author)s AND claim.status IN ('granted', 'disputed')
"""
_CHOICE: Final = "SELECT noindex, withhold_figures FROM profiles_pagechoice WHERE author_id = %(author)s"
_SCORE: Final = (
    "SELECT shown, band, level, coalesce((inputs->>'is_claimed')::boolean, false) FROM profiles_trustscore WHERE author_id = %(author)s"
)


class ClaimRow(NamedTuple):
    """The claim that holds a page, with the evidence that counts: each method, subject, own (an institution's)."""

    id: int
    user_id: int
    status: str
    level: int | None
    pieces: Sequence[Mapping[str, Any]] | None


class ScoreRow(NamedTuple):
    """The score as the page's head shows it."""

    shown: int
    band: int
    level: int
    is_claimed: bool


class StandingOfPage(NamedTuple):
    """What is stored about a page; None for what is not."""

    claim: ClaimRow | None
    noindex: bool
    withholds_figures: bool
    score: ScoreRow | None


def standing_of_page(author: Author) -> StandingOfPage:
    """What is stored about this author. One message to the database for each author object, however often it is asked."""
    if not hasattr(author, _KEPT):
        setattr(author, _KEPT, _read(author.pk))
    kept: StandingOfPage = getattr(author, _KEPT)
    return kept


def _read(author_id: int) -> StandingOfPage:
    claims, choices, scores = rows_of_each(_CLAIM, _CHOICE, _SCORE, given={"author": author_id})
    noindex, withheld = choices[0] if choices else (False, False)
    claim, score = next(iter(claims), None), next(iter(scores), None)
    return StandingOfPage(ClaimRow(*claim) if claim else None, noindex, withheld, ScoreRow(*score) if score else None)
