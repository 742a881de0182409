"""The review queue: pairs of authorships that the engine cannot decide, most valuable first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

from django.db.models import Count
from django.utils import timezone

from papers.models import Authorship, UncertainPair

LEAST, MOST = 0.35, 0.65
"""Between these probabilities the engine is uncertain."""
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Two authorships, the probability that they are one person's, words for and against, and the numbers that the model saw."""

    one: int
    other: int
    probability: float
    block: str = ""
    reasons: Sequence[str] = ()
    features: Mapping[str, float] = field(default_factory=dict)


def store_uncertain_pairs(pairs: Iterable[Uncertain]) -> int:
    """Keep these pairs for people to decide; returns how many wait or wait again. A pair that somebody decided stays decided.

    Pairs outside of [.35, .65] and pairs of one and the same author whom no run would part are the caller's to leave out; pairs on one
    work, and pairs of which an authorship is gone, are left out here. Three statements for each thousand pairs.
    """
    wanted = list(pairs)
    return sum(_store(wanted[start : start + AT_ONCE]) for start in range(0, len(wanted), AT_ONCE))


def value_of(probability: float, works_of_one: int, works_of_other: int) -> float:
    """How much a decision about a pair settles: most at even odds, and more the more works hang on each side.

    The uncertainty is the entropy of the probability in bits; the smaller side counts by the logarithm of its works, since it is what would move.
    """
    share = min(max(probability, 1e-9), 1 - 1e-9)
    entropy = -(share * log2(share) + (1 - share) * log2(1 - share))
    fewer, more = sorted((works_of_one, works_of_other))
    return round(entropy * (log2(1 + fewer) + 0.25 * log2(1 + more)), 6)


def _store(pairs: Sequence[Uncertain]) -> int:
    by_key = {tuple(sorted((pair.one, pair.other))): pair for pair in pairs if pair.one != pair.other}
    rows_of = Authorship.objects.filter(pk__in={key for both in by_key for key in both}).values_list("pk", "work_id", "author_id")
    known: dict[int, tuple[int, int | None]] = {key: (work, author) for key, work, author in rows_of}
    counts = _works_of({author for _work, author in known.values() if author is not None})
    now = timezone.now()
    rows = []
    for (one, other), pair in sorted(by_key.items()):
        if one not in known or other not in known or known[one][0] == known[other][0]:
            continue
        sizes = [counts.get(known[key][1] or 0, 1) for key in (one, other)]
        rows.append(
            UncertainPair(
                one_id=one,
                other_id=other,
                block=pair.block[:200],
                probability=pair.probability,
                value=value_of(pair.probability, *sizes),
                reasons=[str(reason)[:300] for reason in pair.reasons][:20],
                features={str(name): float(number) for name, number in pair.features.items()},
                found_at=now,
            )
        )
    UncertainPair.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["block", "probability", "value", "reasons", "features", "found_at"],
    )
    return UncertainPair.objects.filter(verdict="", one__in=[row.one_id for row in rows], other__in=[row.other_id for row in rows]).count()


def _works_of(authors: set[int]) -> dict[int, int]:
    """How many works stand under each of these authors."""
    counted = Authorship.objects.filter(author_id__in=authors).order_by().values("author_id").annotate(works=Count("pk"))
    return {row["author_id"]: row["works"] for row in counted}
