"""What people have said about who is who, as every method that attributes works has to heed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import connection

_DECIDED: Final = "SELECT id, author_id FROM papers_authorship WHERE id = ANY(%s::bigint[]) AND decided_by_person"
_REFUSED: Final = """
    SELECT mine.id, refusal.author_id
    FROM papers_authorship AS mine
    JOIN papers_authorship AS refused ON refused.work_id = mine.work_id
    JOIN papers_authorshiprefusal AS refusal ON refusal.authorship_id = refused.id AND refusal.stands
    WHERE mine.id = ANY(%s::bigint[])
"""
_LINKED: Final = """
    SELECT one_id, other_id, kind FROM papers_identityconstraint WHERE one_id = ANY(%s::bigint[]) AND other_id = ANY(%s::bigint[]) ORDER BY one_id, other_id
"""


class PeopleSaid(NamedTuple):
    """Everything that people decided about some authorships, by keys of authorships and authors.

    ``decided`` authorships stay with their author (None: nobody's) whatever a rule thinks. ``refused`` are pairs (authorship, author)
    that never come together: a place on a work that somebody said is not theirs, and every other place on that work. ``same`` and
    ``different`` are pairs of authorships of one person and of two people. A decision about one authorship by itself outranks a pair:
    pairs that contradict ``decided`` or ``refused`` are left out here.
    """

    decided: dict[int, int | None]
    refused: set[tuple[int, int]]
    same: list[tuple[int, int]]
    different: list[tuple[int, int]]


def people_said(authorship_ids: Sequence[int]) -> PeopleSaid:
    """What people said about these authorships. Three queries, whatever their number."""
    keys = "{" + ",".join(map(str, authorship_ids)) + "}"  # a list would be boxed and checked number by number
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, [keys])
        decided: dict[int, int | None] = dict(cursor.fetchall())
        cursor.execute(_REFUSED, [keys])
        refused: set[tuple[int, int]] = set(cursor.fetchall())
        cursor.execute(_LINKED, [keys, keys])
        linked = cursor.fetchall()
    same: list[tuple[int, int]] = []
    different: list[tuple[int, int]] = []
    for one, other, kind in linked:
        if kind == "same" and not _contradicted(one, other, decided, refused):
            same.append((one, other))
        elif kind == "different" and not (one in decided and other in decided):
            different.append((one, other))
    return PeopleSaid(decided, refused, same, different)


def _contradicted(one: int, other: int, decided: dict[int, int | None], refused: set[tuple[int, int]]) -> bool:
    """Whether a later word about one of the two keeps them apart."""
    if one in decided and other in decided:
        return decided[one] is None or decided[one] != decided[other]
    for mine, theirs in ((one, other), (other, one)):
        if mine in decided:
            author = decided[mine]
            return author is None or (theirs, author) in refused
    return False
