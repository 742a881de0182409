"""The figures of authors: computed for a batch, stored in one statement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from papers.figures import author_rows
from papers.figures.author_rows import AuthorWeight, Collaboration, CountedTopic, NamedInstitution, WrittenWork
from papers.figures.pieces import in_pieces
from papers.figures.storing import store_rows
from papers.metrics import is_close, strength, summarise_citations
from papers.metrics.citations import by_year
from papers.metrics.novelty import author_novelty
from papers.models import AuthorFigures
from papers.refresh import mark_dirty

VERSION = 2  # of the computation: raise it when a definition changes, and mark all authors
TOPICS_LISTED = 24
COLLABORATORS_LISTED = 12
INSTITUTIONS_LISTED = 5
MOST_PAIRS = 500_000  # of an author with a co-author, in one piece of work
PAIRS_OF_A_WORK = 10  # what reading a work weighs beside them


@dataclass(slots=True)
class AuthorRecord:
    """All that was read about one author."""

    confidence: float | None
    works: list[WrittenWork] = field(default_factory=list)
    topics: list[CountedTopic] = field(default_factory=list)
    institutions: list[NamedInstitution] = field(default_factory=list)
    collaborations: list[Collaboration] = field(default_factory=list)
    coauthors: int = 0


def refresh_author_figures(ids: Iterable[int]) -> int:
    """Recompute and store the figures of these authors; returns how many of them exist, the others are skipped.

    An author without works gets a row of zeros. Seven queries for a usual batch of a thousand authors, about half a
    second; authors with very many works or co-authors are taken in pieces, so that memory stays bounded.
    The same records give the same figures, ties being broken by id.
    """
    now = timezone.now()
    found = author_rows.weights(sorted(set(ids)))
    for piece in in_pieces(found, weight=_weight, most=MOST_PAIRS):
        records = _read(piece, year=now.year)
        computed = [compute_figures(author_id, record, now=now) for author_id, record in records.items()]
        store_rows(computed, key=("author_id",))
    return len(found)


def mark_outdated_authors() -> int:
    """Mark the authors whose figures follow an older definition; returns how many. One pass over the figures."""
    outdated = AuthorFigures.objects.filter(version__lt=VERSION).values_list("pk", flat=True)
    return mark_dirty(kind="author-figures", ids=outdated.iterator(chunk_size=10_000), reason="definition")


def compute_figures(author_id: int, record: AuthorRecord, *, now: datetime) -> AuthorFigures:
    """The figures that follow from what was read, not stored. Touches no database."""
    years = Counter(work.year for work in record.works if work.year is not None)
    citations = summarise_citations([work.cited_by_count for work in record.works], confidence=record.confidence)
    counted = [work for work in record.works if work.cited_by_count is not None]
    dates = [work.cited_by_as_of for work in counted if work.cited_by_as_of is not None]
    novelty = author_novelty([work.novelty for work in record.works if work.novelty is not None], confidence=record.confidence)
    field_id, field_works = _main_field(record.works)
    close = _close(record.collaborations, now.year)
    return AuthorFigures(
        author_id=author_id,
        works_count=len(record.works),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        topics_count=record.topics[0].in_all if record.topics else 0,
        coauthors_count=record.coauthors,
        close_count=len(close),
        h_index=citations.h_index,
        cited_by_count=citations.total,
        citations_known=citations.known,
        citation_sources=sorted({work.cited_by_source for work in counted}),
        citations_as_of=min(dates, default=None),  # the figure is as old as its oldest part
        i10_index=citations.i10_index,
        citations_by_year=by_year((work.year, work.cited_by_count) for work in record.works),
        citations_withheld=citations.reason,
        novelty=novelty.mean,
        novelty_low=novelty.low,
        novelty_high=novelty.high,
        novelty_works=novelty.papers,
        novelty_withheld=novelty.reason,
        field_id=field_id,
        field_works=field_works,
        by_year=[[year, years[year]] for year in sorted(years)],
        topics=[{"id": topic.topic_id, "name": topic.name, "works": topic.works} for topic in record.topics],
        collaborators=close[:COLLABORATORS_LISTED],
        institutions=[_institution(named) for named in record.institutions],
        sources=sorted({source for work in record.works for source in work.sources}),
        version=VERSION,
        computed_at=now,
    )


def _weight(author: AuthorWeight) -> int:
    return author.pairs + PAIRS_OF_A_WORK * author.works


def _read(piece: Sequence[AuthorWeight], year: int) -> dict[int, AuthorRecord]:
    """The records of these authors by id. Five queries."""
    records = {author.author_id: AuthorRecord(author.confidence) for author in piece}
    authors = list(records)
    for work in author_rows.works(authors):
        records[work.author_id].works.append(work)
    for topic in author_rows.topics(authors, TOPICS_LISTED):
        records[topic.author_id].topics.append(topic)
    for institution in author_rows.institutions(authors, INSTITUTIONS_LISTED):
        records[institution.author_id].institutions.append(institution)
    for pair in author_rows.collaborations(authors, year):
        records[pair.author_id].collaborations.append(pair)
    for author_id, count in author_rows.coauthor_counts(authors).items():
        records[author_id].coauthors = count
    return records


def _main_field(works: Iterable[WrittenWork]) -> tuple[int | None, int]:
    """The field of most works and how many those are; among equals the field of the latest work, then the lower id."""
    counts: Counter[int] = Counter()
    latest: dict[int, int] = defaultdict(int)
    for work in works:
        if work.field_id is not None:
            counts[work.field_id] += 1
            latest[work.field_id] = max(latest[work.field_id], work.date_key)
    if not counts:
        return None, 0
    main = min(counts, key=lambda field_id: (-counts[field_id], -latest[field_id], field_id))
    return main, counts[main]


def _close(collaborations: Iterable[Collaboration], year: int) -> list[dict[str, Any]]:
    """The close collaborators, strongest first, then most joint works, then id."""
    close = [(strength(pair.joint, year=year), len(pair.joint), pair) for pair in collaborations if is_close(pair.joint, year=year)]
    close.sort(key=lambda ranked: (-ranked[0], -ranked[1], ranked[2].other_id))
    return [
        {
            "id": pair.other_id,
            "name": pair.name,
            "works": works,
            "strength": round(how_strong, 3),
            "first_year": min(work.year for work in pair.joint),
            "last_year": max(work.year for work in pair.joint),
        }
        for how_strong, works, pair in close
    ]


def _institution(named: NamedInstitution) -> dict[str, Any]:
    return {
        "id": named.institution_id,
        "name": named.name,
        "works": named.works,
        "first_year": named.first_year,
        "last_year": named.last_year,
    }
