"""A report with everything that bears on it, for who decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from collaboration.models import Block, Measure, Report, SafetyAppeal, SafetyAppealStatus
from collaboration.safety.deciding import DECISIONS, bar
from profiles.models import Claim, TrailEntry, User
from profiles.models.choices import HOLDING


@dataclass(frozen=True, slots=True)
class Case:
    """What the desk shows of a report. ``blockers`` is how many people blocked the person within ninety days: a number, never who."""

    report: Report
    bar: str
    claim: Claim | None
    others: Sequence[Report]
    measures: Sequence[Measure]
    blockers: int
    reporter_made: int
    reporter_upheld: int
    appeals: Sequence[SafetyAppeal]
    history: Sequence[tuple[TrailEntry, bool]]


def case_of(report: Report, moderator: User) -> Case:
    """The case of one report; about twelve queries."""
    person = report.reported
    made = Report.objects.filter(reporter=report.reporter) if report.reporter is not None else Report.objects.none()
    measures = list(Measure.objects.filter(person=person).order_by("-pk")[:20]) if person is not None else []
    since = timezone.now() - timedelta(days=90)
    held = (
        Claim.objects.filter(profile__user=person, status__in=HOLDING).select_related("author")
        if person is not None
        else Claim.objects.none()
    )
    about: Any = {"measure__in": [measure.pk for measure in measures]}
    appeals = SafetyAppeal.objects.filter(**about) | SafetyAppeal.objects.filter(report=report)
    return Case(
        report=report,
        bar=bar(moderator, report),
        claim=held.first(),
        others=list(Report.objects.filter(reported=person).exclude(pk=report.pk).order_by("-pk")[:20]) if person is not None else [],
        measures=measures,
        blockers=Block.objects.filter(blocked=person, since__gt=since).count() if person is not None else 0,
        reporter_made=made.count(),
        reporter_upheld=made.filter(status="upheld").count(),
        appeals=list(appeals.filter(status=SafetyAppealStatus.OPEN).select_related("measure")),
        history=_history(report, measures),
    )


def _history(report: Report, measures: Sequence[Measure]) -> list[tuple[TrailEntry, bool]]:
    """The acts on the report and on the measures that came of it, latest first, each with whether it can be taken back here."""
    about = TrailEntry.objects.filter(subject=Report._meta.label, subject_id=report.pk)
    about |= TrailEntry.objects.filter(
        subject=Measure._meta.label, subject_id__in=[measure.pk for measure in measures if measure.report_id == report.pk]
    )
    entries = list(about.select_related("note", "undone_by").order_by("-pk")[:50])
    return [(entry, entry.action in DECISIONS and not hasattr(entry, "undone_by")) for entry in entries]
