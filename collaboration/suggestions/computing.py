"""Computing suggestions and storing them: in the background, from dirty rows, for people who own a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from collaboration.models import Suggestion, SuggestionList
from collaboration.models.suggestions import MOST_KEPT
from collaboration.querysets.suggestions import suggestible_among
from collaboration.suggestions.kinds import Reason, ReasonKind, is_enough
from collaboration.suggestions.model import LEARNT, ranked
from collaboration.suggestions.prospects import candidates, features, measures, strangers
from collaboration.suggestions.reading import ground_around
from collaboration.suggestions.reasons import MOST_NAMED, reasons_for
from profiles.querysets.claims import holding

LOOKED_AT: Final = 300  # of the ranked, before those are left out who may not be suggested

_RECORD: Final = """
    WITH mine AS MATERIALIZED (
        SELECT authorship.id, authorship.work_id FROM papers_authorship AS authorship JOIN papers_work AS work ON work.id = authorship.work_id
        WHERE authorship.author_id = %(page)s AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    ), theirs AS MATERIALIZED (
        SELECT authorship.id, authorship.author_id, authorship.work_id
        FROM papers_authorship AS authorship JOIN papers_work AS work ON work.id = authorship.work_id
        WHERE authorship.author_id = ANY(%(others)s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    )
    SELECT 'cited', theirs.author_id, NULL::bigint, mine.work_id, theirs.work_id
    FROM mine JOIN papers_citation AS citation ON citation.citing_id = mine.work_id JOIN theirs ON theirs.work_id = citation.cited_id
  UNION
    SELECT 'cites', theirs.author_id, NULL, mine.work_id, theirs.work_id
    FROM mine JOIN papers_citation AS citation ON citation.cited_id = mine.work_id JOIN theirs ON theirs.work_id = citation.citing_id
  UNION ALL
    SELECT 'institutions', theirs.author_id, place.institution_id, max(mine.work_id), max(theirs.work_id)
    FROM mine JOIN papers_authorshipinstitution AS place ON place.authorship_id = mine.id
         JOIN papers_authorshipinstitution AS same ON same.institution_id = place.institution_id
         JOIN theirs ON theirs.id = same.authorship_id
         JOIN papers_institution AS institution ON institution.id = place.institution_id AND institution.merged_into_id IS NULL AND institution.erased_at IS NULL
    GROUP BY theirs.author_id, place.institution_id
    ORDER BY 1, 2, 3, 4 DESC, 5 DESC
"""


def refresh_suggestions(ids: list[int]) -> int:
    """Compute and store what is suggested to the owners of these pages; how many have one. A page without an owner has no suggestions.

    Some fifteen statements a page; from a tenth of a second to a few seconds, by how many people are around it.
    """
    held = {claim.author_id: claim for claim in holding(ids)}
    SuggestionList.objects.filter(author__in=[page for page in ids if page not in held]).delete()
    for page in ids:
        if page in held:
            store_suggestions(user_id=held[page].profile.user_id, page_id=page)
    return len(held)


def store_suggestions(*, user_id: int, page_id: int) -> int:
    """Put what is suggested to somebody in place of what was; how many that are. The same records give the same rows."""
    considered, found = suggest(user_id, page_id)
    with transaction.atomic():
        SuggestionList.objects.filter(author=page_id).exclude(user=user_id).delete()
        kept, _is_new = SuggestionList.objects.update_or_create(
            user_id=user_id, defaults={"author_id": page_id, "considered": considered, "computed_at": timezone.now()}
        )
        kept.suggestions.all().delete()
        Suggestion.objects.bulk_create(
            Suggestion(list=kept, author_id=author, place=place, score=score, reasons=[reason.to_json() for reason in reasons])
            for place, (author, score, reasons) in enumerate(found)
        )
    return len(found)


def suggest(user_id: int, page_id: int) -> tuple[int, list[tuple[int, float, list[Reason]]]]:
    """How many candidates there were, and the best for whom there is enough of a reason: author page, score, reasons."""
    ground = ground_around(page_id, timezone.now().year)
    own = ground.records.place(page_id) if ground is not None else None
    if ground is None or own is None:
        return 0, []
    found = measures(ground, np.array([own]))
    others = candidates(ground, found, 0, strangers(ground, own))
    scores = LEARNT.scores(features(ground, found, 0, own, others))
    keys = ground.records.people[others]
    order = ranked(scores, keys)[:LOOKED_AT]
    allowed = suggestible_among(user_id, page_id, keys[order].tolist())
    chosen = [place for place in order.tolist() if int(keys[place]) in allowed][: 2 * MOST_KEPT]
    recorded = _recorded(page_id, [int(keys[place]) for place in chosen])
    listed = [
        (int(keys[place]), float(scores[place]), [*reasons_for(ground, own, int(others[place])), *recorded[int(keys[place])]])
        for place in chosen
    ]
    return len(others), [one for one in listed if is_enough(one[2])][:MOST_KEPT]


def _recorded(page_id: int, others: Sequence[int]) -> dict[int, list[Reason]]:
    """What the records say beyond co-authors and words: who cites whom, and where both were. One query."""
    pairs: dict[tuple[int, str], list[tuple[int | None, tuple[int, int]]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"page": page_id, "others": list(others)})
        for kind, other, key, mine, theirs in cursor.fetchall():
            pairs[other, kind].append((key, (mine, theirs)))
    reasons: dict[int, list[Reason]] = defaultdict(list)
    for (other, kind), found in sorted(pairs.items(), key=lambda item: item[0]):
        named = tuple(key for key, _works in found[:MOST_NAMED] if key is not None)
        reasons[other].append(Reason(ReasonKind(kind), len(found), named, tuple(works for _key, works in found[:MOST_NAMED])))
    return reasons
