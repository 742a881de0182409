"""What people decided about pairs, as labelled examples for the next training: the format of the labelled mentions that training reads.

A decided pair is a block of its own with two mentions, so that nothing is said about others: one person id where they are the same, two where not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from config.lib.public_ids import encode_public_id
from papers.models import Authorship, PairVerdict, UncertainPair, Work

TOLD = (PairVerdict.SAME, PairVerdict.DIFFERENT)


def labels() -> Iterator[dict[str, Any]]:
    """Two lines for each decided pair, oldest decision first: ``block``, ``work_id``, ``position``, ``name``, ``person_id``, ``basis``, ``tags``.

    ``work_id`` is the public id. Pairs of which a place in the list of authors is unknown are left out. Read in pieces.
    """
    decided = UncertainPair.objects.filter(verdict__in=TOLD, one__position__isnull=False, other__position__isnull=False)
    for pair in decided.select_related("one", "other").order_by("decided_at", "pk").iterator(chunk_size=500):
        block = f"people-{encode_public_id(pair.pk)}/{pair.block}"
        for place, one in enumerate((pair.one, pair.other)):
            same = pair.verdict == PairVerdict.SAME
            yield {
                "block": block,
                "work_id": encode_public_id(one.work_id),
                "position": one.position,
                "name": one.raw_name,
                "person_id": f"{block}#{0 if same else place}",
                "basis": "review-queue",
                "tags": [],
            }


def works() -> Iterator[dict[str, Any]]:
    """The works of those mentions in the neutral format, as far as training reads it. Two queries for each hundred."""
    decided = UncertainPair.objects.filter(verdict__in=TOLD)
    keys = sorted({key for pair in decided.values_list("one__work_id", "other__work_id") for key in pair})
    for start in range(0, len(keys), 100):
        yield from _records(keys[start : start + 100])


def _records(keys: Sequence[int]) -> Iterator[dict[str, Any]]:
    people: dict[int, list[Authorship]] = {}
    for one in Authorship.objects.filter(work__in=keys, position__isnull=False).order_by("work_id", "position"):
        people.setdefault(one.work_id, []).append(one)
    for work in Work.objects.filter(pk__in=keys).select_related("venue").prefetch_related("topics").order_by("pk"):
        yield {
            "id": encode_public_id(work.pk),
            "title": work.title,
            "abstract": work.abstract or None,
            "publication_year": work.year,
            "venue": {"key": work.venue.key, "display_name": work.venue.name} if work.venue is not None else None,
            "topics": sorted(topic.name for topic in work.topics.all()),
            "affiliations_unaligned": work.affiliations_unaligned,
            "authorships": [
                {
                    "position": one.position,
                    "display_name": one.raw_name,
                    "raw_affiliation_strings": one.raw_affiliations,
                    "ids": one.source_ids,
                }
                for one in people.get(work.pk, [])
            ],
        }
