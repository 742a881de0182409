"""What the score rests on, read for many pages by a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from papers.models import Author, AuthorFigures
from profiles.evidence.vouching import COSTLY
from profiles.levels import Assessment
from profiles.models import FieldStatistics, ProfileLink, Sanction, Standing, SupportFlow, Vouch
from profiles.models.choices import ClaimStatus, VouchStatus
from profiles.models.trust import SanctionKind
from profiles.standings import assessments
from profiles.trust.formula import TrustInputs, sanctions_factor
from profiles.trust.sanctions import SEVERITY

SECONDS_A_DAY = 86_400.0
WINDOW_YEARS = (3, 7, 15)
ACTIVE_WINDOW = 10

RECORD_SQL = """
    SELECT authorship.author_id,
           count(*) FILTER (WHERE EXISTS (SELECT 1 FROM papers_workidentifier AS identifier WHERE identifier.work_id = work.id)) AS with_ids,
           count(*) FILTER (WHERE work.abstract <> '') AS with_abstract,
           count(*) FILTER (WHERE authorship.decided_by_person) AS decided,
           count(*) AS works,
           bool_or(EXISTS (
               SELECT 1 FROM papers_authorshipinstitution AS place
               JOIN papers_institution AS institution ON institution.id = place.institution_id
               WHERE place.authorship_id = authorship.id AND institution.ror IS NOT NULL
           )) AS has_ror
    FROM papers_authorship AS authorship
    JOIN papers_work AS work ON work.id = authorship.work_id
    WHERE authorship.author_id = ANY(%s) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
    GROUP BY authorship.author_id
"""

NOTICED_SQL = """
    SELECT own.author_id, count(DISTINCT own.work_id)
    FROM papers_authorship AS own
    WHERE {whose} AND EXISTS (
        SELECT 1 FROM papers_citation AS citation
        WHERE citation.cited_id = own.work_id AND NOT EXISTS (
            SELECT 1 FROM papers_authorship AS citing
            JOIN papers_authorship AS cited ON cited.author_id = citing.author_id
            WHERE citing.work_id = citation.citing_id AND cited.work_id = citation.cited_id
        )
    )
    GROUP BY own.author_id
"""
"""Works with at least one citation from a work that shares no author with them."""


@dataclass(frozen=True, slots=True)
class PageInputs:
    """The inputs of one page, as its JSON shows them; see ``formula.TrustInputs`` for what each is."""

    level: int
    is_claimed: bool
    identity: float
    classes: dict[str, float]
    works: int
    with_ids: int
    with_abstract: int
    has_ror: bool
    topics: int
    confidence: float
    owner_share: float
    has_position: bool
    has_biography: bool
    has_links: bool
    in_window: tuple[int, ...]
    n90: tuple[float, ...]
    active_years: int
    cited_by_others: int
    kappa: float
    close: int
    z: float
    clean_days: float
    sanctions: float
    statistics_version: int
    field_key: str
    imposed: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values, floats rounded to twelve places so that the same inputs are the same text."""
        return {name: _rounded(getattr(self, name)) for name in _INPUT_NAMES}


_INPUT_NAMES = tuple(one.name for one in fields(PageInputs))


def years_in_windows(by_year: Iterable[Sequence[int]], works: int, this_year: int) -> tuple[list[int], int]:
    """The works in each career window, the last of all years, and the years of the last ten with any. ``by_year`` has pairs of year and works."""
    counted = [(int(year), int(count)) for year, count in by_year]
    in_window = [sum(count for year, count in counted if year > this_year - years) for years in WINDOW_YEARS]
    return [*in_window, works], sum(1 for year, count in counted if year > this_year - ACTIVE_WINDOW and count)


def pack(rows: Sequence[dict[str, Any]]) -> TrustInputs:
    """Inputs as stored, many pages, as the arrays that the formula takes."""
    kinds: dict[str, Any] = {
        "level": np.int64,
        "is_claimed": np.bool_,
        "has_ror": np.bool_,
        "has_position": np.bool_,
        "has_biography": np.bool_,
        "has_links": np.bool_,
    }
    names = TrustInputs.__dataclass_fields__
    return TrustInputs(**{name: np.array([row[name] for row in rows], dtype=kinds.get(name, np.float64)) for name in names})


def read_inputs(author_ids: Sequence[int], now: datetime) -> dict[int, PageInputs]:
    """The inputs of these pages by author; authors that are gone are left out. About fifteen queries, whatever their number."""
    found = list(Author.objects.filter(pk__in=author_ids, merged_into__isnull=True, erased_at__isnull=True).values_list("pk", "confidence"))
    ids = [pk for pk, _confidence in found]
    assessed = assessments(ids, now)
    figures = _figures(ids)
    records = _rows(RECORD_SQL, [ids])
    noticed = {author_id: count for author_id, (count,) in _rows(NOTICED_SQL.format(whose="own.author_id = ANY(%s)"), [ids]).items()}
    usual = UsualFigures.latest()
    l2_since, owners = _standings(ids)
    sanctions = _sanctions(ids, now)
    z = dict(SupportFlow.objects.filter(author_id__in=ids).values_list("author_id", "community"))
    inputs = {}
    for author_id, confidence in found:
        inputs[author_id] = _page(
            assessed[author_id],
            figures.get(author_id),
            records.get(author_id, (0, 0, 0, 0, False)),
            confidence=confidence,
            noticed=noticed.get(author_id, 0),
            usual=usual,
            l2_since=l2_since.get(author_id),
            owner=owners.get(author_id),
            sanctions=sanctions.get(author_id, []),
            z=z.get(author_id, 0.0),
            now=now,
        )
    return inputs


def _page(
    assessed: Assessment,
    figures: Figures | None,
    record: tuple[Any, ...],
    *,
    confidence: float | None,
    noticed: int,
    usual: UsualFigures,
    l2_since: datetime | None,
    owner: Owner | None,
    sanctions: list[Sanction],
    z: float,
    now: datetime,
) -> PageInputs:
    with_ids, with_abstract, decided, works, has_ror = record
    field_id = figures.field_id if figures is not None else None
    statistics = usual.of(field_id)
    in_window, active_years = years_in_windows(figures.by_year if figures is not None else (), works, now.year)
    return PageInputs(
        level=int(assessed.level),
        is_claimed=owner is not None,
        identity=assessed.identity,
        classes=dict(assessed.classes),
        works=works,
        with_ids=with_ids,
        with_abstract=with_abstract,
        has_ror=bool(has_ror),
        topics=figures.topics_count if figures is not None else 0,
        confidence=confidence or 0.0,
        owner_share=decided / works if owner is not None and works else 0.0,
        has_position=owner is not None and owner.has_position,
        has_biography=owner is not None and owner.has_biography,
        has_links=owner is not None and owner.has_links,
        in_window=tuple(in_window),
        n90=statistics.n90,
        active_years=active_years,
        cited_by_others=noticed,
        kappa=statistics.kappa,
        close=figures.close_count if figures is not None else 0,
        z=z,
        clean_days=_clean_days(l2_since, sanctions, now) if assessed.level >= 2 else 0.0,  # noqa: PLR2004 - L2
        sanctions=_factor(sanctions, now),
        statistics_version=usual.version,
        field_key=statistics.name,
        imposed=[
            {"kind": one.kind, "on": one.imposed_at.date().isoformat(), "severity": SEVERITY[SanctionKind(one.kind)]} for one in sanctions
        ],
    )


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in one field; ``name`` is its key or "all"."""

    name: str
    n90: tuple[float, ...]
    kappa: float


@dataclass(frozen=True, slots=True)
class UsualFigures:
    """The field statistics of one nightly computation. Without any, everything is measured against 1 work and a kappa of 4."""

    version: int
    fields: dict[int | None, Usual]

    @classmethod
    def latest(cls) -> UsualFigures:
        """The statistics of the latest version; one query."""
        newest = FieldStatistics.objects.order_by("-version").values("version")[:1]
        rows = list(FieldStatistics.objects.filter(version=newest).select_related("field"))
        if not rows:
            return cls(0, {})
        return cls(
            rows[0].version,
            {row.field_id: Usual(row.field.key if row.field is not None else "all", tuple(row.n90), row.kappa) for row in rows},
        )

    def of(self, field_id: int | None) -> Usual:
        """The statistics of a field, or of the whole corpus."""
        return self.fields.get(field_id) or self.fields.get(None) or Usual("all", (1.0,) * 4, 4.0)


class Figures(NamedTuple):
    """What is read of an author's figures."""

    field_id: int | None
    by_year: list[list[int]]
    topics_count: int
    close_count: int


class Owner(NamedTuple):
    """What an owner has told of themselves."""

    has_position: bool
    has_biography: bool
    has_links: bool


def _figures(ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of each page that has any. One query; plain rows, as thousands of model instances would take longer than the formula."""
    rows = AuthorFigures.objects.filter(author_id__in=ids).values_list("author_id", *Figures._fields)
    return {author_id: Figures(*rest) for author_id, *rest in rows}


def _standings(ids: Sequence[int]) -> tuple[dict[int, datetime | None], dict[int, Owner]]:
    """Since when each page is at L2, and the owner of each owned one. One query."""
    links = ProfileLink.objects.filter(profile=OuterRef("claim__profile"))
    rows = (
        Standing.objects.filter(author_id__in=ids)
        .annotate(has_links=Exists(links))
        .values_list("author_id", "l2_since", "claim__profile", "claim__profile__position", "claim__profile__biography", "has_links")
    )
    since, owners = {}, {}
    for author_id, l2_since, profile_id, position, biography, has_links in rows:
        since[author_id] = l2_since
        if profile_id is not None:
            owners[author_id] = Owner(bool(position), bool(biography), has_links)
    return since, owners


def _sanctions(ids: Sequence[int], now: datetime) -> dict[int, list[Sanction]]:
    """The sanctions in force, oldest first. Two queries.

    Vouching for somebody who was revoked for cause is read from vouches and claims rather than stored, so that it is gone when the revocation is taken back.
    """
    stored = Sanction.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), author_id__in=ids, lifted_at__isnull=True)
    vouched = Vouch.objects.filter(
        voucher_author_id__in=ids,
        status=VouchStatus.GIVEN,
        evidence__claim__status=ClaimStatus.REVOKED,
        evidence__claim__reason_code__in=COSTLY,
    ).values_list("voucher_author_id", "evidence__claim__decided_at")
    rows = [
        *stored,
        *(
            Sanction(author_id=author_id, kind=SanctionKind.VOUCHED_FOR_REVOKED, imposed_at=at)
            for author_id, at in vouched
            if at is not None
        ),
    ]
    found: dict[int, list[Sanction]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.imposed_at, one.kind)):
        found[row.author_id].append(row)
    return found


def _factor(sanctions: Sequence[Sanction], now: datetime) -> float:
    if not sanctions:
        return 1.0
    severities = np.array([SEVERITY[SanctionKind(one.kind)] for one in sanctions], dtype=np.float64)
    ages = np.array([_days(one.imposed_at, now) for one in sanctions], dtype=np.float64)
    return sanctions_factor(severities, ages)


def _clean_days(l2_since: datetime | None, sanctions: Sequence[Sanction], now: datetime) -> float:
    """Days since reaching L2 or since the latest sanction. Whole days, so that a score does not move with every look."""
    starts = [moment for moment in (l2_since, *(one.imposed_at for one in sanctions)) if moment]
    return float(int(_days(max(starts), now))) if starts else 0.0


def _days(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds() / SECONDS_A_DAY)


def _rows(statement: str, given: Sequence[Any]) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 12)
    if isinstance(value, dict):
        return {str(key): _rounded(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value
