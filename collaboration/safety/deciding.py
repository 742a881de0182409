"""Deciding about reports and appeals: through the audit trail, with measures and sanctions, and each of it undoable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.models import Measure, MeasureKind, Report, ReportStatus, SafetyAppeal, SafetyAppealStatus
from collaboration.notifications.sending import notify, withdraw
from profiles.exceptions import NotAllowedError, NoteNeededError, WrongStateError
from profiles.models import Claim, TrailEntry, User
from profiles.models.choices import HOLDING, ReasonCode, Role
from profiles.models.trust import SanctionKind
from profiles.moderation.conflicts import bars_on_pages, ensure_moderator
from profiles.querysets.claims import holding
from profiles.trail import act, one_decision, undo
from profiles.trust.sanctioning import impose_sanction

TRAILED: Final[dict[str, tuple[str, ...]]] = {
    "collaboration.Report": ("status", "decided_at"),
    "collaboration.Measure": ("person_id", "kind", "report_id", "by_rule", "reason_code", "began_at", "ends_at", "lifted_at"),
    "collaboration.SafetyAppeal": ("status", "decided_at"),
}
"""What the trail keeps of rows here; told to ``profiles.trail`` when the app is ready."""
DECISIONS: Final = frozenset({"report-upheld", "report-dismissed", "measure-lifted", "safety-appeal-upheld", "safety-appeal-dismissed"})
APPEALS_WITHIN: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from an upheld report: a measure against the account, for so many days (None: until it is lifted), and a sanction on the page, which feeds trust."""

    measure: MeasureKind | None = None
    days: int | None = None
    sanction: SanctionKind | None = None


def bar(moderator: User, report: Report) -> str:
    """Why this moderator may not decide about the report, "" where nothing stands against it. Three queries at most."""
    if moderator.pk in {report.reporter_id, report.reported_id}:
        return _("You made this report, or it is about you: somebody else decides.")
    if report.author_id is not None:
        return bars_on_pages(moderator, [report.author_id]).get(report.author_id, "")
    return ""


def uphold_report(*, report: Report, moderator: User, consequence: Consequence, note: str = "") -> Report:
    """The report, upheld, with what follows from it; one decision, which ``undo_decision`` takes back whole.

    The reporter learns that it was upheld, the person reported what was done and how to appeal. Raises ``NotAllowedError``,
    ``WrongStateError`` for a report that does not wait, for a measure where no account is known, or a sanction where there is no page.
    """
    with one_decision():
        locked = _waiting(report, moderator)
        with act(action="report-upheld", actor=moderator, role=Role.MODERATOR, subject=locked, code=locked.category, note=note) as changes:
            changes.update(locked, status=ReportStatus.UPHELD, decided_at=timezone.now())
            if consequence.measure is not None:
                measure = changes.create(_measure(locked, consequence))
                _tell_person(measure)
        if consequence.sanction is not None:
            _sanction(locked, consequence.sanction, moderator)
        _tell_reporter(locked)
    return locked


def dismiss_report(*, report: Report, moderator: User, note: str = "") -> Report:
    """The report, dismissed; the reporter is told, and may appeal once. Raises ``NotAllowedError`` or ``WrongStateError``."""
    with one_decision():
        locked = _waiting(report, moderator)
        with act(
            action="report-dismissed", actor=moderator, role=Role.MODERATOR, subject=locked, code=locked.category, note=note
        ) as changes:
            changes.update(locked, status=ReportStatus.DISMISSED, decided_at=timezone.now())
        _tell_reporter(locked)
    return locked


def lift_measure(*, measure: Measure, moderator: User, note: str = "") -> Measure:
    """The measure, no longer in force. Raises ``NotAllowedError`` for one's own, ``WrongStateError`` for one that was lifted."""
    ensure_moderator(moderator)
    if measure.person_id == moderator.pk:
        raise NotAllowedError(_("Nobody decides on themselves."))
    with act(action="measure-lifted", actor=moderator, role=Role.MODERATOR, subject=measure, note=note) as changes:
        locked = Measure.objects.select_for_update().get(pk=measure.pk)
        if locked.lifted_at is not None:
            raise WrongStateError(_("This measure was lifted already."))
        changes.update(locked, lifted_at=timezone.now())
        withdraw(kind="measure", subject_key=f"measure:{locked.pk}")
    return locked


def appeal(*, appellant: User, text: str, measure: Measure | None = None, report: Report | None = None) -> SafetyAppeal:
    """The appeal, open. Against a measure by whom it concerns, against a dismissed report by who made it, once each, within sixty days.

    Raises ``NotAllowedError``, ``WrongStateError``, or ``NoteNeededError`` where it says nothing.
    """
    if not text.strip():
        raise NoteNeededError(_("Say why it should be looked at again."))
    if measure is not None:
        _ensure_open_to_appeal(is_own=measure.person_id == appellant.pk, since=measure.began_at, stands=measure.lifted_at is None)
    if report is not None:
        is_dismissed = report.status == ReportStatus.DISMISSED
        _ensure_open_to_appeal(is_own=report.reporter_id == appellant.pk, since=report.decided_at or report.created_at, stands=is_dismissed)
    try:
        with transaction.atomic():
            return SafetyAppeal.objects.create(appellant=appellant, measure=measure, report=report, text=text)
    except IntegrityError:
        raise WrongStateError(_("You have appealed already.")) from None


def decide_appeal(*, found: SafetyAppeal, moderator: User, uphold: bool, note: str = "") -> SafetyAppeal:
    """The appeal, decided by somebody other than who decided before. Upheld it lifts the measure, or opens the report again. The appellant is told.

    Raises ``NotAllowedError`` or ``WrongStateError``.
    """
    ensure_moderator(moderator)
    with one_decision():
        locked = SafetyAppeal.objects.select_for_update(of=("self",)).select_related("measure", "report").get(pk=found.pk)
        if locked.status != SafetyAppealStatus.OPEN:
            raise WrongStateError(_("This appeal has been decided."))
        if moderator.pk in {locked.appellant_id, _decider_of(locked)}:
            raise NotAllowedError(_("You made the decision that this is about, or the appeal: somebody else decides."))
        action = "safety-appeal-upheld" if uphold else "safety-appeal-dismissed"
        with act(action=action, actor=moderator, role=Role.MODERATOR, subject=locked, note=note) as changes:
            status = SafetyAppealStatus.UPHELD if uphold else SafetyAppealStatus.DISMISSED
            changes.update(locked, status=status, decided_at=timezone.now())
            if uphold and locked.measure is not None and locked.measure.lifted_at is None:
                changes.update(Measure.objects.select_for_update().get(pk=locked.measure.pk), lifted_at=timezone.now())
            if uphold and locked.report is not None:
                reopened = Report.objects.select_for_update().get(pk=locked.report.pk)
                same = Report.objects.filter(reporter=reopened.reporter_id, subject=reopened.subject, subject_id=reopened.subject_id)
                if reopened.reporter_id is not None and same.filter(status=ReportStatus.OPEN).exists():
                    raise WrongStateError(_("They have reported the same thing again since, and that report waits: decide it instead."))
                changes.update(reopened, status=ReportStatus.OPEN, decided_at=None)
        payload = {"appeal": locked.pk, "upheld": uphold}
        notify(recipient=locked.appellant, kind="appeal-decided", subject_key=f"safety-appeal:{locked.pk}", payload=payload)
    return locked


def undo_decision(*, entry: TrailEntry, moderator: User, note: str = "") -> list[TrailEntry]:
    """Take back a decision with all its acts, the last one first; the entries that say so.

    Raises ``NotAllowedError``, ``UndoConflictError`` where something has changed since, ``WrongStateError`` for what is no decision here.
    """
    ensure_moderator(moderator)
    if entry.action not in DECISIONS or entry.undoes_id is not None:
        raise WrongStateError(_("This was no decision about a report, so it cannot be taken back here."))
    same = TrailEntry.objects.filter(decision=entry.decision) if entry.decision is not None else TrailEntry.objects.filter(pk=entry.pk)
    with one_decision():
        acts = list(same.filter(undone_by__isnull=True).exclude(changes=[]).order_by("-pk"))
        if not acts:
            raise WrongStateError(_("This decision has been taken back already."))
        for one in acts:
            for change in one.changes:
                if change["model"] == "collaboration.Measure" and change["before"] is None:
                    withdraw(kind="measure", subject_key=f"measure:{change['pk']}")
        return [
            undo(entry=one, actor=moderator, role=Role.MODERATOR, code=ReasonCode.MISTAKE, note=note if one is acts[-1] else "")
            for one in acts
        ]


def _waiting(report: Report, moderator: User) -> Report:
    ensure_moderator(moderator)
    why = bar(moderator, report)
    if why:
        raise NotAllowedError(why)
    locked = Report.objects.select_for_update(of=("self",)).select_related("reporter", "reported", "author").get(pk=report.pk)
    if locked.status != ReportStatus.OPEN:
        raise WrongStateError(_("This report has been decided already."))
    return locked


def _measure(report: Report, consequence: Consequence) -> Measure:
    if report.reported is None:
        raise WrongStateError(_("No account is known whose doing this is, so there is nobody to act against."))
    assert consequence.measure is not None  # noqa: S101 - asked for by the caller
    now = timezone.now()
    ends = now + timedelta(days=consequence.days) if consequence.days else None
    return Measure(person=report.reported, kind=consequence.measure, report=report, reason_code=report.category, began_at=now, ends_at=ends)


def _sanction(report: Report, kind: SanctionKind, moderator: User) -> None:
    page = report.author
    if page is None and report.reported is not None:
        held = Claim.objects.filter(profile__user=report.reported, status__in=HOLDING).select_related("author").first()
        page = held.author if held is not None else None
    if page is None or not holding([page.pk]).exists():
        raise WrongStateError(_("A sanction is on a claimed page, and there is none here."))
    impose_sanction(author=page, kind=kind, moderator=moderator, code=ReasonCode.ABUSE)


def _tell_reporter(report: Report) -> None:
    if report.reporter is not None:
        payload = {"report": report.pk, "upheld": report.status == ReportStatus.UPHELD}
        at = f"{report.decided_at:%Y%m%d%H%M%S}" if report.decided_at else ""
        notify(recipient=report.reporter, kind="report-decided", subject_key=f"report:{report.pk}:{at}", payload=payload)


def _tell_person(measure: Measure) -> None:
    notify(recipient=measure.person, kind="measure", subject_key=f"measure:{measure.pk}", payload={"kind": measure.kind})


def _ensure_open_to_appeal(*, is_own: bool, since: datetime, stands: bool) -> None:
    if not is_own:
        raise NotAllowedError(_("Only whom it concerns can appeal."))
    if not stands or since < timezone.now() - APPEALS_WITHIN:
        raise WrongStateError(_("This can no longer be appealed against."))


def _decider_of(found: SafetyAppeal) -> int | None:
    """Whose decision the appeal is about; None for a rule's."""
    report_id = found.report_id or (found.measure.report_id if found.measure is not None else None)
    if report_id is None:
        return None
    made = TrailEntry.objects.filter(
        subject=Report._meta.label, subject_id=report_id, action__in=["report-upheld", "report-dismissed"], undone_by__isnull=True
    )
    return made.order_by("-pk").values_list("actor_id", flat=True).first()
