"""What people are told about reports, measures and appeals."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import Cadence, MeasureKind
from collaboration.notifications.kinds import NotificationKind, Payload
from config.lib.public_ids import encode_public_id


def _report_line(payload: Payload, _count: int) -> str:
    if payload["upheld"]:
        return _("Your report was upheld. Thank you.")
    return _("Your report was looked at and dismissed. You can appeal.")


def _measure_line(payload: Payload, _count: int) -> str:
    return _("The moderators acted on your account: %(measure)s. You can appeal.") % {"measure": MeasureKind(payload["kind"]).label.lower()}


def _appeal_line(payload: Payload, _count: int) -> str:
    return _("Your appeal was upheld.") if payload["upheld"] else _("Your appeal was dismissed.")


def _safety_page(_payload: Payload) -> str:
    return reverse("collaboration:safety")


def _report_page(payload: Payload) -> str:
    return reverse("collaboration:safety") + f"#report-{encode_public_id(payload['report'])}"


KINDS: Final = (
    NotificationKind("report-decided", gettext_lazy("What became of your reports"), line=_report_line, address=_report_page, order=700),
    NotificationKind(
        "measure",
        gettext_lazy("What moderators decided about you"),
        line=_measure_line,
        address=_safety_page,
        cadence=Cadence.DAILY,
        order=710,
    ),
    NotificationKind("appeal-decided", gettext_lazy("What became of your appeals"), line=_appeal_line, address=_safety_page, order=720),
)
