"""Every row of every table, and the background's work done."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.apps import apps
from django.db import connection

from collaboration.models import InvitationEvent
from config.lib.registries import refresh_kinds
from papers.models import AuthorChange, GraphChange, ImportItem, RefreshRequest
from papers.refresh import mark_dirty
from papers.rounds import refresh_until
from profiles.exceptions import IdentityError
from profiles.models import LevelBefore, OutgoingMail, TrailEntry, TrailNote, TrustEvent

ONLY_GROW = {
    TrailEntry,
    TrailNote,
    AuthorChange,
    TrustEvent,
    OutgoingMail,
    LevelBefore,
    RefreshRequest,
    ImportItem,
    GraphChange,
    InvitationEvent,
}
"""What was told and what is to do: nobody takes a word back, and a score that showed once stays in the score's history."""
COMPARING = {"mentions", "block"}
"""Rules that compare names anew decide; they compute nothing of what was decided."""
WHEN = ("computed_at", "built_at", "updated_at", "passed_at")
"""When something was computed last."""


def settle(*, everything: bool = False) -> None:
    """What is marked as out of date, computed; or everything there is, as after an import."""
    if everything:
        for kind in refresh_kinds:
            if kind.everything is not None and kind.key not in COMPARING:
                mark_dirty(kind=kind.key, ids=kind.everything(), reason="import")
    for kind in refresh_kinds:
        if kind.key not in COMPARING:
            refresh_until(kind.key, deadline=math.inf)


def database() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every column of every row of every table of ours."""
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    for app in ("papers", "profiles", "collaboration"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model not in ONLY_GROW and model._meta.managed:
                for row in model._default_manager.values():
                    if row.get("count") == 0 or (row.get("flow"), row.get("seed"), row.get("community")) == (0, 0, 0):
                        continue  # nobody follows it, no trust flows there: as good as no row
                    kept = {name: value for name, value in row.items() if name not in WHEN}
                    rows[model._meta.label, row[model._meta.pk.attname]] = kept
    return rows


def differences(before: dict[Any, Any], after: dict[Any, Any]) -> list[Any]:
    """What is not the same, floats to the last places aside."""
    found: list[Any] = [("gone", key, before[key]) for key in before.keys() - after.keys()]
    found += [("new", key, after[key]) for key in after.keys() - before.keys()]
    for key in before.keys() & after.keys():
        found += [(key, name, value, after[key][name]) for name, value in before[key].items() if not _same(value, after[key][name])]
    return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


def at_once(*deeds: Any) -> list[Exception | None]:
    """What each deed gave at the same moment: None, or the error that said no."""
    start = Barrier(len(deeds))

    def run(deed: Any) -> Exception | None:
        try:
            start.wait(10)
            deed()
        except IdentityError as error:
            return error
        else:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
